import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PodAttachOptions } from "./podattachoptions.ts";

export const podattachoptionsDocs: readonly StructDoc[] = [
  doc(PodAttachOptions, "Which streams of a running container to attach to.", {
    ...TYPE_META,
    stdin: "Whether to send to its standard input; default false.",
    stdout: "Whether to get its standard output; default true.",
    stderr: "Whether to get its standard error; default true.",
    tty: "Whether the container has a terminal; default false.",
    container: "Name of the container; default the only one.",
  }),
];

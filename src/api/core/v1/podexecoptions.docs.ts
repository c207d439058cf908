import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PodExecOptions } from "./podexecoptions.ts";

export const podexecoptionsDocs: readonly StructDoc[] = [
  doc(PodExecOptions, "Which command to run in a container.", {
    ...TYPE_META,
    stdin: "Whether to send to its standard input; default false.",
    stdout: "Whether to get its standard output.",
    stderr: "Whether to get its standard error.",
    tty: "Whether the command gets a terminal; default false.",
    container: "Name of the container; default the only one.",
    command: "Program and arguments, run without a shell.",
  }),
];

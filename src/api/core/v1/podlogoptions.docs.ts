import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PodLogOptions } from "./podlogoptions.ts";

export const podlogoptionsDocs: readonly StructDoc[] = [
  doc(PodLogOptions, "Which part of a container's log to get.", {
    ...TYPE_META,
    container: "Name of the container; default the only one.",
    follow: "Whether to go on sending what is written; default false.",
    previous: "Whether to get the log of the container before its last restart; default false.",
    sinceSeconds: "Seconds before now to begin at; not together with sinceTime.",
    sinceTime: "Time to begin at; not together with sinceSeconds.",
    timestamps: "Whether each line begins with its time; default false.",
    tailLines: "Lines from the end to get; default all.",
    limitBytes: "Bytes after which to stop, which may be amid a line; default none.",
    insecureSkipTLSVerifyBackend: "Whether to trust any certificate of the kubelet's; default false.",
    stream: "Which output to get: All (default), Stdout or Stderr; the last two not with tailLines.",
  }),
];

import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PodPortForwardOptions } from "./podportforwardoptions.ts";

export const podportforwardoptionsDocs: readonly StructDoc[] = [
  doc(PodPortForwardOptions, "Which ports of a pod to connect to.", {
    ...TYPE_META,
    ports: "Numbers of the ports; needed for websockets.",
  }),
];

import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PodProxyOptions } from "./podproxyoptions.ts";

export const podproxyoptionsDocs: readonly StructDoc[] = [
  doc(PodProxyOptions, "A request to pass on to a pod.", {
    ...TYPE_META,
    path: "Path of the request at the pod.",
  }),
];

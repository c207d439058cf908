import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { NodeProxyOptions } from "./nodeproxyoptions.ts";

export const nodeproxyoptionsDocs: readonly StructDoc[] = [
  doc(NodeProxyOptions, "A request to pass on to a node.", {
    ...TYPE_META,
    path: "Path of the request at the node.",
  }),
];

import { kindDocs, type StructDoc } from "../../doc.ts";
import { ConfigMap } from "./configmap.ts";

export const configmapDocs: readonly StructDoc[] = [
  ...kindDocs(ConfigMap, "Settings as keys and values, for pods to read; at most 1 MiB.", {
    immutable: "Forbids all changes of data for good; default false.",
    data: "Values in UTF-8 text; a key may stand here or in binaryData, not in both.",
    binaryData: "Values of any bytes, in base64.",
  }),
];

import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { Scale, ScaleStatus, ScaleSpec } from "./scale.ts";

export const scaleDocs: readonly StructDoc[] = [
  doc(Scale, "The size of a workload; what kubectl scale reads and writes.", {
    ...TYPE_META,
    metadata: "Name, namespace and version of the workload.",
    spec: "The wanted size; write it to scale.",
    status: "The current size.",
  }),
  doc(ScaleStatus, "The size that there is.", {
    replicas: "Pods that there are.",
    selector: "Labels of the pods, as text for a query.",
  }),
  doc(ScaleSpec, "The size that is wanted.", {
    replicas: "Pods that there should be.",
  }),
];

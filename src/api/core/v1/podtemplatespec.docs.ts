import { doc, type StructDoc } from "../../doc.ts";
import { PodTemplateSpec } from "./podtemplatespec.ts";

export const podtemplatespecDocs: readonly StructDoc[] = [
  doc(PodTemplateSpec, "What pods are made from.", {
    metadata: "Labels, annotations and finalizers of the pods.",
    spec: "What the pods should run.",
  }),
];

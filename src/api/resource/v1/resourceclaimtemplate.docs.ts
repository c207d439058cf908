import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { ResourceClaimTemplateSpec, ResourceClaimTemplate } from "./resourceclaimtemplate.ts";

export const resourceclaimtemplateDocs: readonly StructDoc[] = [
  doc(ResourceClaimTemplateSpec, "What claims are made from.", {
    metadata: "Labels and annotations of the claims.",
    spec: "Which devices the claims want.",
  }),
  ...kindDocs(ResourceClaimTemplate, "What claims are made from, one for each pod that names it.", {
    spec: "What the claims look like; it cannot change.",
  }),
];

import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PodTemplateSpec } from "./podtemplatespec.ts";

export const PodTemplate = kind({
  name: "io.k8s.api.core.v1.PodTemplate",
  group: "",
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  rules: { returnsDeleted: true },
  scope: "Namespaced",
  fields: () => ({
    template: ref(2, PodTemplateSpec),
  }),
});
export interface PodTemplate extends InferKind<typeof PodTemplate> {}

import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ResourceClaimTemplateSpec } from "./resourceclaimtemplate.types.ts";

export * from "./resourceclaimtemplate.types.ts";

export const ResourceClaimTemplate = kind({
  name: "io.k8s.api.resource.v1.ResourceClaimTemplate",
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaimTemplate",
  plural: "resourceclaimtemplates",
  rules: { returnsDeleted: true },
  scope: "Namespaced",
  fields: () => ({
    spec: ref(2, ResourceClaimTemplateSpec, { required: true }),
  }),
});
export interface ResourceClaimTemplate extends InferKind<typeof ResourceClaimTemplate> {}

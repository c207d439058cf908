import { ref, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";
import { ResourceClaimSpec } from "./resourceclaim.ts";

export const ResourceClaimTemplateSpec = struct("io.k8s.api.resource.v1.ResourceClaimTemplateSpec", () => ({
  metadata: ref(1, ObjectMeta),
  spec: ref(2, ResourceClaimSpec, { required: true }),
}));
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}

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

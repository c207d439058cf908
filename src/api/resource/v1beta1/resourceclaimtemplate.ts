import { ref, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";
import { ResourceClaimSpec } from "./resourceclaim.ts";
import { claimTemplateConversions } from "./devices.convert.ts";
import { ResourceClaimTemplate as Stable } from "../v1/resourceclaimtemplate.ts";
import { storedAs } from "../../storage.ts";

const ResourceClaimTemplateSpec = struct("io.k8s.api.resource.v1beta1.ResourceClaimTemplateSpec", () => ({
  metadata: ref(1, ObjectMeta),
  spec: ref(2, ResourceClaimSpec, { required: true }),
}));
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}

export const ResourceClaimTemplate = kind({
  name: "io.k8s.api.resource.v1beta1.ResourceClaimTemplate",
  group: "resource.k8s.io",
  version: "v1beta1",
  kind: "ResourceClaimTemplate",
  plural: "resourceclaimtemplates",
  scope: "Namespaced",
  rules: {
    deprecation: "resource.k8s.io/v1beta1 ResourceClaimTemplate is deprecated in v1.35+, unavailable in v1.38+",
  },
  storage: () => storedAs(Stable, claimTemplateConversions as never),
  fields: () => ({
    spec: ref(2, ResourceClaimTemplateSpec, { required: true }),
  }),
});
export interface ResourceClaimTemplate extends InferKind<typeof ResourceClaimTemplate> {}

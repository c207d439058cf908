import { inVersion, ref, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ResourceClaimTemplate as Stable } from "../v1/resourceclaimtemplate.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/resourceclaimtemplate.types.ts";

const ResourceClaimTemplateSpec = inVersion(stable.ResourceClaimTemplateSpec, "v1beta2");
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}

export const ResourceClaimTemplate = kind({
  name: "io.k8s.api.resource.v1beta2.ResourceClaimTemplate",
  group: "resource.k8s.io",
  version: "v1beta2",
  kind: "ResourceClaimTemplate",
  plural: "resourceclaimtemplates",
  scope: "Namespaced",
  rules: {
    deprecation: "resource.k8s.io/v1beta2 ResourceClaimTemplate is deprecated in v1.36+, unavailable in v1.39+",
  },
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, ResourceClaimTemplateSpec, { required: true }),
  }),
});
export interface ResourceClaimTemplate extends InferKind<typeof ResourceClaimTemplate> {}

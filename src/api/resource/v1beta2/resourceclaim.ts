import { inVersion, ref, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ResourceClaim as Stable } from "../v1/resourceclaim.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/resourceclaim.types.ts";

const ResourceClaimStatus = inVersion(stable.ResourceClaimStatus, "v1beta2");
export interface ResourceClaimStatus extends Infer<typeof ResourceClaimStatus> {}

const ResourceClaimSpec = inVersion(stable.ResourceClaimSpec, "v1beta2");
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

export const ResourceClaim = kind({
  name: "io.k8s.api.resource.v1beta2.ResourceClaim",
  group: "resource.k8s.io",
  version: "v1beta2",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  scope: "Namespaced",
  rules: { deprecation: "resource.k8s.io/v1beta2 ResourceClaim is deprecated in v1.36+, unavailable in v1.39+" },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, ResourceClaimSpec, { required: true, rules: ["immutable"] }),
    status: ref(3, ResourceClaimStatus),
  }),
});
export interface ResourceClaim extends InferKind<typeof ResourceClaim> {}

import { ref } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { ResourceClaimSpec, ResourceClaimStatus } from "./resourceclaim.types.ts";

export * from "./resourceclaim.types.ts";

export const ResourceClaim = kind({
  name: "io.k8s.api.resource.v1.ResourceClaim",
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  rules: { returnsDeleted: true, statusKeeps: KEPT_WITH_STATUS },
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, ResourceClaimSpec, { required: true, rules: ["immutable"] }),
    status: ref(3, ResourceClaimStatus),
  }),
});
export interface ResourceClaim extends InferKind<typeof ResourceClaim> {}

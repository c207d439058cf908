import { ref, struct, type Infer } from "../../../schema/index.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";
import { ResourceClaimSpec } from "./resourceclaim.types.ts";

export const ResourceClaimTemplateSpec = struct("io.k8s.api.resource.v1.ResourceClaimTemplateSpec", () => ({
  metadata: ref(1, ObjectMeta),
  spec: ref(2, ResourceClaimSpec, { required: true }),
}));
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}

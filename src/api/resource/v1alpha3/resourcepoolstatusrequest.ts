import { int32, int64, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";

export const ResourcePoolStatusRequestStatus = struct(
  "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestStatus",
  () => ({
    poolCount: int32(6, { ptr: true, required: true, rules: ["minimum=0"] }),
    pools: list(2, PoolStatus, { list: "atomic", rules: ["maxItems=1000"] }),
    conditions: list(3, Condition, {
      list: "map",
      keys: ["type"],
      patch: ["merge"],
      mergeKey: "type",
      rules: ["maxItems=10"],
    }),
  }),
);
export interface ResourcePoolStatusRequestStatus extends Infer<typeof ResourcePoolStatusRequestStatus> {}

export const PoolStatus = struct("io.k8s.api.resource.v1alpha3.PoolStatus", () => ({
  driver: string(1, { required: true, rules: ["format=k8s-long-name-caseless"] }),
  poolName: string(2, { required: true, rules: ["format=k8s-resource-pool-name"] }),
  generation: int64(9, { always: true, required: true, rules: ["minimum=0"] }),
  resourceSliceCount: int32(8, { ptr: true, rules: ["minimum=1"] }),
  totalDevices: int32(4, { ptr: true, rules: ["minimum=0"] }),
  allocatedDevices: int32(5, { ptr: true, rules: ["minimum=0"] }),
  availableDevices: int32(6, { ptr: true, rules: ["minimum=0"] }),
  unavailableDevices: int32(7, { ptr: true, rules: ["minimum=0"] }),
  nodeName: string(3, { ptr: true, rules: ["format=k8s-long-name"] }),
  validationError: string(10, { ptr: true, rules: ["maxBytes=256"] }),
}));
export interface PoolStatus extends Infer<typeof PoolStatus> {}

export const ResourcePoolStatusRequestSpec = struct(
  "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestSpec",
  () => ({
    driver: string(1, { always: true, required: true, rules: ["format=k8s-long-name-caseless"] }),
    poolName: string(2, { ptr: true, rules: ["format=k8s-resource-pool-name"] }),
    limit: int32(3, { ptr: true, default: 100, rules: ["minimum=1", "maximum=1000"] }),
  }),
);
export interface ResourcePoolStatusRequestSpec extends Infer<typeof ResourcePoolStatusRequestSpec> {}

export const ResourcePoolStatusRequest = kind({
  name: "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequest",
  group: "resource.k8s.io",
  version: "v1alpha3",
  kind: "ResourcePoolStatusRequest",
  plural: "resourcepoolstatusrequests",
  scope: "Cluster",
  rules: { statusKeeps: KEPT_WITH_STATUS, returnsDeleted: true },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  requiresMetadata: true,
  fields: () => ({
    spec: ref(2, ResourcePoolStatusRequestSpec, { required: true, rules: ["immutable"] }),
    status: ref(3, ResourcePoolStatusRequestStatus, { ptr: true }),
  }),
});
export interface ResourcePoolStatusRequest extends InferKind<typeof ResourcePoolStatusRequest> {}

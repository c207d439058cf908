import {
  boolean,
  int64,
  inVersion,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  time,
  type Infer,
} from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { NodeSelector } from "../../core/v1/affinity.ts";
import { DeviceSelector } from "./deviceclass.ts";
import { claimConversions } from "./devices.convert.ts";
import { ResourceClaim as Stable } from "../v1/resourceclaim.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/resourceclaim.types.ts";

const AllocatedDeviceStatus = inVersion(stable.AllocatedDeviceStatus, "v1beta1");
export interface AllocatedDeviceStatus extends Infer<typeof AllocatedDeviceStatus> {}

const ResourceClaimConsumerReference = inVersion(stable.ResourceClaimConsumerReference, "v1beta1");
export interface ResourceClaimConsumerReference extends Infer<typeof ResourceClaimConsumerReference> {}

const DeviceAllocationConfiguration = inVersion(stable.DeviceAllocationConfiguration, "v1beta1");
export interface DeviceAllocationConfiguration extends Infer<typeof DeviceAllocationConfiguration> {}

const DeviceClaimConfiguration = inVersion(stable.DeviceClaimConfiguration, "v1beta1");
export interface DeviceClaimConfiguration extends Infer<typeof DeviceClaimConfiguration> {}

const DeviceConstraint = inVersion(stable.DeviceConstraint, "v1beta1");
export interface DeviceConstraint extends Infer<typeof DeviceConstraint> {}

const CapacityRequirements = inVersion(stable.CapacityRequirements, "v1beta1");
export interface CapacityRequirements extends Infer<typeof CapacityRequirements> {}

const DeviceToleration = inVersion(stable.DeviceToleration, "v1beta1");
export interface DeviceToleration extends Infer<typeof DeviceToleration> {}

const ResourceClaimStatus = struct("io.k8s.api.resource.v1beta1.ResourceClaimStatus", () => ({
  allocation: ref(1, AllocationResult, { ptr: true, rules: ["optional", "update=NoModify"] }),
  reservedFor: list(2, ResourceClaimConsumerReference, {
    list: "map",
    keys: ["uid"],
    patch: ["merge"],
    mergeKey: "uid",
    rules: ["optional", "listType=map", "listMapKey=uid", "maxItems=256"],
  }),
  devices: list(4, AllocatedDeviceStatus, {
    list: "map",
    keys: ["driver", "device", "pool", "shareID"],
    gates: ["DRAResourceClaimDeviceStatus"],
    rules: [
      "optional",
      "listType=map",
      "listMapKey=driver",
      "listMapKey=device",
      "listMapKey=pool",
      "listMapKey=shareID",
    ],
  }),
}));
export interface ResourceClaimStatus extends Infer<typeof ResourceClaimStatus> {}

const AllocationResult = struct("io.k8s.api.resource.v1beta1.AllocationResult", () => ({
  devices: ref(1, DeviceAllocationResult),
  nodeSelector: ref(3, NodeSelector, { ptr: true }),
  allocationTimestamp: time(5, { ptr: true, gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"] }),
}));
export interface AllocationResult extends Infer<typeof AllocationResult> {}

const DeviceAllocationResult = struct("io.k8s.api.resource.v1beta1.DeviceAllocationResult", () => ({
  results: list(1, DeviceRequestAllocationResult, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  config: list(2, DeviceAllocationConfiguration, { list: "atomic", rules: ["optional", "maxItems=64"] }),
}));
export interface DeviceAllocationResult extends Infer<typeof DeviceAllocationResult> {}

const DeviceRequestAllocationResult = struct("io.k8s.api.resource.v1beta1.DeviceRequestAllocationResult", () => ({
  request: string(1, { always: true, required: true }),
  driver: string(2, {
    always: true,
    required: true,
    rules: ["format=k8s-long-name-caseless", "required", "maxLength=63"],
  }),
  pool: string(3, { always: true, required: true, rules: ["required", "format=k8s-resource-pool-name"] }),
  device: string(4, { always: true, required: true }),
  adminAccess: boolean(5, { ptr: true, gates: ["DRAAdminAccess"] }),
  tolerations: list(6, DeviceToleration, {
    list: "atomic",
    gates: ["DRADeviceTaints"],
    rules: ["optional", "maxItems=16"],
  }),
  bindingConditions: list(7, scalar.string, {
    list: "atomic",
    gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"],
    rules: ["optional", "maxItems=4"],
  }),
  bindingFailureConditions: list(8, scalar.string, {
    list: "atomic",
    gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"],
    rules: ["optional", "maxItems=4"],
  }),
  shareID: string(9, { ptr: true, gates: ["DRAConsumableCapacity"], rules: ["optional", "format=k8s-uuid"] }),
  consumedCapacity: map(10, scalar.quantity, { gates: ["DRAConsumableCapacity"] }),
}));
export interface DeviceRequestAllocationResult extends Infer<typeof DeviceRequestAllocationResult> {}

export const ResourceClaimSpec = struct("io.k8s.api.resource.v1beta1.ResourceClaimSpec", () => ({
  devices: ref(1, DeviceClaim),
}));
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

const DeviceClaim = struct("io.k8s.api.resource.v1beta1.DeviceClaim", () => ({
  requests: list(1, DeviceRequest, {
    always: true,
    list: "atomic",
    rules: ["optional", "unique=map", "listMapKey=name", "maxItems=32"],
  }),
  constraints: list(2, DeviceConstraint, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  config: list(3, DeviceClaimConfiguration, { list: "atomic", rules: ["optional", "maxItems=32"] }),
}));
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const DeviceRequest = struct("io.k8s.api.resource.v1beta1.DeviceRequest", () => ({
  name: string(1, { always: true, required: true }),
  deviceClassName: string(2, { always: true, rules: ["oneOf=deviceRequestType"] }),
  selectors: list(3, DeviceSelector, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  allocationMode: string(4, { enum: ["All", "ExactCount"], rules: ["optional"] }),
  count: int64(5, { rules: ["oneOf=AllocationMode"] }),
  adminAccess: boolean(6, { ptr: true, gates: ["DRAAdminAccess"] }),
  firstAvailable: list(7, DeviceSubRequest, {
    list: "atomic",
    gates: ["DRAPrioritizedList"],
    rules: ["oneOf=deviceRequestType", "optional", "unique=map", "listMapKey=name", "maxItems=8"],
  }),
  tolerations: list(8, DeviceToleration, { list: "atomic", gates: ["DRADeviceTaints"], rules: ["optional"] }),
  capacity: ref(9, CapacityRequirements, { ptr: true, gates: ["DRAConsumableCapacity"] }),
}));
export interface DeviceRequest extends Infer<typeof DeviceRequest> {}

const DeviceSubRequest = struct("io.k8s.api.resource.v1beta1.DeviceSubRequest", () => ({
  name: string(1, { always: true, required: true }),
  deviceClassName: string(2, { always: true, required: true, rules: ["required", "format=k8s-long-name"] }),
  selectors: list(3, DeviceSelector, { list: "atomic", rules: ["maxItems=32", "optional"] }),
  allocationMode: string(4, { enum: ["All", "ExactCount"], rules: ["optional"] }),
  count: int64(5, { rules: ["oneOf=AllocationMode"] }),
  tolerations: list(7, DeviceToleration, { list: "atomic", gates: ["DRADeviceTaints"], rules: ["optional"] }),
  capacity: ref(8, CapacityRequirements, { ptr: true, gates: ["DRAConsumableCapacity"] }),
}));
export interface DeviceSubRequest extends Infer<typeof DeviceSubRequest> {}

export const ResourceClaim = kind({
  name: "io.k8s.api.resource.v1beta1.ResourceClaim",
  group: "resource.k8s.io",
  version: "v1beta1",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  scope: "Namespaced",
  rules: { deprecation: "resource.k8s.io/v1beta1 ResourceClaim is deprecated in v1.35+, unavailable in v1.38+" },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  storage: () => storedAs(Stable, claimConversions as never),
  fields: () => ({
    spec: ref(2, ResourceClaimSpec, { required: true, rules: ["immutable"] }),
    status: ref(3, ResourceClaimStatus),
  }),
});
export interface ResourceClaim extends InferKind<typeof ResourceClaim> {}

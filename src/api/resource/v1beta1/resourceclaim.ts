import {
  boolean,
  int64,
  list,
  map,
  raw,
  ref,
  scalar,
  string,
  struct,
  time,
  type Infer,
} from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { NodeSelector } from "../../core/v1/affinity.ts";
import { Condition } from "../../meta/v1/condition.ts";
import { DeviceConfiguration, DeviceSelector } from "./deviceclass.ts";
import { claimBehavior } from "./claims.behavior.ts";
import { claimConversions } from "./devices.convert.ts";
import { ResourceClaim as Stable } from "../v1/resourceclaim.ts";
import { storedAs } from "../../storage.ts";

export const ResourceClaimStatus = struct("io.k8s.api.resource.v1beta1.ResourceClaimStatus", () => ({
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

export const AllocatedDeviceStatus = struct("io.k8s.api.resource.v1beta1.AllocatedDeviceStatus", () => ({
  driver: string(1, { always: true, required: true }),
  pool: string(2, { always: true, required: true }),
  device: string(3, { always: true, required: true }),
  shareID: string(7, { ptr: true, gates: ["DRAConsumableCapacity"], rules: ["optional", "format=k8s-uuid"] }),
  conditions: list(4, Condition, { always: true, list: "map", keys: ["type"] }),
  data: raw(5, { ptr: true }),
  networkData: ref(6, NetworkDeviceData, { ptr: true, rules: ["optional"] }),
}));
export interface AllocatedDeviceStatus extends Infer<typeof AllocatedDeviceStatus> {}

export const NetworkDeviceData = struct("io.k8s.api.resource.v1beta1.NetworkDeviceData", () => ({
  interfaceName: string(1, { rules: ["optional", "maxBytes=256"] }),
  ips: list(2, scalar.string, { list: "atomic", rules: ["optional", "unique=set", "maxItems=16"] }),
  hardwareAddress: string(3, { rules: ["optional", "maxBytes=128"] }),
}));
export interface NetworkDeviceData extends Infer<typeof NetworkDeviceData> {}

export const ResourceClaimConsumerReference = struct(
  "io.k8s.api.resource.v1beta1.ResourceClaimConsumerReference",
  () => ({
    apiGroup: string(1),
    resource: string(3, { always: true, required: true }),
    name: string(4, { always: true, required: true }),
    uid: string(5, { always: true, required: true }),
  }),
);
export interface ResourceClaimConsumerReference extends Infer<typeof ResourceClaimConsumerReference> {}

export const AllocationResult = struct("io.k8s.api.resource.v1beta1.AllocationResult", () => ({
  devices: ref(1, DeviceAllocationResult),
  nodeSelector: ref(3, NodeSelector, { ptr: true }),
  allocationTimestamp: time(5, { ptr: true, gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"] }),
}));
export interface AllocationResult extends Infer<typeof AllocationResult> {}

export const DeviceAllocationResult = struct("io.k8s.api.resource.v1beta1.DeviceAllocationResult", () => ({
  results: list(1, DeviceRequestAllocationResult, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  config: list(2, DeviceAllocationConfiguration, { list: "atomic", rules: ["optional", "maxItems=64"] }),
}));
export interface DeviceAllocationResult extends Infer<typeof DeviceAllocationResult> {}

export const DeviceAllocationConfiguration = struct(
  "io.k8s.api.resource.v1beta1.DeviceAllocationConfiguration",
  () => ({
    source: string(1, { always: true, required: true, enum: ["FromClaim", "FromClass"], rules: ["required"] }),
    requests: list(2, scalar.string, { list: "atomic", rules: ["optional", "unique=set", "maxItems=32"] }),
    deviceConfiguration: ref(3, DeviceConfiguration, { always: true, inline: true }),
  }),
);
export interface DeviceAllocationConfiguration extends Infer<typeof DeviceAllocationConfiguration> {}

export const DeviceRequestAllocationResult = struct(
  "io.k8s.api.resource.v1beta1.DeviceRequestAllocationResult",
  () => ({
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
  }),
);
export interface DeviceRequestAllocationResult extends Infer<typeof DeviceRequestAllocationResult> {}

export const ResourceClaimSpec = struct("io.k8s.api.resource.v1beta1.ResourceClaimSpec", () => ({
  devices: ref(1, DeviceClaim),
}));
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

export const DeviceClaim = struct("io.k8s.api.resource.v1beta1.DeviceClaim", () => ({
  requests: list(1, DeviceRequest, {
    always: true,
    list: "atomic",
    rules: ["optional", "unique=map", "listMapKey=name", "maxItems=32"],
  }),
  constraints: list(2, DeviceConstraint, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  config: list(3, DeviceClaimConfiguration, { list: "atomic", rules: ["optional", "maxItems=32"] }),
}));
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const DeviceClaimConfiguration = struct("io.k8s.api.resource.v1beta1.DeviceClaimConfiguration", () => ({
  requests: list(1, scalar.string, { list: "atomic", rules: ["optional", "unique=set", "maxItems=32"] }),
  deviceConfiguration: ref(2, DeviceConfiguration, { always: true, inline: true }),
}));
export interface DeviceClaimConfiguration extends Infer<typeof DeviceClaimConfiguration> {}

export const DeviceConstraint = struct("io.k8s.api.resource.v1beta1.DeviceConstraint", () => ({
  requests: list(1, scalar.string, { list: "atomic", rules: ["optional", "unique=set", "maxItems=32"] }),
  matchAttribute: string(2, {
    ptr: true,
    rules: ["oneOf=ConstraintType", "optional", "format=k8s-resource-fully-qualified-name"],
  }),
  distinctAttribute: string(3, { ptr: true, gates: ["DRAConsumableCapacity"], rules: ["oneOf=ConstraintType"] }),
}));
export interface DeviceConstraint extends Infer<typeof DeviceConstraint> {}

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

export const DeviceSubRequest = struct("io.k8s.api.resource.v1beta1.DeviceSubRequest", () => ({
  name: string(1, { always: true, required: true }),
  deviceClassName: string(2, { always: true, required: true, rules: ["required", "format=k8s-long-name"] }),
  selectors: list(3, DeviceSelector, { list: "atomic", rules: ["maxItems=32", "optional"] }),
  allocationMode: string(4, { enum: ["All", "ExactCount"], rules: ["optional"] }),
  count: int64(5, { rules: ["oneOf=AllocationMode"] }),
  tolerations: list(7, DeviceToleration, { list: "atomic", gates: ["DRADeviceTaints"], rules: ["optional"] }),
  capacity: ref(8, CapacityRequirements, { ptr: true, gates: ["DRAConsumableCapacity"] }),
}));
export interface DeviceSubRequest extends Infer<typeof DeviceSubRequest> {}

export const CapacityRequirements = struct("io.k8s.api.resource.v1beta1.CapacityRequirements", () => ({
  requests: map(1, scalar.quantity),
}));
export interface CapacityRequirements extends Infer<typeof CapacityRequirements> {}

export const DeviceToleration = struct("io.k8s.api.resource.v1beta1.DeviceToleration", () => ({
  key: string(1, { rules: ["optional", "format=k8s-label-key"] }),
  operator: string(2, { default: "Equal", enum: ["Equal", "Exists"], rules: ["optional"] }),
  value: string(3),
  effect: string(4, { enum: ["NoExecute", "NoSchedule", "None"], rules: ["optional"] }),
  tolerationSeconds: int64(5, { ptr: true }),
}));
export interface DeviceToleration extends Infer<typeof DeviceToleration> {}

export const ResourceClaim = kind({
  name: "io.k8s.api.resource.v1beta1.ResourceClaim",
  group: "resource.k8s.io",
  version: "v1beta1",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  storage: () => storedAs(Stable, claimConversions as never),
  behavior: () => claimBehavior as never,
  fields: () => ({
    spec: ref(2, ResourceClaimSpec, { required: true, rules: ["immutable"] }),
    status: ref(3, ResourceClaimStatus),
  }),
});
export interface ResourceClaim extends InferKind<typeof ResourceClaim> {}

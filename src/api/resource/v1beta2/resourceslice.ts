import { boolean, int64, list, map, quantity, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { NodeSelector } from "../../core/v1/affinity.ts";
import { DeviceTaint } from "./devicetaintrule.ts";
import { ResourceSlice as Stable } from "../v1/resourceslice.ts";
import { storedAs } from "../../storage.ts";

export const ResourceSliceSpec = struct("io.k8s.api.resource.v1beta2.ResourceSliceSpec", () => ({
  driver: string(1, { always: true, required: true }),
  pool: ref(2, ResourcePool, { required: true }),
  nodeName: string(3, { ptr: true, rules: ["oneOf=NodeSelection"] }),
  nodeSelector: ref(4, NodeSelector, { ptr: true, rules: ["oneOf=NodeSelection"] }),
  allNodes: boolean(5, { ptr: true, rules: ["oneOf=NodeSelection"] }),
  devices: list(6, Device, { list: "atomic", rules: ["optional", "zeroOrOneOf=ResourceSliceType"] }),
  perDeviceNodeSelection: boolean(7, { ptr: true, gates: ["DRAPartitionableDevices"], rules: ["oneOf=NodeSelection"] }),
  sharedCounters: list(8, CounterSet, {
    list: "atomic",
    gates: ["DRAPartitionableDevices"],
    rules: ["optional", "unique=map", "listMapKey=name", "zeroOrOneOf=ResourceSliceType", "maxItems=8"],
  }),
}));
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const CounterSet = struct("io.k8s.api.resource.v1beta2.CounterSet", () => ({
  name: string(1, { always: true, required: true, rules: ["required", "format=k8s-short-name"] }),
  counters: map(2, Counter, { required: true, rules: ["required", "eachKey=format=k8s-short-name"] }),
}));
export interface CounterSet extends Infer<typeof CounterSet> {}

export const Device = struct("io.k8s.api.resource.v1beta2.Device", () => ({
  name: string(1, { always: true, required: true }),
  attributes: map(2, DeviceAttribute, { rules: ["optional"] }),
  capacity: map(3, DeviceCapacity),
  consumesCounters: list(4, DeviceCounterConsumption, {
    list: "atomic",
    gates: ["DRAPartitionableDevices"],
    rules: ["optional", "unique=map", "listMapKey=counterSet", "maxItems=2"],
  }),
  nodeName: string(5, { ptr: true, gates: ["DRAPartitionableDevices"], rules: ["oneOf=DeviceNodeSelection"] }),
  nodeSelector: ref(6, NodeSelector, {
    ptr: true,
    gates: ["DRAPartitionableDevices"],
    rules: ["oneOf=DeviceNodeSelection"],
  }),
  allNodes: boolean(7, { ptr: true, gates: ["DRAPartitionableDevices"], rules: ["oneOf=DeviceNodeSelection"] }),
  taints: list(8, DeviceTaint, { list: "atomic", gates: ["DRADeviceTaints"], rules: ["optional"] }),
  bindsToNode: boolean(9, { ptr: true, gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"] }),
  bindingConditions: list(10, scalar.string, {
    list: "atomic",
    gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"],
    rules: ["optional", "maxItems=4"],
  }),
  bindingFailureConditions: list(11, scalar.string, {
    list: "atomic",
    gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"],
    rules: ["optional", "maxItems=4"],
  }),
  allowMultipleAllocations: boolean(12, { ptr: true, gates: ["DRAConsumableCapacity"] }),
  nodeAllocatableResourceMappings: map(13, NodeAllocatableResourceMapping, { gates: ["DRANodeAllocatableResources"] }),
}));
export interface Device extends Infer<typeof Device> {}

export const NodeAllocatableResourceMapping = struct(
  "io.k8s.api.resource.v1beta2.NodeAllocatableResourceMapping",
  () => ({
    capacityKey: string(1, { ptr: true }),
    allocationMultiplier: quantity(2, { ptr: true }),
  }),
);
export interface NodeAllocatableResourceMapping extends Infer<typeof NodeAllocatableResourceMapping> {}

export const DeviceCounterConsumption = struct("io.k8s.api.resource.v1beta2.DeviceCounterConsumption", () => ({
  counterSet: string(1, { always: true, required: true, rules: ["required", "format=k8s-short-name"] }),
  counters: map(2, Counter, { required: true, rules: ["required", "eachKey=format=k8s-short-name"] }),
}));
export interface DeviceCounterConsumption extends Infer<typeof DeviceCounterConsumption> {}

export const Counter = struct("io.k8s.api.resource.v1beta2.Counter", () => ({
  value: quantity(1, { always: true, required: true }),
}));
export interface Counter extends Infer<typeof Counter> {}

export const DeviceCapacity = struct("io.k8s.api.resource.v1beta2.DeviceCapacity", () => ({
  value: quantity(1, { always: true, required: true }),
  requestPolicy: ref(2, CapacityRequestPolicy, { ptr: true, gates: ["DRAConsumableCapacity"] }),
}));
export interface DeviceCapacity extends Infer<typeof DeviceCapacity> {}

export const CapacityRequestPolicy = struct("io.k8s.api.resource.v1beta2.CapacityRequestPolicy", () => ({
  default: quantity(1, { ptr: true, always: true }),
  validValues: list(3, scalar.quantity, { list: "atomic", rules: ["oneOf=ValidRequestValues"] }),
  validRange: ref(4, CapacityRequestPolicyRange, { ptr: true, rules: ["oneOf=ValidRequestValues"] }),
}));
export interface CapacityRequestPolicy extends Infer<typeof CapacityRequestPolicy> {}

export const CapacityRequestPolicyRange = struct("io.k8s.api.resource.v1beta2.CapacityRequestPolicyRange", () => ({
  min: quantity(1, { ptr: true, required: true }),
  max: quantity(2, { ptr: true }),
  step: quantity(3, { ptr: true }),
}));
export interface CapacityRequestPolicyRange extends Infer<typeof CapacityRequestPolicyRange> {}

export const DeviceAttribute = struct("io.k8s.api.resource.v1beta2.DeviceAttribute", () => ({
  int: int64(2, { ptr: true, rules: ["optional", "unionMember"] }),
  bool: boolean(3, { ptr: true, rules: ["optional", "unionMember"] }),
  string: string(4, { ptr: true, rules: ["optional", "unionMember"] }),
  version: string(5, { ptr: true, rules: ["optional", "unionMember"] }),
  ints: list(6, scalar.int64, { list: "atomic", gates: ["DRAListTypeAttributes"], rules: ["optional", "unionMember"] }),
  bools: list(7, scalar.boolean, {
    list: "atomic",
    gates: ["DRAListTypeAttributes"],
    rules: ["optional", "unionMember"],
  }),
  strings: list(8, scalar.string, {
    list: "atomic",
    gates: ["DRAListTypeAttributes"],
    rules: ["optional", "unionMember"],
  }),
  versions: list(9, scalar.string, {
    list: "atomic",
    gates: ["DRAListTypeAttributes"],
    rules: ["optional", "unionMember"],
  }),
}));
export interface DeviceAttribute extends Infer<typeof DeviceAttribute> {}

export const ResourcePool = struct("io.k8s.api.resource.v1beta2.ResourcePool", () => ({
  name: string(1, { always: true, required: true }),
  generation: int64(2, { always: true, required: true }),
  resourceSliceCount: int64(3, { always: true, required: true }),
}));
export interface ResourcePool extends Infer<typeof ResourcePool> {}

export const ResourceSlice = kind({
  name: "io.k8s.api.resource.v1beta2.ResourceSlice",
  group: "resource.k8s.io",
  version: "v1beta2",
  kind: "ResourceSlice",
  plural: "resourceslices",
  scope: "Cluster",
  storage: () => storedAs(Stable),
  behavior: () => Stable.behavior as never,
  fields: () => ({
    spec: ref(2, ResourceSliceSpec, { required: true }),
  }),
});
export interface ResourceSlice extends InferKind<typeof ResourceSlice> {}

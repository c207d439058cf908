import { boolean, inVersion, list, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { NodeSelector } from "../../core/v1/affinity.ts";
import { sliceConversions } from "./devices.convert.ts";
import { ResourceSlice as Stable } from "../v1/resourceslice.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/resourceslice.types.ts";

const CounterSet = inVersion(stable.CounterSet, "v1beta1");
export interface CounterSet extends Infer<typeof CounterSet> {}

const NodeAllocatableResourceMapping = inVersion(stable.NodeAllocatableResourceMapping, "v1beta1");
export interface NodeAllocatableResourceMapping extends Infer<typeof NodeAllocatableResourceMapping> {}

const DeviceTaint = inVersion(stable.DeviceTaint, "v1beta1");
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

const DeviceCounterConsumption = inVersion(stable.DeviceCounterConsumption, "v1beta1");
export interface DeviceCounterConsumption extends Infer<typeof DeviceCounterConsumption> {}

const DeviceCapacity = inVersion(stable.DeviceCapacity, "v1beta1");
export interface DeviceCapacity extends Infer<typeof DeviceCapacity> {}

const DeviceAttribute = inVersion(stable.DeviceAttribute, "v1beta1");
export interface DeviceAttribute extends Infer<typeof DeviceAttribute> {}

const ResourcePool = inVersion(stable.ResourcePool, "v1beta1");
export interface ResourcePool extends Infer<typeof ResourcePool> {}

const ResourceSliceSpec = struct("io.k8s.api.resource.v1beta1.ResourceSliceSpec", () => ({
  driver: string(1, { always: true, required: true }),
  pool: ref(2, ResourcePool, { required: true }),
  nodeName: string(3, { rules: ["oneOf=NodeSelection"] }),
  nodeSelector: ref(4, NodeSelector, { ptr: true, rules: ["oneOf=NodeSelection"] }),
  allNodes: boolean(5, { rules: ["oneOf=NodeSelection"] }),
  devices: list(6, Device, { list: "atomic", rules: ["optional", "zeroOrOneOf=ResourceSliceType"] }),
  perDeviceNodeSelection: boolean(7, { ptr: true, gates: ["DRAPartitionableDevices"], rules: ["oneOf=NodeSelection"] }),
  sharedCounters: list(8, CounterSet, {
    list: "atomic",
    gates: ["DRAPartitionableDevices"],
    rules: ["optional", "unique=map", "listMapKey=name", "zeroOrOneOf=ResourceSliceType", "maxItems=8"],
  }),
}));
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const Device = struct("io.k8s.api.resource.v1beta1.Device", () => ({
  name: string(1, { always: true, required: true }),
  basic: ref(2, BasicDevice, { ptr: true, rules: ["oneOf=deviceType", "optional"] }),
}));
export interface Device extends Infer<typeof Device> {}

export const BasicDevice = struct("io.k8s.api.resource.v1beta1.BasicDevice", () => ({
  attributes: map(1, DeviceAttribute, { rules: ["optional"] }),
  capacity: map(2, DeviceCapacity),
  consumesCounters: list(3, DeviceCounterConsumption, {
    list: "atomic",
    gates: ["DRAPartitionableDevices"],
    rules: ["optional", "unique=map", "listMapKey=counterSet", "maxItems=2"],
  }),
  nodeName: string(4, { ptr: true, gates: ["DRAPartitionableDevices"], rules: ["oneOf=DeviceNodeSelection"] }),
  nodeSelector: ref(5, NodeSelector, { ptr: true, rules: ["oneOf=DeviceNodeSelection"] }),
  allNodes: boolean(6, { ptr: true, gates: ["DRAPartitionableDevices"], rules: ["oneOf=DeviceNodeSelection"] }),
  taints: list(7, DeviceTaint, { list: "atomic", gates: ["DRADeviceTaints"], rules: ["optional"] }),
  bindsToNode: boolean(8, { ptr: true, gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"] }),
  bindingConditions: list(9, scalar.string, {
    list: "atomic",
    gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"],
    rules: ["optional", "maxItems=4"],
  }),
  bindingFailureConditions: list(10, scalar.string, {
    list: "atomic",
    gates: ["DRADeviceBindingConditions,DRAResourceClaimDeviceStatus"],
    rules: ["optional", "maxItems=4"],
  }),
  allowMultipleAllocations: boolean(11, { ptr: true, gates: ["DRAConsumableCapacity"] }),
  nodeAllocatableResourceMappings: map(12, NodeAllocatableResourceMapping, { gates: ["DRANodeAllocatableResources"] }),
}));
export interface BasicDevice extends Infer<typeof BasicDevice> {}

export const ResourceSlice = kind({
  name: "io.k8s.api.resource.v1beta1.ResourceSlice",
  group: "resource.k8s.io",
  version: "v1beta1",
  kind: "ResourceSlice",
  plural: "resourceslices",
  scope: "Cluster",
  rules: { deprecation: "resource.k8s.io/v1beta1 ResourceSlice is deprecated in v1.35+, unavailable in v1.38+" },
  storage: () => storedAs(Stable, sliceConversions as never),
  fields: () => ({
    spec: ref(2, ResourceSliceSpec, { required: true }),
  }),
});
export interface ResourceSlice extends InferKind<typeof ResourceSlice> {}

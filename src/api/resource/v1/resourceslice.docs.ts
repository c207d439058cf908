import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  ResourceSliceSpec,
  CounterSet,
  Device,
  NodeAllocatableResourceMapping,
  DeviceTaint,
  DeviceCounterConsumption,
  Counter,
  DeviceCapacity,
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  DeviceAttribute,
  ResourcePool,
  ResourceSlice,
} from "./resourceslice.ts";

export const resourcesliceDocs: readonly StructDoc[] = [
  doc(ResourceSliceSpec, "Devices of one pool; exactly one way to say where they are is used.", {
    driver: "Name of the driver; it cannot change.",
    pool: "Pool that the devices are in.",
    nodeName: "Node that the devices are on; it cannot change.",
    nodeSelector: "Nodes that can reach the devices.",
    allNodes: "Set to true: all nodes can reach the devices.",
    devices: "The devices; at most 128, or 64 if any has taints, lists as attributes, or takes of counters.",
    perDeviceNodeSelection: "Set to true: each device says where it is.",
    sharedCounters:
      "Counters that devices share, so that parts of one device exclude each other; at most 8, and not together with devices.",
  }),
  doc(CounterSet, "Counters that devices share.", {
    name: "Name of the set, unique in the pool; a DNS label.",
    counters: "Amount that there is of each; at most 32.",
  }),
  doc(Device, "A device on offer.", {
    name: "Name of the device, unique in the pool; a DNS label.",
    attributes: "What the device is like, by name or domain/name; at most 32 together with capacity.",
    capacity: "How much the device has, by name or domain/name.",
    consumesCounters: "What the device takes of shared counters; at most 2 sets.",
    nodeName: "Node that the device is on; only with perDeviceNodeSelection.",
    nodeSelector: "Nodes that can reach the device; only with perDeviceNodeSelection.",
    allNodes: "Whether all nodes can reach the device; only with perDeviceNodeSelection.",
    taints: "Taints that keep away claims which don't tolerate them; at most 16.",
    bindsToNode: "Whether a claim that gets the device is then bound to the node it was chosen for.",
    bindingConditions: "Conditions that must be True before a pod with the device is placed; at most 4.",
    bindingFailureConditions: "Conditions that, once True, give the allocation up; at most 4.",
    allowMultipleAllocations: "Whether several claims can share the device; default false.",
    nodeAllocatableResourceMappings:
      "How much of the node's own resources the device takes; needs the feature gate DRANodeAllocatableResources.",
  }),
  doc(NodeAllocatableResourceMapping, "How much of one of the node's own resources a device takes.", {
    capacityKey: "Capacity of the device that the amount follows; absent for an amount per device.",
    allocationMultiplier: "What capacity, or the device itself, is multiplied with; default 1 with capacityKey.",
  }),
  doc(DeviceTaint, "A mark on devices that keeps away claims which don't tolerate it.", {
    key: "Key of the taint.",
    value: "Value of the taint; may be empty.",
    effect: "None (only shows), NoSchedule, or NoExecute to evict pods too.",
    timeAdded: "When the taint was added; with NoExecute, tolerations count from here.",
  }),
  doc(DeviceCounterConsumption, "What a device takes of a set of counters.", {
    counterSet: "Name of the set.",
    counters: "Amount that it takes of each.",
  }),
  doc(Counter, "An amount.", {
    value: "The amount.",
  }),
  doc(DeviceCapacity, "How much a device has of something.", {
    value: "The amount.",
    requestPolicy: "How much of it a claim can take, for devices that are shared; default any amount.",
  }),
  doc(CapacityRequestPolicy, "How much a claim can take; at most one of the valid members is set.", {
    default: "What a claim takes that doesn't say.",
    validValues: "Amounts that can be taken; what is asked is rounded up to one. At most 10.",
    validRange: "Range of amounts that can be taken; what is asked is rounded up into it.",
  }),
  doc(CapacityRequestPolicyRange, "A range of amounts.", {
    min: "Least that can be taken.",
    max: "Most that can be taken; default all that the device has.",
    step: "Distance between amounts that can be taken, from min on; default any.",
  }),
  doc(DeviceAttribute, "What a device is like in one respect; exactly one member is set.", {
    int: "A whole number.",
    bool: "True or false.",
    string: "Text of at most 64 characters.",
    version: "A version as of semver.org 2.0.0, of at most 64 characters.",
    ints: "Several whole numbers; needs the feature gate DRAListTypeAttributes.",
    bools: "Several true or false; needs the feature gate DRAListTypeAttributes.",
    strings: "Several texts; needs the feature gate DRAListTypeAttributes.",
    versions: "Several versions; needs the feature gate DRAListTypeAttributes.",
  }),
  doc(ResourcePool, "The pool that a slice is a part of.", {
    name: "Name of the pool, unique for the driver; often the node's.",
    generation: "Grows when the devices change; slices with a lower one are out of date.",
    resourceSliceCount: "Slices that the pool has with this generation; with fewer, it isn't complete.",
  }),
  ...kindDocs(ResourceSlice, "Devices that a driver offers; drivers write it.", {
    spec: "The devices, and where they are.",
  }),
];

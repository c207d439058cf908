import { doc, type StructDoc } from "../../doc.ts";
import { Device, BasicDevice } from "./resourceslice.ts";

export const resourcesliceDocs: readonly StructDoc[] = [
  doc(Device, "A device on offer.", {
    name: "Name of the device, unique in the pool; a DNS label.",
    basic: "What the device is like.",
  }),
  doc(BasicDevice, "What a device is like.", {
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
];

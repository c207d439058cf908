import type { Plugin } from "../framework.ts";
import type { World } from "../world.ts";
import { balancedAllocation } from "./balanced-allocation.ts";
import { dynamicResources } from "./dynamic-resources.ts";
import { imageLocality } from "./image-locality.ts";
import { interPodAffinity } from "./inter-pod-affinity.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nodeName } from "./node-name.ts";
import { nodePorts } from "./node-ports.ts";
import { nodeResourcesFit } from "./node-resources-fit.ts";
import { nodeUnschedulable } from "./node-unschedulable.ts";
import { podTopologySpread } from "./pod-topology-spread.ts";
import { nodeVolumeLimits } from "./node-volume-limits.ts";
import { taintToleration } from "./taint-toleration.ts";
import { volumeBinding } from "./volume-binding.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";
import { volumeZone } from "./volume-zone.ts";

/** Makes a plugin of what a profile says to it. */
export type PluginFactory = (args: Readonly<Record<string, unknown>>, world: World) => Plugin;

/** The plugins that are on by default, in the order in which they filter. */
export const allPlugins: ReadonlyMap<string, PluginFactory> = new Map<string, PluginFactory>([
  ["NodeUnschedulable", () => nodeUnschedulable],
  ["NodeName", () => nodeName],
  ["TaintToleration", () => taintToleration],
  ["NodeAffinity", nodeAffinity],
  ["NodePorts", () => nodePorts],
  ["NodeResourcesFit", nodeResourcesFit],
  ["VolumeRestrictions", (_, { volumes }) => volumeRestrictions(volumes)],
  ["NodeVolumeLimits", (_, { volumes }) => nodeVolumeLimits(volumes)],
  ["VolumeBinding", (_, { volumes }) => volumeBinding(volumes)],
  ["VolumeZone", (_, { volumes }) => volumeZone(volumes)],
  ["PodTopologySpread", (args, world) => podTopologySpread(args, world.selectorOf)],
  ["InterPodAffinity", interPodAffinity],
  ["DynamicResources", (_, { devices }) => dynamicResources(devices)],
  ["NodeResourcesBalancedAllocation", balancedAllocation],
  ["ImageLocality", () => imageLocality],
]);

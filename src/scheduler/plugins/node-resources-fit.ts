import { type Plugin, type Rejection, SCORE_MAX } from "../framework.ts";
import { type NodeInfo, placementOf } from "../node-info.ts";
import { resourcesOf, type Resources } from "../resources.ts";

export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  /** Names before a slash whose resources are left to an extender. */
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: {
    readonly type?: string;
    readonly resources?: readonly { readonly name: string; readonly weight?: number }[];
    readonly requestedToCapacityRatio?: {
      readonly shape?: readonly { readonly utilization: number; readonly score: number }[];
    };
  };
}

const DEFAULT_RESOURCES = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];
/** Shapes give scores of 0 to 10. */
const SHAPE_SCORE_MAX = 10;

/** Requests must fit into what the node has left; how full it is to be by preference is the profile's choice. */
export function nodeResourcesFit(args: NodeResourcesFitArgs = {}): Plugin {
  const isIgnored = (name: string) =>
    (args.ignoredResources?.includes(name) ?? false) ||
    (name.includes("/") && (args.ignoredResourceGroups?.includes(name.split("/")[0]!) ?? false));
  const resources = (args.scoringStrategy?.resources ?? DEFAULT_RESOURCES).map(({ name, weight = 1 }) => ({
    name,
    weight,
  }));
  const rate = rater(args.scoringStrategy);
  return {
    name: "NodeResourcesFit",
    events: ["nodeApplied", "podDeleted", "selfChanged"],
    helps: (pod, { node }) => !node || couldFit(placementOf(pod).requests, resourcesOf(node.status.allocatable)),
    weight: 1,
    filter: (pod, node) => insufficient(placementOf(pod).requests, node, isIgnored),
    score(pod, node) {
      const { nonZero, requests } = placementOf(pod);
      let total = 0;
      let weights = 0;
      for (const { name, weight } of resources) {
        const capacity = node.allocatable.get(name) ?? 0;
        if (capacity === 0) continue;
        const isBasic = name === "cpu" || name === "memory";
        const used = (isBasic ? node.nonZeroRequested : node.requested).get(name) ?? 0;
        total += weight * rate(used + ((isBasic ? nonZero : requests).get(name) ?? 0), capacity);
        weights += weight;
      }
      return weights === 0 ? 0 : Math.floor(total / weights);
    },
  };
}

/** Whether the pod has room on an empty node of this size. */
function couldFit(requests: Resources, allocatable: Resources): boolean {
  for (const [name, wanted] of requests) if (wanted > (allocatable.get(name) ?? 0)) return false;
  return true;
}

function insufficient(
  requests: Resources,
  node: NodeInfo,
  isIgnored: (name: string) => boolean,
): Rejection | undefined {
  let reasons: string[] | undefined;
  let resolvable = true;
  if (node.pods.size + 1 > (node.allocatable.get("pods") ?? 0)) reasons = ["Too many pods"];
  for (const [name, wanted] of requests) {
    if (wanted === 0) continue;
    const capacity = node.allocatable.get(name) ?? 0;
    if (wanted <= capacity - (node.requested.get(name) ?? 0) || isIgnored(name)) continue;
    reasons ??= [];
    reasons.push(`Insufficient ${name}`);
    if (wanted > capacity) resolvable = false;
  }
  return reasons && { reasons, resolvable };
}

type Rate = (used: number, capacity: number) => number;

/** 0 to 100 by how much of a resource would be used. */
function rater(strategy: NodeResourcesFitArgs["scoringStrategy"]): Rate {
  switch (strategy?.type ?? "LeastAllocated") {
    case "LeastAllocated":
      return (used, capacity) => (used > capacity ? 0 : Math.floor(((capacity - used) * SCORE_MAX) / capacity));
    case "MostAllocated":
      return (used, capacity) => Math.floor((Math.min(used, capacity) * SCORE_MAX) / capacity);
    case "RequestedToCapacityRatio": {
      const shape = strategy?.requestedToCapacityRatio?.shape ?? [];
      return (used, capacity) =>
        used > capacity ? atShape(shape, 100) : atShape(shape, Math.floor((used * 100) / capacity));
    }
    default:
      throw new RangeError(`configure NodeResourcesFit: scoringStrategy.type "${strategy?.type}" is not known`);
  }
}

/** The score at a utilization, on straight lines between the points of the shape. */
function atShape(shape: readonly { readonly utilization: number; readonly score: number }[], at: number): number {
  const scale = SCORE_MAX / SHAPE_SCORE_MAX;
  const index = shape.findIndex(({ utilization }) => at <= utilization);
  if (index < 0) return (shape.at(-1)?.score ?? 0) * scale;
  const to = shape[index]!;
  const from = shape[index - 1];
  if (!from) return to.score * scale;
  const part = (at - from.utilization) / (to.utilization - from.utilization);
  return Math.trunc((from.score + (to.score - from.score) * part) * scale);
}

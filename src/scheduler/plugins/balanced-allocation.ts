import type { Pod } from "../../api/index.ts";
import { type Plugin, SCORE_MAX } from "../framework.ts";
import { type NodeInfo, placementOf } from "../node-info.ts";

const RESOURCES = ["cpu", "memory"];

/** Nodes whose CPU and memory would be used to the same degree are better. */
export const balancedAllocation: Plugin = {
  name: "NodeResourcesBalancedAllocation",
  events: [],
  weight: 1,
  prepare(pod) {
    const { requests } = placementOf(pod);
    return { notes: undefined, skipScore: !RESOURCES.some((name) => (requests.get(name) ?? 0) > 0) };
  },
  score: (pod, node) => Math.floor((1 - spread(pod, node)) * SCORE_MAX),
};

/** Half the distance of the two used fractions (the standard deviation of two values). */
function spread(pod: Pod, node: NodeInfo): number {
  const { requests } = placementOf(pod);
  const fractions = RESOURCES.filter((name) => (node.allocatable.get(name) ?? 0) > 0).map((name) =>
    Math.min(1, ((node.requested.get(name) ?? 0) + (requests.get(name) ?? 0)) / node.allocatable.get(name)!),
  );
  return fractions.length < 2 ? 0 : Math.abs(fractions[0]! - fractions[1]!) / 2;
}

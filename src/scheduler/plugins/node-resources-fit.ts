import { type Plugin, type Rejection, SCORE_MAX } from "../framework.ts";
import { type NodeInfo, placementOf } from "../node-info.ts";

/** Requests must fit into what the node has left; emptier nodes are better (least allocated over CPU and memory). */
export const nodeResourcesFit: Plugin = {
  name: "NodeResourcesFit",
  events: ["nodeApplied", "podDeleted", "podChanged"],
  weight: 1,
  filter: (pod, node) => insufficient(placementOf(pod).requests, node),
  score(pod, node) {
    const { nonZero } = placementOf(pod);
    let total = 0;
    let weights = 0;
    for (const name of ["cpu", "memory"]) {
      const capacity = node.allocatable.get(name) ?? 0;
      if (capacity === 0) continue;
      const wanted = (node.nonZeroRequested.get(name) ?? 0) + (nonZero.get(name) ?? 0);
      total += wanted > capacity ? 0 : Math.floor(((capacity - wanted) * SCORE_MAX) / capacity);
      weights++;
    }
    return weights === 0 ? 0 : Math.floor(total / weights);
  },
};

function insufficient(requests: ReadonlyMap<string, number>, node: NodeInfo): Rejection | undefined {
  const reasons: string[] = [];
  let resolvable = true;
  if (node.pods.size + 1 > (node.allocatable.get("pods") ?? 0)) reasons.push("Too many pods");
  for (const [name, wanted] of requests) {
    if (wanted === 0) continue;
    const capacity = node.allocatable.get(name) ?? 0;
    if (wanted <= capacity - (node.requested.get(name) ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > capacity) resolvable = false;
  }
  return reasons.length === 0 ? undefined : { reasons, resolvable };
}

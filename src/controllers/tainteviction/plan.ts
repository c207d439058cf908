import { type Node, type Pod, tolerationCovers } from "../../api/index.ts";
import { parseTime } from "../../base/index.ts";

/**
 * When a pod must leave its node, in ms since the epoch; undefined when it may stay. `sinceMs` is when the taints were first
 * seen, for those that don't say when they were added.
 */
export function evictionMs(pod: Pod, node: Node | undefined, sinceMs: number): number | undefined {
  const taints = (node?.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");
  if (taints.length === 0 || pod.metadata.deletionTimestamp) return undefined;
  let earliest: number | undefined;
  for (const taint of taints) {
    const matching = (pod.spec.tolerations ?? []).filter((toleration) => tolerationCovers(toleration, taint));
    if (matching.length === 0) return sinceMs;
    const limits = matching.flatMap(({ tolerationSeconds }) =>
      tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)],
    );
    if (limits.length === 0) continue;
    const since = taint.timeAdded ? parseTime(taint.timeAdded) : sinceMs;
    const until = since + Math.min(...limits) * 1000;
    earliest = earliest === undefined ? until : Math.min(earliest, until);
  }
  return earliest;
}

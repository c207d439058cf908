import { type Node, type Pod, tolerates } from "../../api/index.ts";
import { normalizeReversed, type Plugin } from "../framework.ts";

const TAINTED = { reasons: ["node(s) had untolerated taint(s)"], resolvable: false };

/** NoSchedule and NoExecute taints filter; PreferNoSchedule taints count against a node. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  events: ["nodeApplied", "selfChanged"],
  helps: (pod, { node }) => !node || !isForbidden(pod, node),
  weight: 3,
  filter: (pod, { node }) => (isForbidden(pod, node) ? TAINTED : undefined),
  score(pod, { node }) {
    let count = 0;
    for (const taint of node.spec.taints ?? [])
      if (taint.effect === "PreferNoSchedule" && !tolerates(pod.spec.tolerations, taint)) count++;
    return count;
  },
  normalize: normalizeReversed,
};

function isForbidden(pod: Pod, node: Node): boolean {
  return (
    node.spec.taints?.some((taint) => taint.effect !== "PreferNoSchedule" && !tolerates(pod.spec.tolerations, taint)) ??
    false
  );
}

import { normalizeReversed, type Plugin } from "../framework.ts";
import { tolerates } from "./taints.ts";

/** NoSchedule and NoExecute taints filter; PreferNoSchedule taints count against a node. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  events: ["nodeApplied", "podChanged"],
  weight: 3,
  filter(pod, node) {
    const taint = node.node.spec.taints?.find((one) => one.effect !== "PreferNoSchedule" && !tolerates(pod, one));
    return taint && { reasons: [`node(s) had untolerated taint(s)`], resolvable: false };
  },
  score: (pod, node) =>
    (node.node.spec.taints ?? []).filter((taint) => taint.effect === "PreferNoSchedule" && !tolerates(pod, taint))
      .length,
  normalize: normalizeReversed,
};

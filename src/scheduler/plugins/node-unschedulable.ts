import { type Node, type Pod, tolerates } from "../../api/index.ts";
import type { Plugin } from "../framework.ts";

const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const CORDONED = { reasons: ["node(s) were unschedulable"], resolvable: false };

/** Cordoned nodes take only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: "NodeUnschedulable",
  events: ["nodeApplied", "selfChanged"],
  helps: (pod, { node }) => !node || allows(pod, node),
  filter: (pod, { node }) => (allows(pod, node) ? undefined : CORDONED),
};

function allows(pod: Pod, node: Node): boolean {
  return !node.spec.unschedulable || tolerates(pod.spec.tolerations, TAINT);
}

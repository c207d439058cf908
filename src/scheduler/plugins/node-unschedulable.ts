import type { Plugin } from "../framework.ts";
import { tolerates } from "./taints.ts";

const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const CORDONED = { reasons: ["node(s) were unschedulable"], resolvable: false };

/** Cordoned nodes take only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: "NodeUnschedulable",
  events: ["nodeApplied", "podChanged"],
  filter: (pod, node) => (!node.node.spec.unschedulable || tolerates(pod, TAINT) ? undefined : CORDONED),
};

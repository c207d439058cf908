import type { Plugin } from "../framework.ts";

const MISMATCH = { reasons: ["node(s) didn't match the requested node name"], resolvable: false };

/** A pod that names its node goes nowhere else. */
export const nodeName: Plugin = {
  name: "NodeName",
  events: ["nodeApplied"],
  prepare: (pod) => ({ skipFilter: !pod.spec.nodeName }),
  filter: (pod, node) => (pod.spec.nodeName === node.name ? undefined : MISMATCH),
};

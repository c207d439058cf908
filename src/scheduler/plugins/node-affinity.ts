import type { Pod } from "../../api/index.ts";
import { normalizeByMax, type Plugin } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { nodeSelectorMatches, termMatches } from "./node-selector.ts";

const MISMATCH = { reasons: ["node(s) didn't match Pod's node affinity/selector"], resolvable: false };

/** nodeSelector and node affinity: what is required filters, what is preferred scores. */
export const nodeAffinity: Plugin = {
  name: "NodeAffinity",
  events: ["nodeApplied"],
  weight: 2,
  prepare(pod) {
    const affinity = pod.spec.affinity?.nodeAffinity;
    return {
      notes: undefined,
      skipFilter: !pod.spec.nodeSelector && !affinity?.requiredDuringSchedulingIgnoredDuringExecution,
      skipScore: !affinity?.preferredDuringSchedulingIgnoredDuringExecution?.length,
    };
  },
  filter: (pod, node) => (matchesNode(pod, node) ? undefined : MISMATCH),
  score(pod, node) {
    let total = 0;
    for (const { weight, preference } of pod.spec.affinity?.nodeAffinity
      ?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (isEmpty(preference) || termMatches(preference, node.node)) total += weight;
    }
    return total;
  },
  normalize: normalizeByMax,
};

/** Whether the node is one that the pod's selector and required affinity allow. */
export function matchesNode(pod: Pod, node: NodeInfo): boolean {
  const labels = node.node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || nodeSelectorMatches(required, node.node);
}

function isEmpty(term: { matchExpressions?: readonly unknown[]; matchFields?: readonly unknown[] }): boolean {
  return !term.matchExpressions?.length && !term.matchFields?.length;
}

import { own } from "../../base/index.ts";
import {
  type NodeAffinity as NodeAffinityTerms,
  type Node,
  type NodeSelectorTerm,
  nodeSelectorMatches,
  nodeTermMatches,
  type Pod,
} from "../../api/index.ts";
import { normalizeByMax, type Plugin, type Preparation } from "../framework.ts";

const MISMATCH = { reasons: ["node(s) didn't match Pod's node affinity/selector"], resolvable: false };

export interface NodeAffinityArgs {
  /** Holds for every pod of the profile, besides what it asks itself. */
  readonly addedAffinity?: NodeAffinityTerms;
}

/** nodeSelector and node affinity: what is required filters, what is preferred scores. */
export function nodeAffinity({ addedAffinity }: NodeAffinityArgs = {}): Plugin {
  const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferences = (pod: Pod) => [
    ...preferred,
    ...(pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
  ];
  const matches = (pod: Pod, node: Node) => (!added || nodeSelectorMatches(added, node)) && matchesNode(pod, node);
  return {
    name: "NodeAffinity",
    events: ["nodeApplied", "selfChanged"],
    helps: (pod, { node }) => !node || matches(pod, node),
    weight: 2,
    prepare(pod): Preparation {
      const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      const onlyNodes = required && namedNodes(required.nodeSelectorTerms);
      return {
        skipFilter: !added && !pod.spec.nodeSelector && !required,
        skipScore: preferences(pod).length === 0,
        ...(onlyNodes && { onlyNodes }),
      };
    },
    filter: (pod, { node }) => (matches(pod, node) ? undefined : MISMATCH),
    score(pod, { node }) {
      let total = 0;
      for (const { weight, preference } of preferences(pod))
        if (isEmpty(preference) || nodeTermMatches(preference, node)) total += weight;
      return total;
    },
    normalize: normalizeByMax,
  };
}

/** Whether the node is one that the pod's selector and required affinity allow. */
export function matchesNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (own(labels, key) !== value) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || nodeSelectorMatches(required, node);
}

/** The nodes that terms name, when every one of them names some: a daemon's pod needs no look at the others. */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { matchFields } of terms) {
    const wanted = (matchFields ?? [])
      .filter(({ key, operator }) => key === "metadata.name" && operator === "In")
      .map(({ values }) => new Set(values ?? []));
    if (wanted.length === 0) return undefined;
    for (const name of wanted.reduce((both, one) => both.intersection(one))) names.add(name);
  }
  return terms.length === 0 ? undefined : names;
}

function isEmpty(term: NodeSelectorTerm): boolean {
  return !term.matchExpressions?.length && !term.matchFields?.length;
}

import { own } from "../../base/index.ts";
import { labelSelectorMatches, type LabelSelector, type Pod } from "../../api/index.ts";
import type { PodCount } from "../counters.ts";
import type { NodeInfo } from "../node-info.ts";

/** Whether the selector picks a pod's labels; an absent selector picks nothing. */
export function selects(selector: LabelSelector | undefined, pod: Pod): boolean {
  return selector !== undefined && labelSelectorMatches(selector, pod.metadata.labels ?? {});
}

/** A selector with the incoming pod's own values for some label keys added. */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  pod: Pod,
  { match = [], mismatch = [] }: { readonly match?: readonly string[]; readonly mismatch?: readonly string[] },
): LabelSelector | undefined {
  if (selector === undefined || (match.length === 0 && mismatch.length === 0)) return selector;
  const labels = pod.metadata.labels ?? {};
  const requirement = (operator: string) => (key: string) => ({ key, operator, values: [own(labels, key)!] });
  const present = (key: string) => own(labels, key) !== undefined;
  return {
    ...selector,
    matchExpressions: [
      ...(selector.matchExpressions ?? []),
      ...match.filter(present).map(requirement("In")),
      ...mismatch.filter(present).map(requirement("NotIn")),
    ],
  };
}

/** The node's value of a topology key. */
export function domainOf({ node }: NodeInfo, key: string): string | undefined {
  return own(node.metadata.labels, key);
}

/** Counts by node summed up by the nodes' values of a key; domains without a pod have no entry. */
export function sumByDomain(
  { byNode }: PodCount,
  key: string,
  nodeOf: (name: string) => NodeInfo | undefined,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of byNode) {
    const node = nodeOf(name);
    const domain = node && domainOf(node, key);
    if (domain !== undefined) sums.set(domain, (sums.get(domain) ?? 0) + count);
  }
  return sums;
}

/** Adds to an entry and drops it when nothing is left. */
export function bump(counts: Map<string, number>, key: string, delta: number): void {
  const count = (counts.get(key) ?? 0) + delta;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

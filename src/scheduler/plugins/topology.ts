import { labelSelectorMatches, type LabelSelector, type Pod } from "../../api/index.ts";

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
  const requirement = (operator: string) => (key: string) => ({ key, operator, values: [labels[key]!] });
  const present = (key: string) => labels[key] !== undefined;
  return {
    ...selector,
    matchExpressions: [
      ...(selector.matchExpressions ?? []),
      ...match.filter(present).map(requirement("In")),
      ...mismatch.filter(present).map(requirement("NotIn")),
    ],
  };
}

import { own } from "../../../../base/index.ts";
import type { Mutable } from "../../../kind.ts";
import type { PodAffinity } from "../affinity.ts";
import type { PodSpec } from "../podspec.ts";

type Labels = Readonly<Record<string, string>> | undefined;

interface Selecting {
  labelSelector?: { matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

/** Keys by which a pod's own labels choose its peers become conditions on those labels' values. */
export function mergeLabelKeys(spec: Mutable<PodSpec>, labels: Labels): void {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  for (const term of [...termsOf(podAffinity), ...termsOf(podAntiAffinity)]) merge(term as Selecting, labels);
  for (const constraint of spec.topologySpreadConstraints ?? []) merge(constraint as Selecting, labels);
}

function termsOf(affinity: Mutable<PodAffinity> | undefined): unknown[] {
  return [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm),
  ].filter(Boolean);
}

function merge({ labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Selecting, labels: Labels): void {
  if (!labelSelector) return;
  const add = (keys: readonly string[], operator: string) => {
    for (const key of keys) {
      const value = own(labels, key);
      if (value === undefined) continue;
      labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), { key, operator, values: [value] }];
    }
  };
  add(matchLabelKeys, "In");
  add(mismatchLabelKeys, "NotIn");
}

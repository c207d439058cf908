import { type ClusterRole, labelSelectorMatches } from "../../api/index.ts";
import { canonical } from "../common/hash.ts";

type Rules = NonNullable<ClusterRole["rules"]>;

/** The rules that an aggregated role should have; undefined when it isn't one. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): Rules | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (!selectors) return undefined;
  const sorted = [...roles].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const seen = new Set<string>();
  const rules: Rules[number][] = [];
  for (const selector of selectors) {
    for (const other of sorted) {
      if (other.metadata.name === role.metadata.name) continue;
      if (!labelSelectorMatches(selector, other.metadata.labels ?? {})) continue;
      for (const rule of other.rules ?? []) {
        const key = canonical(rule);
        if (!seen.has(key)) rules.push(rule);
        seen.add(key);
      }
    }
  }
  return rules;
}

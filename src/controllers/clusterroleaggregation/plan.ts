import { type ClusterRole, labelSelectorMatches } from "../../api/index.ts";
import { canonical } from "../common/hash.ts";

type Rules = NonNullable<ClusterRole["rules"]>;

/**
 * The rules that an aggregated role should have; undefined when it isn't one. Of other aggregated roles it takes what they
 * should have, not what they have yet: otherwise each role that is made of such roles would be written several times.
 */
export function aggregatedRules(
  role: ClusterRole,
  roles: readonly ClusterRole[],
  above: readonly ClusterRole[] = [],
): Rules | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (!selectors) return undefined;
  // Roles that are made of each other add nothing to each other.
  if (above.includes(role)) return [];
  const path = [...above, role];
  const seen = new Set<string>();
  const rules: Rules[number][] = [];
  for (const selector of selectors) {
    const others = roles.filter(
      ({ metadata }) => metadata.name !== role.metadata.name && labelSelectorMatches(selector, metadata.labels ?? {}),
    );
    for (const other of others.sort(byName)) {
      for (const rule of aggregatedRules(other, roles, path) ?? other.rules ?? []) {
        const key = canonical(rule);
        if (!seen.has(key)) rules.push(rule);
        seen.add(key);
      }
    }
  }
  return rules;
}

function byName(a: ClusterRole, b: ClusterRole): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

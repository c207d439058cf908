import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterRole } from "../../api/index.ts";
import { aggregatedRules } from "./plan.ts";

const rule = (resource: string) => ({ apiGroups: [""], resources: [resource], verbs: ["get"] });

/** A role with a label for each role that takes its rules, and made of those that carry its own. */
function role(name: string, { resources = [], into = [], isAggregated = false }: Partial<Parts> = {}): ClusterRole {
  return {
    metadata: { name, labels: Object.fromEntries(into.map((other) => [`into-${other}`, "true"])) },
    rules: resources.map(rule),
    ...(isAggregated && {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`into-${name}`]: "true" } }] },
    }),
  } as unknown as ClusterRole;
}

interface Parts {
  readonly resources: readonly string[];
  readonly into: readonly string[];
  readonly isAggregated: boolean;
}

const resources = (roles: readonly ClusterRole[], name: string) =>
  aggregatedRules(roles.find(({ metadata }) => metadata.name === name)!, roles)?.flatMap(
    ({ resources: some = [] }) => some,
  );

test("a role is made of the roles that its selectors pick, in the order of their names, each rule once", () => {
  const roles = [
    role("b", { resources: ["pods", "secrets"], into: ["all"] }),
    role("a", { resources: ["nodes", "pods"], into: ["all"] }),
    role("other", { resources: ["jobs"] }),
    role("all", { isAggregated: true }),
  ];
  assert.deepEqual(resources(roles, "all"), ["nodes", "pods", "secrets"]);
  assert.equal(resources(roles, "other"), undefined);
});

test("of a role that is made of others it takes what that should have", () => {
  const roles = [
    role("admin", { isAggregated: true, resources: ["stale"] }),
    role("edit", { isAggregated: true, into: ["admin"], resources: ["stale"] }),
    role("view", { isAggregated: true, into: ["edit"], resources: ["stale"] }),
    role("pods", { resources: ["pods"], into: ["view"] }),
    role("secrets", { resources: ["secrets"], into: ["edit"] }),
  ];
  assert.deepEqual(resources(roles, "view"), ["pods"]);
  assert.deepEqual(resources(roles, "edit"), ["secrets", "pods"]);
  assert.deepEqual(resources(roles, "admin"), ["secrets", "pods"]);
});

test("roles that are made of each other have what others give to any of them", () => {
  const roles = [
    role("a", { isAggregated: true, into: ["b"], resources: ["nodes"] }),
    role("b", { isAggregated: true, into: ["a"], resources: ["pods"] }),
    role("c", { resources: ["jobs"], into: ["a"] }),
  ];
  assert.deepEqual(resources(roles, "a"), ["jobs"]);
  assert.deepEqual(resources(roles, "b"), ["jobs"]);
});

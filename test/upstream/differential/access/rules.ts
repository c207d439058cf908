import type { Random } from "../../../../src/base/index.ts";
import { pick } from "../mutate.ts";
import { chance, some } from "./scene.ts";

const VERBS = [
  "get",
  "list",
  "watch",
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
  "*",
  "bind",
  "escalate",
];
const GROUPS = ["", "", "apps", "rbac.authorization.k8s.io", "batch", "*"];
const RESOURCES = [
  ...["configmaps", "secrets", "pods", "pods/log", "pods/*", "*/status", "*", "deployments", "deployments/scale"],
  ...["roles", "clusterroles", "rolebindings", "clusterrolebindings", "jobs", "*/scale", "nodes"],
];
const NAMES = ["a", "b", "", "r-a"];
const PATHS = ["/healthz", "/healthz/*", "/metrics", "/api*", "*", "/nope", "/logs/", "/apis/*", "/"];

/** A rule of a role, now and then one that is wrong. */
export function randomRule(random: Random): unknown {
  if (chance(random, 0.2))
    return { verbs: some(random, [...VERBS, "post"], 2), nonResourceURLs: some(random, PATHS, 2) };
  const rule = {
    verbs: some(random, VERBS, 3),
    apiGroups: some(random, GROUPS, 2),
    resources: some(random, RESOURCES, 3),
    ...(chance(random, 0.25) && { resourceNames: some(random, NAMES, 2) }),
  };
  return chance(random, 0.05) ? { ...rule, nonResourceURLs: some(random, PATHS, 1) } : rule;
}

/** One that is likely to be in order. */
export function soundRule(random: Random): unknown {
  if (chance(random, 0.2))
    return { verbs: [pick(["get", "post", "*"], random)], nonResourceURLs: [pick(PATHS, random)] };
  return {
    verbs: [pick(VERBS, random), pick(VERBS, random)],
    apiGroups: [pick(GROUPS, random)],
    resources: [pick(RESOURCES, random), pick(RESOURCES, random)],
    ...(chance(random, 0.25) && { resourceNames: [pick(["a", "b", "r-a"], random)] }),
  };
}

const LABELS = [
  { matchLabels: { "agg-<id>": "true" } },
  { matchExpressions: [{ key: "x", operator: "In", values: ["y"] }] },
  { matchExpressions: [{ key: "x", operator: "Nope" }] },
  { matchLabels: { "bad key": "!" } },
  {},
];

export const randomAggregation = (random: Random) => ({ clusterRoleSelectors: some(random, LABELS, 2) });

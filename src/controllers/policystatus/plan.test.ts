import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValidatingAdmissionPolicy } from "../../api/index.ts";
import type { DiscoveredKind } from "../common/environment.ts";
import { describeKind, kindsOf, paramKindOf } from "./plan.ts";

const served = [
  ["", "v1", "Pod", "pods"],
  ["apps", "v1", "Deployment", "deployments"],
  ["apps", "v1", "ReplicaSet", "replicasets"],
  ["x.io", "v1", "Pod", "pods"],
].map(([group, version, kind, plural]) => ({ group, version, kind, plural, scope: "Namespaced", verbs: [] }));

function check(name: string, rule: object, expected: readonly string[]): void {
  test(`kinds of a policy: ${name}`, () => {
    const policy = { spec: { matchConstraints: { resourceRules: [rule] } } } as unknown as ValidatingAdmissionPolicy;
    assert.deepEqual(kindsOf(policy, served as unknown as DiscoveredKind[]).map(describeKind), expected);
  });
}

check("the core group's", { apiGroups: [""], apiVersions: ["v1"], resources: ["pods", "pods/status"] }, [
  "v1, Kind=Pod",
]);
check(
  "several, in order",
  { apiGroups: ["apps", "x.io"], apiVersions: ["v1"], resources: ["replicasets", "pods", "deployments"] },
  ["apps/v1, Kind=Deployment", "apps/v1, Kind=ReplicaSet", "x.io/v1, Kind=Pod"],
);
check(
  "none of a version that isn't served",
  { apiGroups: ["apps"], apiVersions: ["v2"], resources: ["deployments"] },
  [],
);
check("none of any group", { apiGroups: ["*"], apiVersions: ["v1"], resources: ["pods"] }, []);
check("none of all resources", { apiGroups: [""], apiVersions: ["v1"], resources: ["*"] }, []);

test("parameters are of a kind of the core group or another", () => {
  const of = (apiVersion: string) =>
    paramKindOf({ spec: { paramKind: { apiVersion, kind: "K" } } } as unknown as ValidatingAdmissionPolicy);
  assert.deepEqual(of("v1"), { group: "", version: "v1", kind: "K" });
  assert.deepEqual(of("x.io/v2"), { group: "x.io", version: "v2", kind: "K" });
});

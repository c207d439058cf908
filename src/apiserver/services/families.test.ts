import assert from "node:assert/strict";
import { test } from "node:test";
import { type Family, fillFamilies } from "./families.ts";

const BOTH: readonly Family[] = ["IPv6", "IPv4"];
type Spec = Parameters<typeof fillFamilies>[0];

function check(given: object, configured: readonly Family[], wanted: object, old?: object): void {
  const spec = { type: "ClusterIP", selector: { a: "b" }, ...given } as Spec;
  assert.deepEqual(fillFamilies(spec, old as never, configured), []);
  const { ipFamilies, ipFamilyPolicy, clusterIPs } = spec;
  assert.deepEqual(JSON.parse(JSON.stringify({ ipFamilies, ipFamilyPolicy, clusterIPs })), wanted);
}

test("without a word a service has the cluster's first family", () => {
  check({}, BOTH, { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" });
});

test("a service that prefers two gets what there is", () => {
  check({ ipFamilyPolicy: "PreferDualStack" }, BOTH, {
    ipFamilies: ["IPv6", "IPv4"],
    ipFamilyPolicy: "PreferDualStack",
  });
  check({ ipFamilyPolicy: "PreferDualStack" }, ["IPv4"], { ipFamilies: ["IPv4"], ipFamilyPolicy: "PreferDualStack" });
});

test("addresses say their families", () => {
  const clusterIPs = ["10.0.0.1"];
  check({ clusterIPs }, BOTH, { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack", clusterIPs });
});

test("a service of two families that goes back to one keeps the first", () => {
  const old = { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv4", "IPv6"], clusterIPs: ["10.0.0.1", "fd00::1"] };
  const wanted = { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack", clusterIPs: ["10.0.0.1"] };
  check({ ...old, ipFamilyPolicy: "SingleStack" }, BOTH, wanted, old);
});

test("what the cluster doesn't have is refused", () => {
  const errors = (given: object) =>
    fillFamilies({ type: "ClusterIP", selector: { a: "b" }, ...given } as Spec, undefined, ["IPv4"]).map(
      ({ path }) => path,
    );
  assert.deepEqual(errors({ ipFamilyPolicy: "RequireDualStack" }), ["spec.ipFamilyPolicy"]);
  assert.deepEqual(errors({ ipFamilies: ["IPv6"] }), ["spec.ipFamilies[0]"]);
  assert.deepEqual(errors({ clusterIPs: ["fd00::1"] }), ["spec.clusterIPs[0]"]);
});

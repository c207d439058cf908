import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, DynamicResourceClaim } from "../../api/index.ts";
import { FINALIZER, planClaim, wantedClaims } from "./plan.ts";

const pod = (name: string, phase = "Running"): Pod =>
  ({ metadata: { name, uid: name }, spec: { nodeName: "n" }, status: { phase } }) as unknown as Pod;
const claim = (reserved: readonly string[], metadata: object = {}): DynamicResourceClaim =>
  ({
    metadata: { name: "c", finalizers: [FINALIZER], ...metadata },
    status: { allocation: {}, reservedFor: reserved.map((name) => ({ resource: "pods", name, uid: name })) },
  }) as unknown as DynamicResourceClaim;
const among =
  (...pods: readonly Pod[]) =>
  (name: string) =>
    pods.find(({ metadata }) => metadata.name === name);

test("a claim is kept for pods that run, and freed when the last is done", () => {
  assert.deepEqual(planClaim(claim(["a"]), among(pod("a"))), {});
  const one = planClaim(claim(["a", "b"]), among(pod("a"), pod("b", "Succeeded")));
  assert.deepEqual(
    one.status?.reservedFor?.map(({ name }) => name),
    ["a"],
  );
  assert.deepEqual(planClaim(claim(["gone"]), among()), { status: {}, finalizers: [] });
});

test("a claim that nobody has reserved yet is the scheduler's, unless it is to go", () => {
  assert.deepEqual(planClaim(claim([]), among()), {});
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  assert.deepEqual(planClaim(claim([], { deletionTimestamp }), among()), { status: {}, finalizers: [] });
});

test("a claim made for a pod goes when the pod is done", () => {
  const ownerReferences = [{ kind: "Pod", name: "a", uid: "a", controller: true }];
  assert.equal(planClaim(claim([], { ownerReferences }), among(pod("a", "Failed"))).remove, true);
  assert.equal(planClaim(claim([], { ownerReferences }), among(pod("a"))).remove, undefined);
});

test("claims from templates are made once, and noted in the pod", () => {
  const user = {
    ...pod("a"),
    spec: { resourceClaims: [{ name: "g", resourceClaimTemplateName: "t" }] },
  } as unknown as Pod;
  assert.deepEqual(wantedClaims(user, []), [{ name: "g", template: "t", claim: undefined, noted: false }]);
  const made = claim([], {
    annotations: { "resource.kubernetes.io/pod-claim-name": "g" },
    ownerReferences: [{ uid: "a", controller: true }],
  });
  assert.equal(wantedClaims(user, [made])[0]?.claim, made);
});

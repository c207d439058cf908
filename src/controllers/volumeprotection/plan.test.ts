import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../api/index.ts";
import { CLAIM_FINALIZER, claimFinalizers, VOLUME_FINALIZER, volumeFinalizers } from "./plan.ts";

const claim = (metadata: object) => ({ metadata }) as unknown as PersistentVolumeClaim;
const user = (nodeName: string) => ({ spec: { nodeName } }) as unknown as Pod;
const leaving = { deletionTimestamp: "2026-01-01T00:00:00Z" };

test("a claim is let go once it is deleted and no pod on a node uses it", () => {
  assert.deepEqual(claimFinalizers(claim({}), []), [CLAIM_FINALIZER]);
  assert.equal(claimFinalizers(claim({ finalizers: [CLAIM_FINALIZER], ...leaving }), [user("n")]), undefined);
  assert.deepEqual(claimFinalizers(claim({ finalizers: ["x", CLAIM_FINALIZER], ...leaving }), [user("")]), ["x"]);
});

test("a volume is let go once it is deleted and not bound", () => {
  const volume = (phase: string) =>
    ({ metadata: { finalizers: [VOLUME_FINALIZER], ...leaving }, status: { phase } }) as unknown as PersistentVolume;
  assert.equal(volumeFinalizers(volume("Bound")), undefined);
  assert.deepEqual(volumeFinalizers(volume("Available")), []);
});

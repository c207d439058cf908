import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOf, notMoreThanAll } from "./numbers.ts";
import { notDecremented, validateReplicaCounts } from "./replicas.ts";

function told(errors: readonly { path: string; detail: string }[]): string[] {
  return errors.map(({ path, detail }) => `${path}: ${detail}`);
}

test("counts aren't negative, nor more than there are pods", () => {
  assert.deepEqual(validateReplicaCounts("status", { replicas: 2, readyReplicas: 2, availableReplicas: 1 }), []);
  assert.deepEqual(told(validateReplicaCounts("status", { replicas: 1, readyReplicas: 0, availableReplicas: 2 })), [
    "status.availableReplicas: cannot be greater than status.replicas",
    "status.availableReplicas: cannot be greater than readyReplicas",
  ]);
  assert.deepEqual(told(validateReplicaCounts("status", { replicas: 0, terminatingReplicas: -1 })), [
    "status.terminatingReplicas: must be greater than or equal to 0",
  ]);
});

test("a counter only grows, and doesn't vanish", () => {
  assert.deepEqual(notDecremented("c", 2, 1), []);
  assert.deepEqual(notDecremented("c", undefined, undefined), []);
  assert.equal(notDecremented("c", 1, 2).length, 1);
  assert.equal(notDecremented("c", undefined, 2)[0]?.value, 0);
});

test("numbers and percentages are compared as amounts", () => {
  assert.deepEqual([amountOf(3), amountOf("40%"), amountOf("x"), amountOf(undefined)], [3, 40, 0, 0]);
  assert.deepEqual(notMoreThanAll("a", "100%"), []);
  assert.equal(notMoreThanAll("a", "101%").length, 1);
  assert.deepEqual(notMoreThanAll("a", 101), []);
});

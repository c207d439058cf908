import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope } from "./index.ts";

test("closers run in reverse order, once the signal is aborted", async () => {
  const seen: string[] = [];
  const scope = new Scope(() => {});
  scope.defer(() => void seen.push(`first ${scope.signal.aborted}`));
  scope.defer(() => void seen.push(`second ${scope.signal.aborted}`));
  await scope.close();
  await scope.close();
  assert.deepEqual(seen, ["second true", "first true"]);
});

test("what starts in a scope that has closed ends at once", async () => {
  const seen: string[] = [];
  const scope = new Scope((_, what) => void seen.push(what));
  await scope.close();
  scope.defer(() => void seen.push("late"));
  const child = scope.child();
  scope.defer(() => Promise.reject(new Error("no")));
  assert.equal(child.signal.aborted, true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(seen, ["late", "close late"]);
});

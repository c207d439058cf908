import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonMergePatch, withSortedKeys } from "./merge.ts";

test("nulls delete, and go from what takes the place of no object", () => {
  assert.deepEqual(jsonMergePatch({ a: 1, b: { c: 1 } }, { a: null, b: { d: 2, e: null } }), { b: { c: 1, d: 2 } });
  assert.deepEqual(jsonMergePatch({ a: [1] }, { a: [{ b: null, c: 1 }], d: { e: null } }), { a: [{ c: 1 }], d: {} });
  assert.deepEqual(jsonMergePatch({ a: {} }, { a: [{ b: null }] }), { a: [{ b: null }] });
});

test("keys are sorted where a patch had to do with their map", () => {
  const opened = new WeakSet<object>();
  const merged = jsonMergePatch({ z: { y: 1, x: 2 }, a: { c: 1, b: 2 } }, { a: { "0": { q: 1, p: 2 } } }, opened);
  assert.equal(
    JSON.stringify(withSortedKeys(merged, opened)),
    JSON.stringify({ a: { "0": { p: 2, q: 1 }, b: 2, c: 1 }, z: { y: 1, x: 2 } }),
  );
});

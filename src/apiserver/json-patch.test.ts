import assert from "node:assert/strict";
import { test } from "node:test";
import { applyJsonPatch, JsonPatchError, TestFailedError } from "./json-patch.ts";

const DOCUMENT = { a: { b: 1 }, list: [1, 2] };

function outcome(...operations: object[]): unknown {
  try {
    return applyJsonPatch(structuredClone(DOCUMENT), operations);
  } catch (error) {
    assert.ok(error instanceof JsonPatchError);
    return error.message;
  }
}

test("operations change the document", () => {
  assert.deepEqual(outcome({ op: "add", path: "/list/-", value: 3 }), { a: { b: 1 }, list: [1, 2, 3] });
  assert.deepEqual(outcome({ op: "move", from: "/a/b", path: "/c" }), { a: {}, list: [1, 2], c: 1 });
  assert.deepEqual(outcome({ op: "copy", from: "/list/-1", path: "/a/c" }), { a: { b: 1, c: 2 }, list: [1, 2] });
  assert.deepEqual(outcome({ op: "test", path: "/a/none", value: null }, { op: "remove", path: "/list" }), {
    a: { b: 1 },
  });
});

test("what can't be done says where", () => {
  const add = "add operation does not apply: doc is missing path";
  assert.equal(outcome({ op: "add", path: "/x/y", value: 1 }), `${add}: "/x/y": missing value`);
  assert.equal(outcome({ op: "add", path: "/list/7/y", value: 1 }), `${add}: "/list/7/y": missing value`);
  assert.equal(
    outcome({ op: "remove", path: "/a/x" }),
    "error in remove for path: '/a/x': Unable to remove nonexistent key: x: missing value",
  );
  assert.equal(
    outcome({ op: "add", path: "/list/9", value: 1 }),
    "error in add for path: '/list/9': Unable to access invalid index: 9: invalid index referenced",
  );
  assert.equal(outcome({ op: "frobnicate", path: "/a" }), "Unexpected kind: frobnicate");
  assert.throws(() => applyJsonPatch({}, [{ op: "test", path: "/a", value: 1 }]), TestFailedError);
});

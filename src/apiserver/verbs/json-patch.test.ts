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

test("a path has to lead somewhere; what it says before its first slash is passed over", () => {
  const add = "add operation does not apply: doc is missing path";
  assert.equal(outcome({ op: "add", path: "", value: {} }), `${add}: "": missing value`);
  assert.equal(outcome({ op: "add", path: "c", value: 1 }), `${add}: "c": missing value`);
  assert.deepEqual(outcome({ op: "add", path: "a/c", value: 1 }), { ...DOCUMENT, c: 1 });
  assert.deepEqual(outcome({ op: "replace", path: "", value: { c: 1 } }), { c: 1 });
  assert.equal(outcome({ op: "replace", path: "", value: 1 }), "replace operation value must be object or array");
});

test("what is missing is null", () => {
  assert.deepEqual(outcome({ op: "add", path: "/c" }), { ...DOCUMENT, c: null });
  assert.deepEqual(outcome({ op: "copy", from: "/none", path: "/c" }), { ...DOCUMENT, c: null });
});

test("the maps that a patch looked into are told of", () => {
  const [given, added] = [{ b: { c: {} }, d: {}, e: [{ f: {} }] }, { g: {} }];
  const opened = new WeakSet<object>();
  applyJsonPatch(
    given,
    [
      { op: "add", path: "/b/c/x", value: added },
      { op: "test", path: "/e", value: [{ f: {} }] },
    ],
    { opened },
  );
  const isOpened = [given, given.b, given.b.c, given.d, given.e[0]!, given.e[0]!.f, added].map((one) =>
    opened.has(one),
  );
  assert.deepEqual(isOpened, [true, true, true, false, true, true, false]);
});

test("what is copied into itself is copied as it stands once the way there is opened", () => {
  const document = { spec: { b: 1, a: { c: {} } } };
  applyJsonPatch(document, [{ op: "copy", from: "/spec", path: "/spec/a/d" }]);
  const { a } = document.spec as { a: Record<string, unknown> };
  assert.equal(JSON.stringify(a.d), '{"a":{"c":{}},"b":1}');
});

test("the values that are copied and compared are told of before they are", () => {
  const document = { a: { b: 1, c: [2, 3] } };
  const told: number[] = [];
  const operations = [
    { op: "copy", from: "/a", path: "/d" },
    { op: "test", path: "", value: null },
  ];
  assert.throws(() => applyJsonPatch(document, operations, { weigh: (values) => told.push(values) }), TestFailedError);
  assert.deepEqual(told, [5, 16]);
  const refuse = (values: number) => assert.fail(`${values} are too many`);
  assert.throws(() => applyJsonPatch({ a: {} }, operations, { weigh: refuse }), /1 are too many/);
});

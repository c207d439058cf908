import assert from "node:assert/strict";
import { test } from "node:test";
import { list, map, ref, scalar, string, struct } from "../dsl.ts";
import { PatchError, strategicMerge } from "./strategic.ts";

const Item = struct("test.Item", () => ({ name: string(1), value: string(2) }));
const Spec = struct("test.Spec", () => ({
  items: list(1, Item, { mergeKey: "name", patch: ["merge"] }),
  words: list(2, scalar.string, { patch: ["merge"] }),
  plain: list(3, scalar.string),
  byName: map(4, Item),
  free: list(5, Item, { patch: ["merge"] }),
}));
const Thing = struct("test.Thing", () => ({ spec: ref(1, Spec) }));
const named = (...names: string[]) => names.map((name) => ({ name }));

function check(before: unknown, patch: unknown, after: unknown): void {
  assert.deepEqual(strategicMerge(Thing, { spec: before }, { spec: patch }).merged, { spec: after });
}

test("elements merge by key; new ones come first", () => {
  check(
    { items: [{ name: "a", value: "1" }, { name: "b" }] },
    { items: [{ name: "c" }, { name: "a", value: "2" }] },
    { items: [{ name: "c" }, { name: "a", value: "2" }, { name: "b" }] },
  );
});

test("a given order holds for what it names; the rest stays relative to what it was", () => {
  check(
    { items: named("a", "b", "c") },
    { "$setElementOrder/items": named("c", "a"), items: [{ name: "a", value: "1" }] },
    { items: [{ name: "b" }, { name: "c" }, { name: "a", value: "1" }] },
  );
});

test("directives delete, replace and take single values away", () => {
  check({ items: named("a", "b") }, { items: [{ $patch: "delete", name: "a" }] }, { items: named("b") });
  check({ items: named("a", "b") }, { items: [{ $patch: "replace" }, { name: "c" }] }, { items: named("c") });
  check({ words: ["a", "b"] }, { "$deleteFromPrimitiveList/words": ["a"] }, { words: ["b"] });
  check({ words: ["a"], plain: ["a"] }, { $retainKeys: ["words"], words: ["b"] }, { words: ["b", "a"] });
  check({ words: ["a"] }, { $patch: "replace", plain: ["x"] }, { plain: ["x"] });
});

test("a patch that contradicts itself is refused", () => {
  const patch = (spec: unknown) => () => strategicMerge(Thing, { spec: { items: named("a") } }, { spec });
  assert.throws(patch({ $patch: "nope" }), PatchError);
  assert.throws(patch({ items: [{ value: "x" }] }), /does not contain declared merge key: name/);
  assert.throws(patch({ "$setElementOrder/items": named("a", "b"), items: named("b", "a") }), /order in patch list/);
});

test("what can't be looked up can't be merged", () => {
  const fails = (before: unknown, patch: unknown, message: string) =>
    assert.throws(() => strategicMerge(Thing, { spec: before }, { spec: patch }), { message });
  fails({ nope: {} }, { nope: {} }, 'unable to find api field in struct Spec for the json field "nope"');
  fails({}, { "$setElementOrder/nope": [] }, 'unable to find api field in struct Spec for the json field "nope"');
  fails(
    { byName: { a: { items: [] } } },
    { byName: { a: { items: [] } } },
    "merging an object in json but data type is not struct, instead is: map",
  );
  fails({ plain: "x" }, { "$setElementOrder/plain": [] }, "expected a []interface {}, but received a string");
  fails({}, { "$setElementOrder/plain": "x" }, "expected a []interface {}, but received a string");
  fails({ items: named("a") }, { "$setElementOrder/items": ["b"] }, "value for key 0 is not a map");
  fails(
    { items: named("a") },
    { "$setElementOrder/items": [{ name: "a" }, "b"] },
    "expected a map[string]interface {}, but received a string",
  );
  fails({ free: [] }, { free: [{ a: 1 }] }, "cannot merge lists without merge key for struct");
});

test("a value of another type takes the place of one, unless it is a directive", () => {
  check({ plain: "x" }, { plain: [{ a: null, b: { $patch: "delete" }, c: 1 }] }, { plain: [{ c: 1 }] });
  check({ plain: "x" }, { plain: { $patch: "delete" } }, {});
  check({ words: ["a"] }, { "$deleteFromPrimitiveList/words": null }, {});
  check({ words: ["a"] }, { "$deleteFromPrimitiveList/words": "a" }, { words: ["a"] });
});

test("directives that were carried out are gone from the patch, those in what is new are data", () => {
  const patch = {
    spec: { $retainKeys: ["items", "plain"], "$setElementOrder/items": named("a"), plain: { $retainKeys: [] } },
  };
  const { merged, rest } = strategicMerge(Thing, { spec: { items: named("a") } }, patch);
  assert.deepEqual(rest, { spec: { plain: { $retainKeys: [] } } });
  assert.deepEqual(merged, { spec: { items: named("a"), plain: { $retainKeys: [] } } });
});

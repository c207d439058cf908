import assert from "node:assert/strict";
import { test } from "node:test";
import { list, ref, scalar, string, struct } from "./dsl.ts";
import { PatchError, strategicMerge } from "./strategic.ts";

const Item = struct("test.Item", () => ({ name: string(1), value: string(2) }));
const Spec = struct("test.Spec", () => ({
  items: list(1, Item, { mergeKey: "name", patch: ["merge"] }),
  words: list(2, scalar.string, { patch: ["merge"] }),
  plain: list(3, scalar.string),
}));
const Thing = struct("test.Thing", () => ({ spec: ref(1, Spec) }));
const named = (...names: string[]) => names.map((name) => ({ name }));

function check(before: unknown, patch: unknown, after: unknown): void {
  assert.deepEqual(strategicMerge(Thing, { spec: before }, { spec: patch }), { spec: after });
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

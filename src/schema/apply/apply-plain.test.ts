import assert from "node:assert/strict";
import { test } from "node:test";
import { list, map, scalar, string, struct } from "../dsl.ts";
import { mergeApplied } from "./apply-plain.ts";

const Thing = struct("Thing", () => ({
  data: map(1, scalar.string),
  names: list(2, scalar.string, { list: "atomic" }),
  kind: string(3),
}));

test("a configuration is merged, but for what counts as one value", () => {
  assert.deepEqual(mergeApplied(Thing, { kind: "T", data: { a: "1" } }, { data: { b: "2" } }), {
    kind: "T",
    data: { a: "1", b: "2" },
  });
  assert.throws(
    () => mergeApplied(Thing, {}, { names: ["x"] }),
    /may not mutate atomic arrays, maps or structs: .names/,
  );
});

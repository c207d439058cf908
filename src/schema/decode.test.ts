import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeJson } from "./decode.ts";
import { list, map, scalar, struct, time } from "./dsl.ts";

test("a time without a value is written as null, unless it is a pointer or left out when zero", () => {
  const Times = struct("test.Times", () => ({
    plain: time(1),
    pointer: time(2, { ptr: true }),
    omitted: time(3, { omitZero: true }),
  }));
  assert.deepEqual(decodeJson(Times, {}, { quantity: String }).value, { plain: null });
});

test("null within a map or a list is the zero value", () => {
  const Holder = struct("test.Holder", () => ({ bytes: map(1, scalar.bytes), texts: list(2, scalar.string) }));
  const { value } = decodeJson(Holder, { bytes: { a: null }, texts: [null] }, { quantity: String });
  assert.deepEqual(value, { bytes: { a: "" }, texts: [""] });
});

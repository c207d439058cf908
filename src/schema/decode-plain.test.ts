import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeJson, isPlain } from "./decode.ts";
import { boolean, type Field, int32, int64, list, map, quantity, scalar, string, struct } from "./dsl.ts";
import { parseJson } from "./json/parse.ts";

const makers: Readonly<Record<string, (number: number, options?: object) => Field>> = {
  string,
  boolean,
  int32,
  int64,
  quantity,
} as never;
const values = ["", "a", "1", true, false, 0, 1, -1, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53 + 2, [], {}, ["a"]];

test("a value that is taken as it is, is what decoding it makes of it", () => {
  let plain = 0;
  for (const [type, make] of Object.entries(makers)) {
    const One = struct(`test.${type}`, () => ({ value: make(1, { always: true }) }));
    const { node } = One.fields.get("value")!;
    for (const value of values) {
      if (!isPlain(node, value)) continue;
      plain++;
      const decoded = decodeJson(One, { value }, { quantity: (text) => text }).value;
      assert.deepEqual(decoded, { value }, `${type} ${JSON.stringify(value)}`);
    }
  }
  assert.ok(plain > 10, `${plain} plain values`);
});

test("faults among plain values are told as they stand, in lists and maps too", () => {
  const One = struct("test.One", () => ({ list: list(1, scalar.string), map: map(2, scalar.int32) }));
  const decode = (text: string) => () => decodeJson(One, parseJson(text).value, { quantity: (quantity) => quantity });
  assert.throws(decode('{"list":["a",1]}'), /cannot unmarshal number into Go struct field One\.list of type string/);
  assert.throws(decode('{"map":{"a":1,"b":99999999999}}'), /cannot unmarshal number 99999999999 into Go struct field/);
  assert.throws(
    decode('{"map":{"a":1,"b":"x"}}'),
    /cannot unmarshal string into Go struct field One\.map of type int32/,
  );
});

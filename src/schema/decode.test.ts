import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeJson } from "./decode.ts";
import { bytes, int32, int64, list, listOf, map, raw, scalar, struct, time } from "./dsl.ts";
import { parseJson } from "./json/parse.ts";

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

test("lists and maps that were given empty and are left out are told of", () => {
  const Inner = struct("test.Inner", () => ({ ports: list(1, scalar.int32), labels: map(2, scalar.string) }));
  const Outer = struct("test.Outer", () => ({
    rules: list(1, Inner),
    always: list(2, scalar.string, { always: true }),
    full: list(3, scalar.string),
  }));
  const given = { rules: [{ labels: {} }, { ports: [], labels: { a: "b" } }], always: [], full: ["x"] };
  const { value, emptied } = decodeJson(Outer, given, { quantity: String });
  assert.deepEqual(value, { rules: [{}, { labels: { a: "b" } }], always: null, full: ["x"] });
  assert.deepEqual(Object.fromEntries(emptied), { "rules[0].labels": {}, "rules[1].ports": [], always: [] });
});

test("the lists of a map have the name that the type gives them", () => {
  const Holder = struct("test.Holder", () => ({ extra: map(1, listOf(scalar.string)) }));
  const fault = (value: Record<string, unknown>) => {
    try {
      decodeJson(Holder, value, { quantity: String, typeNameOf: () => "v1.Extra" });
    } catch (error) {
      return /of type (.*)$/.exec((error as Error).message)?.[1];
    }
    return undefined;
  };
  assert.equal(fault({ extra: [] }), "map[string]v1.Extra");
  assert.equal(fault({ extra: { a: {} } }), "v1.Extra");
  assert.equal(fault({ extra: { a: [1] } }), "string");
});

test("text behind a time, and padding too early in bytes, are told of", () => {
  const Holder = struct("test.Holder", () => ({ at: time(1, { ptr: true }), bytes: bytes(2) }));
  const fault = (value: Record<string, unknown>) => {
    try {
      decodeJson(Holder, value, { quantity: String });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  assert.equal(fault({ at: "2020-01-01T00:00:00Zx" }), 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"');
  assert.equal(fault({ bytes: "AQ==AQ==" }), "illegal base64 data at input byte 4");
  assert.equal(fault({ bytes: "AQI=AQI=" }), "illegal base64 data at input byte 4");
  assert.equal(fault({ bytes: "A=" }), "illegal base64 data at input byte 1");
  assert.equal(fault({ bytes: "AQ=A" }), "illegal base64 data at input byte 2");
  assert.equal(fault({ bytes: "AQ=" }), "illegal base64 data at input byte 3");
  assert.equal(fault({ bytes: "AQI" }), "illegal base64 data at input byte 0");
});

test("what is converted loses the upper bits of a number that doesn't fit, and says how bytes were read", () => {
  const Holder = struct("test.Holder", () => ({
    short: int32(1),
    long: int64(2),
    bytes: bytes(3),
    names: list(4, scalar.string),
  }));
  const options = { quantity: String, asConversion: true, typeNameOf: () => "v1.Name" };
  const converted = (text: string) => decodeJson(Holder, parseJson(text).value, options).value;
  assert.deepEqual(converted('{"short":2147483648}'), { short: -2147483648 });
  assert.deepEqual(converted('{"short":1099511627777}'), { short: 1 });
  assert.deepEqual(converted('{"short":100000000000000000000}'), {});
  assert.equal(JSON.stringify(converted('{"long":9223372036854775808}')), '{"long":-9223372036854775808}');
  assert.throws(() => converted('{"bytes":"*"}'), {
    message: "error decoding from json: illegal base64 data at input byte 0",
  });
  assert.throws(() => converted('{"names":[1]}'), { message: "cannot convert int64 to v1.Name" });
});

test("bytes may come as a list of numbers", () => {
  const Holder = struct("test.Holder", () => ({ bytes: bytes(1) }));
  const read = (value: unknown[], more = {}) =>
    decodeJson(Holder, { bytes: value }, { quantity: String, ...more }).value;
  assert.deepEqual([read([1, null, 255]), read([257], { asConversion: true })], [{ bytes: "AQD/" }, { bytes: "AQ==" }]);
  const where = "into Go struct field Holder.bytes of type uint8";
  assert.throws(() => read(["x"]), { message: `json: cannot unmarshal string ${where}` });
  assert.throws(() => read([256]), { message: `json: cannot unmarshal number 256 ${where}` });
  assert.throws(() => read(["x"], { asConversion: true }), { message: "unrecognized type: uint8" });
});

test("what is converted as it is has its keys in order", () => {
  const Holder = struct("test.Holder", () => ({ data: raw(1) }));
  const text = (more: object) =>
    JSON.stringify(decodeJson(Holder, { data: { b: 1, a: [{ d: 1, c: 1 }] } }, { quantity: String, ...more }).value);
  assert.equal(text({}), '{"data":{"b":1,"a":[{"d":1,"c":1}]}}');
  assert.equal(text({ asConversion: true }), '{"data":{"a":[{"c":1,"d":1}],"b":1}}');
});

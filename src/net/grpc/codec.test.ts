import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { suite, test } from "node:test";
import { loadProtocol, type ProtocolDescriptor } from "./codec.ts";

const descriptor: ProtocolDescriptor = {
  services: {},
  enums: { "t.Color": { RED: 0, GREEN: 1, BLUE: 2 } },
  messages: {
    "t.All": [
      { name: "an_int32", n: 1, type: "int32" },
      { name: "an_int64", n: 2, type: "int64" },
      { name: "a_uint64", n: 3, type: "uint64" },
      { name: "a_bool", n: 4, type: "bool" },
      { name: "a_string", n: 5, type: "string" },
      { name: "some_bytes", n: 6, type: "bytes" },
      { name: "a_double", n: 7, type: "double" },
      { name: "color", n: 8, type: "t.Color" },
      { name: "child", n: 9, type: "t.All" },
      { name: "children", n: 10, type: "t.All", rep: true },
      { name: "numbers", n: 11, type: "int64", rep: true, packed: true },
      { name: "plain_numbers", n: 12, type: "int32", rep: true },
      { name: "texts", n: 13, type: "string", rep: true },
      { name: "labels", n: 14, type: "map<string,string>" },
      { name: "by_number", n: 15, type: "map<int64,t.All>" },
      { name: "left", n: 16, type: "int64", oneof: "side" },
      { name: "right", n: 17, type: "string", oneof: "side" },
      { name: "maybe", n: 18, type: "bool", optional: true },
      { name: "signed", n: 19, type: "sint64" },
      { name: "fixed", n: 20, type: "fixed32" },
      { name: "a_float", n: 21, type: "float" },
      { name: "big_fixed", n: 22, type: "sfixed64" },
    ],
    "t.Old": [{ name: "an_int64", n: 2, type: "int64" }],
  },
};
const codec = loadProtocol(descriptor).codec("t.All");
const hex = (value: object) => Buffer.from(codec.encode(value)).toString("hex");
const unhex = (text: string) => codec.decode(Buffer.from(text, "hex"));

suite("protobuf messages", () => {
  test("published examples of the wire format", () => {
    assert.equal(hex({ anInt32: 150 }), "089601");
    assert.equal(hex({ aString: "testing" }), "2a0774657374696e67");
    assert.equal(hex({ child: { anInt32: 150 } }), "4a03089601");
    assert.equal(hex({ numbers: [3, 270, 86942] }), "5a06038e029ea705");
    assert.equal(hex({ anInt32: -2 }), "08feffffffffffffffff01");
    assert.equal(hex({ signed: -500 }), "9801e707");
    assert.equal(hex({ signed: 500 }), "9801e807");
  });

  test("zero values are left out, except where presence counts", () => {
    assert.equal(
      hex({ anInt32: 0, anInt64: 0n, aBool: false, aString: "", someBytes: new Uint8Array(0), color: "RED" }),
      "",
    );
    assert.equal(hex({ texts: [], labels: {}, numbers: [], child: undefined }), "");
    assert.equal(hex({ left: 0 }), "800100");
    assert.equal(hex({ maybe: false }), "900100");
    assert.equal(hex({ child: {} }), "4a00");
    assert.equal(hex({ texts: [""] }), "6a00");
  });

  test("everything goes round", () => {
    const value = {
      anInt32: -7,
      anInt64: -1234567890123,
      aUint64: 18446744073709551615n,
      aBool: true,
      aString: "häß\u{1f600}",
      someBytes: Buffer.from([0, 1, 255]),
      aDouble: 1.5,
      color: "BLUE",
      numbers: [0, -1, 9007199254740993n, 2 ** 40],
      plainNumbers: [1, -1],
      texts: ["a", "", "c"],
      labels: { a: "1", b: "" },
      right: "",
      maybe: false,
      signed: -(2 ** 40),
      fixed: 4294967295,
      aFloat: 0.5,
      bigFixed: -9007199254740993n,
    };
    const decoded = codec.decode(
      codec.encode({ ...value, child: value, children: [value, {}], byNumber: { 7: value } }),
    );
    for (const copy of [decoded, decoded.child, (decoded.children as object[])[0], (decoded.byNumber as never)["7"]])
      for (const [name, expected] of Object.entries(value))
        assert.deepEqual(
          name === "labels" ? { ...((copy as never)[name] as object) } : (copy as never)[name],
          expected,
          name,
        );
    assert.equal(decoded.left, undefined);
    assert.equal((decoded.children as { aString: string }[])[1]?.aString, "");
  });

  test("64-bit numbers are exact", () => {
    for (const value of [
      0,
      1,
      127,
      128,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 35,
      2 ** 53 - 1,
      -1,
      -(2 ** 31),
      -(2 ** 53) + 1,
    ])
      assert.equal(codec.decode(codec.encode({ anInt64: value })).anInt64, value);
    for (const value of [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n) - 1n])
      assert.equal(codec.decode(codec.encode({ anInt64: value })).anInt64, value);
  });

  test("nested messages of every length have the right prefix", () => {
    for (const length of [0, 1, 120, 125, 126, 127, 128, 16379, 16380, 16384, 16385, 2097152, 3000000]) {
      const decoded = codec.decode(codec.encode({ child: { child: { aString: "x".repeat(length) } }, anInt32: 5 }));
      assert.equal((decoded.child as { child: { aString: string } }).child.aString.length, length);
      assert.equal(decoded.anInt32, 5);
    }
  });

  test("unknown fields and enum values of a newer peer pass", () => {
    const old = loadProtocol(descriptor).codec("t.Old");
    assert.deepEqual(old.decode(codec.encode({ anInt64: 5, aString: "x", aDouble: 1, fixed: 1, child: {} })), {
      anInt64: 5,
    });
    assert.equal(codec.decode(codec.encode({ color: 77 })).color, 77);
    assert.throws(() => codec.encode({ color: "PINK" }), /PINK/);
  });

  test("lists of numbers are read packed or not", () => {
    assert.deepEqual(unhex("6203010203").plainNumbers, [1, 2, 3]);
    assert.deepEqual(unhex("58015802").numbers, [1, 2]);
  });

  test("a map may hold the name __proto__", () => {
    const decoded = codec.decode(codec.encode({ labels: JSON.parse('{"__proto__":"x"}') }));
    assert.deepEqual(Object.entries(decoded.labels as object), [["__proto__", "x"]]);
    assert.equal(({} as { x?: string }).x, undefined);
  });

  test("broken bytes are refused", () => {
    for (const text of [
      "08",
      "2a05",
      "4a0508",
      "0b",
      "5a0503",
      "ffffffffffffffffffffffff01",
      "08ffffffffffffffffffff01",
    ])
      assert.throws(() => unhex(text), { name: "GrpcError" }, text);
    const deep = Array.from({ length: 200 }).reduce<object>((child) => ({ child }), {});
    assert.throws(() => codec.decode(codec.encode(deep)), { name: "GrpcError" });
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HeavyWork, weigh } from "./heavy.ts";

const check = (what: string, text: string, isHeavy: boolean) =>
  test(`${what} is ${isHeavy ? "" : "not "}too much`, () => {
    if (isHeavy) assert.throws(() => weigh(Buffer.from(text)), HeavyWork);
    else weigh(Buffer.from(text));
  });

const keys = (count: number, value: string) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value])));

check("one long text", JSON.stringify({ data: { a: "x".repeat(1_000_000) } }), false);
check("a thousand long texts", keys(1_000, "x".repeat(1_000)), false);
check("a hundred thousand keys", keys(100_000, "v"), true);
check("a list of ten thousand numbers", `\n [${"1,".repeat(10_000)}1]`, true);
check("many brackets", "[".repeat(200_000), true);
check("four thousand short keys", keys(4_000, ""), false);
check("YAML with a long text", `a: ${"x".repeat(200_000)}`, false);
check("YAML with many lines", "a: b\n".repeat(10_000), true);
check("YAML lists in one another", "- ".repeat(10_000), true);
check("protobuf with a long text", `k8s\0\x0a\x80\x80\x04${"\0".repeat(65_536)}`, false);
check("protobuf with many fields", `k8s\0${"\x0a\0".repeat(10_000)}`, true);
check("nothing", "", false);

test("what is only read may have more values", () => {
  weigh(Buffer.from(keys(20_000, "")), "read");
  assert.throws(() => weigh(Buffer.from(keys(50_000, "")), "read"), HeavyWork);
  weigh(40_000, "read");
  assert.throws(() => weigh(40_000), HeavyWork);
});

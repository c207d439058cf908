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
check("a list of thirty thousand numbers", `\n [${"1,".repeat(30_000)}1]`, true);
check(
  "a text that holds much",
  JSON.stringify({ data: { a: JSON.stringify(Array(50_000).fill({ "": ["\\"] })) } }),
  false,
);
check("objects a thousand levels deep", '{"a":'.repeat(1_000) + " ".repeat(9_000) + "}".repeat(1_000), false);
check("objects deeper than that", '{"a":'.repeat(2_000) + "1" + "}".repeat(2_000), true);
check("many brackets", "[".repeat(200_000), true);
check("ten thousand short keys", keys(10_000, ""), false);
check("YAML with a long text", `a: ${"x".repeat(200_000)}`, false);
check("YAML with many lines", "a: b\n".repeat(15_000), true);
check("YAML lists in one another", "- ".repeat(30_000), true);
check("protobuf with a long text", `k8s\0\x0a\x80\x80\x04${"\0".repeat(65_536)}`, false);
check("protobuf with many fields", `k8s\0${"\x0a\0".repeat(30_000)}`, true);
check("nothing", "", false);

test("what is only read may have more values", () => {
  weigh(Buffer.from(keys(60_000, "")), "read");
  assert.throws(() => weigh(Buffer.from(keys(90_000, "")), "read"), HeavyWork);
  weigh(80_000, "read");
  assert.throws(() => weigh(80_000), HeavyWork);
});

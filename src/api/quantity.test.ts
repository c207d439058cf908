import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalQuantity, parseQuantity, roundedQuantity } from "./quantity.ts";

test("texts become canonical, and keep their spelling where only that differs", () => {
  for (const [text, kept] of [
    ["0.5", "500m"],
    ["1.50", "1500m"],
    ["1000m", "1"],
    ["1024Ki", "1Mi"],
    ["1.5Ki", "1536"],
    ["1E1", "10"],
    ["1e-1", "100e-3"],
    ["-0", "0"],
    ["e3", "0"],
    ["5.", "5."],
    ["+1", "+1"],
    ["1E3", "1E3"],
    ["1e+3", "1e+3"],
    ["12345.678", "12345.678"],
    ["0.001", "1m"],
    ["1e30", "1e30"],
    ["9223372036854775808", "9223372036854775808"],
    [" 1 ", "1"],
  ] as const)
    assert.equal(canonicalQuantity(text), kept, text);
});

test("only binary amounts are capped", () => {
  assert.equal(parseQuantity("16Ei").nanos, (2n ** 63n - 1n) * 1_000_000_000n);
  assert.equal(parseQuantity("1e19").nanos, 10n ** 28n);
});

test("a wrong suffix is told from a wrong form", () => {
  for (const text of ["1K", "1mi", "++1", "1ee3", "1e"])
    assert.throws(() => parseQuantity(text), { message: "unable to parse quantity's suffix" }, text);
  for (const text of ["", " ", "1 Gi", "Inf", "0x10", "1,5", "1gi", "abc"])
    assert.throws(() => parseQuantity(text), { message: /^quantities must match/ }, text);
});

test("lists of resources hold whole thousandths", () => {
  assert.equal(roundedQuantity("1n"), "1m");
  assert.equal(roundedQuantity("0.0001"), "1m");
  assert.equal(roundedQuantity("12345.678"), "12345.678");
});

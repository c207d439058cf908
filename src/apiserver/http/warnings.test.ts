import assert from "node:assert/strict";
import { test } from "node:test";
import { fittingWarnings } from "./warnings.ts";

test("warnings that fit are told whole, each once", () => {
  const long = "x".repeat(4000);
  assert.deepEqual(fittingWarnings(["a", long, "a", "b"]), ["a", long, "b"]);
});

test("those that don't are shortened, and no more than fit", () => {
  const many = Array.from({ length: 100 }, (_, index) => `${index} ${"𝄞".repeat(300)}`);
  const told = fittingWarnings(many);
  assert.equal(told.length, 16);
  assert.equal(told[3], `3 ${"𝄞".repeat(254)}`);
  const short = Array.from({ length: 100_000 }, (_, index) => String(index).padStart(8, "0"));
  assert.deepEqual(fittingWarnings(short), short.slice(0, 512));
});

test("a warning that no header can hold is not sent", () => {
  assert.deepEqual(fittingWarnings(["a\nb", "c\u0001", "d"]), ["d"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { countIndexes, sharedIndex } from "./indexes.ts";

test("indexes are counted, or what is wrong is said", () => {
  const cases: readonly (readonly [string, number, number | RegExp])[] = [
    ["", 3, 0],
    ["0,2-4,6", 7, 5],
    ["0-3", 3, /^too large index: "3"$/],
    ["3-1", 5, /^non-increasing order, previous: 3, current: 1$/],
    ["1,1", 5, /^non-increasing order, previous: 1, current: 1$/],
    ["1-2-3", 5, /^the fragment "1-2-3" violates/],
    ["a", 5, /^cannot convert string to integer for index: "a"$/],
  ];
  for (const [text, completions, expected] of cases) {
    const result = countIndexes(text, completions);
    if (typeof expected === "number") assert.deepEqual(result, { count: expected }, text);
    else assert.match((result as { problem: string }).problem, expected);
  }
});

test("the first index of both texts is found", () => {
  assert.equal(sharedIndex("0-2,7", "3,5-9"), 7);
  assert.equal(sharedIndex("0-2", "3"), undefined);
  assert.equal(sharedIndex("", "3"), undefined);
});

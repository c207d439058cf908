import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIndexes, parseIndexes } from "./indexes.ts";

const cases: readonly (readonly [indexes: readonly number[], text: string])[] = [
  [[], ""],
  [[0], "0"],
  [[0, 1], "0,1"],
  [[0, 1, 2], "0-2"],
  [[5, 0, 2, 3, 4], "0,2-5"],
];

for (const [indexes, text] of cases) {
  test(`completed indexes [${indexes}] are written "${text}" and read back`, () => {
    assert.equal(formatIndexes(new Set(indexes)), text);
    assert.deepEqual(
      [...parseIndexes(text, 10)],
      [...indexes].sort((a, b) => a - b),
    );
  });
}

test("indexes at or above the number of completions are left out", () => {
  assert.deepEqual([...parseIndexes("1,3-7", 5)], [1, 3, 4]);
});

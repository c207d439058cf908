import assert from "node:assert/strict";
import { test } from "node:test";
import { watchProblems, wordProblems } from "./history.ts";

const at = (...revisions: number[]) => revisions.map((revision) => ({ revision, name: "a" }));

test("a watcher's view is checked against the history", () => {
  assert.deepEqual(watchProblems(at(1, 2), at(1, 2, 3)), []);
  assert.deepEqual(watchProblems(at(1, 3), at(1, 2, 3)), ["a at 2 was not told"]);
  assert.deepEqual(watchProblems(at(1, 1), at(1)), ["1 came after 1"]);
  assert.deepEqual(watchProblems(at(1, 2), at(1)), ["a at 2 never happened"]);
});

test("what writers were told is checked against what is there", () => {
  const outcomes = new Map([
    ["a", "acknowledged"],
    ["b", "refused"],
    ["c", "unknown"],
  ] as const);
  assert.deepEqual(wordProblems(["a"], outcomes), []);
  assert.deepEqual(wordProblems(["a", "c"], outcomes), []);
  assert.deepEqual(wordProblems(["c"], outcomes), ["a was acknowledged and is lost"]);
  assert.deepEqual(wordProblems(["a", "b", "a"], outcomes), ["a word is in it twice", "b was refused and is there"]);
  assert.deepEqual(wordProblems(["a", "d"], outcomes), ["d was never written"]);
});

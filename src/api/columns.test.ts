import assert from "node:assert/strict";
import { test } from "node:test";
import { firstThree, humanDuration, labelsText } from "./columns.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("durations show at most two units, fewer as they grow", () => {
  const cases: readonly (readonly [number, string])[] = [
    [-5 * SECOND, "<invalid>"],
    [-SECOND, "0s"],
    [119 * SECOND, "119s"],
    [2 * MINUTE, "2m"],
    [9 * MINUTE + 59 * SECOND, "9m59s"],
    [179 * MINUTE, "179m"],
    [3 * HOUR + 5 * MINUTE, "3h5m"],
    [47 * HOUR, "47h"],
    [2 * DAY + 3 * HOUR, "2d3h"],
    [8 * DAY + HOUR, "8d"],
    [730 * DAY, "2y"],
    [731 * DAY, "2y1d"],
    [8 * 365 * DAY + DAY, "8y"],
  ];
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text);
});

test("labels are shown sorted, none as <none>", () => {
  assert.equal(labelsText({ b: "1", a: "2" }), "a=2,b=1");
  assert.equal(labelsText({}), "<none>");
});

test("of a long list three are shown and the rest counted", () => {
  assert.equal(firstThree(["a", "b"]), "a,b");
  assert.equal(firstThree(["a", "b", "c", "d", "e"]), "a,b,c + 2 more...");
});

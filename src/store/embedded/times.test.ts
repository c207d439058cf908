import assert from "node:assert/strict";
import { test } from "node:test";
import { RevisionTimes } from "./times.ts";

test("a time leads to the revision that was the newest then", () => {
  const times = new RevisionTimes();
  times.note({ timeMs: 1000, revision: 7 });
  for (const [timeMs, revision] of [
    [2000, 8],
    [2050, 9],
    [2090, 10],
    [9000, 11],
  ] as const)
    times.note({ timeMs, revision });
  assert.equal(times.at(999), undefined);
  assert.equal(times.sinceMs, 1000);
  assert.deepEqual(
    [1000, 1999, 2000, 2089, 2090, 8999, 9000, 99_999].map((timeMs) => times.at(timeMs)),
    [7, 7, 8, 8, 10, 10, 11, 11],
    "the newest before a pause is exact",
  );
});

test("the oldest times are forgotten first", () => {
  const times = new RevisionTimes();
  for (let index = 0; index <= 100_000; index++) times.note({ timeMs: index * 1000, revision: index });
  assert.equal(times.at(1000), undefined);
  assert.equal(times.at(99_000_000), 99_000);
});

test("a clock that is set back stands still, and what is known is not said again", () => {
  const times = new RevisionTimes();
  for (const [timeMs, revision] of [
    [5000, 10],
    [4000, 8],
    [3000, 11],
    [9000, 12],
  ] as const)
    times.note({ timeMs, revision });
  assert.deepEqual(
    [4999, 5000, 8999, 9000].map((timeMs) => times.at(timeMs)),
    [undefined, 11, 11, 12],
  );
  assert.deepEqual(times.of(11), { timeMs: 5000, revision: 11 });
  assert.equal(times.of(9), undefined);
});

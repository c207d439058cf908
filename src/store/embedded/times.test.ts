import assert from "node:assert/strict";
import { test } from "node:test";
import { RevisionTimes } from "./times.ts";

test("a time leads to the revision that was the newest then", () => {
  const times = new RevisionTimes({ timeMs: 1000, revision: 7 });
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
  const times = new RevisionTimes({ timeMs: 0, revision: 1 });
  for (let index = 1; index <= 100_000; index++) times.note({ timeMs: index * 1000, revision: index });
  assert.equal(times.at(1000), undefined);
  assert.equal(times.at(99_000_000), 99_000);
});

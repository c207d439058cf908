import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, realClock } from "../../base/index.ts";
import { WatchTurns } from "./turns.ts";

test("a few watchers are woken at once, thousands over several turns, each once and in order", async () => {
  const clock = realClock();
  const turns = new WatchTurns(clock);
  const woken: number[] = [];
  for (let index = 0; index < 1000; index++) turns.wake(() => woken.push(index));
  const atOnce = woken.length;
  assert.ok(atOnce > 0 && atOnce < 1000, `woken at once: ${atOnce}`);
  let turnsTaken = 0;
  while (woken.length < 1000) {
    await clock.yield();
    turnsTaken++;
  }
  assert.ok(turnsTaken > 5, `turns: ${turnsTaken}`);
  assert.deepEqual(
    woken,
    Array.from({ length: 1000 }, (_, index) => index),
  );
});

test("after all have been woken, the next is again woken at once", async () => {
  const clock = realClock();
  const turns = new WatchTurns(clock);
  let woken = 0;
  for (let index = 0; index < 100; index++) turns.wake(() => woken++);
  for (let index = 0; index < 5; index++) await clock.yield();
  turns.wake(() => woken++);
  assert.equal(woken, 101);
});

test("after many were woken the next ones wait twice as long as that took, and no longer than a limit", async () => {
  for (const [turnMs, restMs] of [
    [2, 20],
    [40, 50],
  ] as const) {
    let nowMs = 0;
    const rests: number[] = [];
    const clock: Clock = {
      ...realClock(),
      monotonicMs: () => nowMs,
      yield: async () => {
        nowMs += turnMs;
      },
      timer(delayMs, run) {
        rests.push(delayMs);
        queueMicrotask(run);
        return { cancel() {} };
      },
    };
    const turns = new WatchTurns(clock);
    const { promise, resolve } = Promise.withResolvers<void>();
    // 64 at once and 256 in four turns; the one after them comes within the rest.
    for (let index = 0; index < 320; index++) turns.wake(() => index === 319 && turns.wake(resolve));
    await promise;
    assert.deepEqual(rests, [restMs]);
  }
});

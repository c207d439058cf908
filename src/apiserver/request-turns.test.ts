import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, realClock } from "../base/index.ts";
import { RequestTurns } from "./request-turns.ts";

/** Requests that take `eachMs` come all at once: how many are begun in which turn, and in what order. */
async function begun(count: number, eachMs: number): Promise<{ readonly turns: number[]; readonly order: number[] }> {
  let nowMs = 0;
  const turns = [0];
  const order: number[] = [];
  const clock: Clock = {
    ...realClock(),
    monotonicMs: () => nowMs,
    yield: async () => {
      await new Promise(setImmediate);
      turns.push(0);
    },
  };
  const requests = new RequestTurns(clock);
  const work = async (index: number) => {
    const wait = requests.begin();
    if (wait) await wait;
    order.push(index);
    turns[turns.length - 1]!++;
    nowMs += eachMs;
  };
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  return { turns: turns.filter((size) => size > 0), order };
}

test("a few requests are begun at once", async () => {
  assert.deepEqual((await begun(8, 1)).turns, [8]);
});

test("many requests are begun in several turns, none of which takes long, in the order in which they came", async () => {
  const { turns, order } = await begun(100, 1);
  assert.ok(Math.max(...turns) <= 16, `turns of ${turns}`);
  assert.ok(turns.length < 20, `turns of ${turns}`);
  assert.deepEqual(
    order,
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test("requests that take as long as a turn are begun one by one", async () => {
  assert.deepEqual((await begun(5, 10)).turns, [1, 1, 1, 1, 1]);
});

test("after many the next ones are again begun at once", async () => {
  const clock = realClock();
  const requests = new RequestTurns(clock);
  assert.equal(requests.begin(), undefined);
  await clock.yield();
  await clock.yield();
  assert.equal(requests.begin(), undefined);
});

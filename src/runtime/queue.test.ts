import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../base/index.ts";
import { createQueue } from "./queue.ts";
import { INITIAL, step } from "./watch-state.ts";
import { resourceExpired, serviceUnavailable } from "../api/index.ts";

test("a key waits once, and one that is worked on comes again afterwards", async () => {
  const queue = createQueue<string>({ clock: new VirtualClock() });
  queue.add("a");
  queue.add("a");
  assert.equal(queue.size, 1);
  assert.equal(await queue.next(), "a");
  queue.add("a");
  assert.equal(queue.size, 0);
  queue.done("a");
  assert.equal(await queue.next(), "a");
});

test("the earliest of several delays counts", async () => {
  const clock = new VirtualClock();
  const queue = createQueue<string>({ clock });
  queue.addAfter("a", 500);
  queue.addAfter("a", 100);
  queue.addAfter("a", 900);
  await clock.advance(100);
  assert.equal(queue.size, 1);
  assert.equal(await queue.next(), "a");
  queue.done("a");
  await clock.advance(1000);
  assert.equal(queue.size, 0);
});

test("failures double the wait until they are forgotten", async () => {
  const clock = new VirtualClock();
  const queue = createQueue<string>({ clock, backoff: { baseMs: 10, maxMs: 30 } });
  for (const waitMs of [10, 20, 30, 30]) {
    queue.addRateLimited("a");
    await clock.advance(waitMs - 1);
    assert.equal(queue.size, 0);
    await clock.advance(1);
    assert.equal(await queue.next(), "a");
    queue.done("a");
  }
  queue.forget("a");
  queue.addRateLimited("a");
  await clock.advance(10);
  assert.equal(queue.size, 1);
});

test("closing releases those who wait", async () => {
  const queue = createQueue<string>({ clock: new VirtualClock() });
  const next = queue.next();
  queue.close();
  assert.equal(await next, undefined);
});

test("a watch resumes after a break, and lists again when its revision is gone", () => {
  const watching = step(INITIAL, { type: "listed", revision: "7" });
  const broken = step(watching, { type: "failed", error: serviceUnavailable("x") });
  assert.equal(broken.at, "backingOff");
  assert.deepEqual(step(broken, { type: "waited" }), { at: "watching", revision: "7", failures: 1 });
  assert.deepEqual(step(watching, { type: "failed", error: resourceExpired("x") }), {
    at: "listing",
    from: "",
    failures: 1,
  });
  assert.deepEqual(step(watching, { type: "ended" }), watching);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../base/index.ts";
import type { ClusterChange } from "./framework.ts";
import { taintToleration } from "./plugins/taint-toleration.ts";
import { SchedulingQueue } from "./queue.ts";
import { node, pod } from "./testing/objects.ts";

function start() {
  const clock = new VirtualClock();
  const options = { initialBackoffMs: 1000, maxBackoffMs: 10_000, unschedulableRetryMs: 300_000 };
  const queue = new SchedulingQueue({ clock, ...options, onActive: () => {} });
  return { clock, queue, next: () => queue.next()?.pod.metadata.name };
}

const tainted = (...effects: readonly string[]) =>
  node("n", { taints: effects.map((effect) => ({ key: "k", effect })) as object });
const applied = (effect: string): ClusterChange => ({ event: "nodeApplied", node: tainted(effect) });

test("the most important pod comes first, then the one that came first", () => {
  const { queue, next } = start();
  for (const one of [pod("a"), pod("b"), pod("c", { priority: 5 })]) queue.apply(one, undefined);
  assert.deepEqual([next(), next(), next(), next()], ["c", "a", "b", undefined]);
});

test("a parked pod comes back, after its back-off, for a change that helps and for no other", async () => {
  const { clock, queue, next } = start();
  queue.apply(pod("a"), undefined);
  queue.park(queue.next()!, [taintToleration]);
  queue.wake({ event: "podDeleted", pod: pod("x") });
  queue.wake(applied("NoSchedule"));
  await clock.advance(5000);
  assert.equal(next(), undefined);
  queue.wake(applied("PreferNoSchedule"));
  assert.equal(next(), undefined);
  await clock.advance(1000);
  assert.equal(next(), "a");
});

test("a change while the pod is being tried isn't lost", async () => {
  const { clock, queue, next } = start();
  queue.apply(pod("a"), undefined);
  const entry = queue.next()!;
  queue.wake(applied("PreferNoSchedule"));
  queue.park(entry, [taintToleration]);
  await clock.advance(1000);
  assert.equal(next(), "a");
});

test("without any change a pod is tried again after five minutes", async () => {
  const { clock, queue, next } = start();
  queue.apply(pod("a"), undefined);
  queue.park(queue.next()!, [taintToleration]);
  await clock.advance(300_000);
  assert.equal(next(), "a");
});

test("a pod that is gone is never given out", () => {
  const { queue, next } = start();
  queue.apply(pod("a"), undefined);
  queue.delete("a");
  assert.equal(next(), undefined);
});

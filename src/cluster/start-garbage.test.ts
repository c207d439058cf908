import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../base/index.ts";
import { releaseStartGarbage } from "./start-garbage.ts";

interface Case {
  /** Of each look in turn; the last one of all that follow. */
  readonly busy: readonly number[];
  readonly heapBytes?: number;
  readonly aborted?: boolean;
}

async function collections({ busy, heapBytes = 20e6, aborted = false }: Case): Promise<number> {
  let asked = 0;
  let collected = 0;
  const memory = {
    busyShare: () => busy[Math.min(asked++, busy.length - 1)]!,
    heapBytes: () => heapBytes,
    collect: () => void collected++,
  };
  const clock = new VirtualClock();
  const controller = new AbortController();
  const over = releaseStartGarbage({ clock, signal: controller.signal, memory });
  if (aborted) controller.abort();
  await clock.advance(120_000);
  await over;
  return collected;
}

test("what a start left is collected once, as soon as the process is at rest", async () => {
  assert.equal(await collections({ busy: [1, 0.9, 0.5, 0] }), 1);
});

test("a process that is busy, large or ending is left alone", async () => {
  assert.equal(await collections({ busy: [1] }), 0);
  assert.equal(await collections({ busy: [0], heapBytes: 500e6 }), 0);
  assert.equal(await collections({ busy: [0], aborted: true }), 0);
});

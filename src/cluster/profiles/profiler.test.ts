import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { realClock } from "../../base/index.ts";
import { cpuSamples, processProfiler } from "./profiler.ts";

function busyForAWhile(): number {
  const until = performance.now() + 60;
  let turns = 0;
  while (performance.now() < until) turns++;
  return turns;
}

test("a profile of the processor names the functions that kept it busy", async () => {
  const end = await processProfiler(realClock()).cpu();
  await sleep(1);
  busyForAWhile();
  const text = gunzipSync(await end()).toString("latin1");
  assert.ok(text.includes("busyForAWhile") && text.includes("nanoseconds"), "the function is in it");
});

test("a profile of the heap has what is still held", async () => {
  const end = await processProfiler(realClock()).heap();
  const held = Array.from({ length: 200_000 }, (_, index) => ({ index, text: `${index}` }));
  const text = gunzipSync(await end()).toString("latin1");
  assert.ok(text.includes("inuse_space") && held.length > 0);
});

test("samples are counted by where they end, with the way that leads there", () => {
  const frame = (functionName: string) => ({ functionName, url: "", lineNumber: 0 });
  const nodes = [
    { id: 1, callFrame: frame("(root)"), children: [2, 4] },
    { id: 2, callFrame: frame("outer"), children: [3] },
    { id: 3, callFrame: frame("inner") },
    { id: 4, callFrame: frame("(idle)") },
  ];
  const found = cpuSamples({ nodes, samples: [3, 4, 3], timeDeltas: [1, 2, 3] });
  assert.deepEqual(
    found.map(({ stack, values }) => [stack.map(({ functionName }) => functionName), values]),
    [
      [
        ["inner", "outer"],
        [2, 4000],
      ],
    ],
  );
});

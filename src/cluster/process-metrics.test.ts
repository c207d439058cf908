import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { processMetrics } from "./process-metrics.ts";

const stallOf = (lines: readonly string[]) =>
  Number(lines.find((line) => line.startsWith("nodejs_eventloop_stall_max_seconds "))?.split(" ")[1]);

test("a stall of the event loop is told of once", async () => {
  const lines = processMetrics();
  await sleep(30);
  lines();
  await sleep(30);
  const until = performance.now() + 150;
  while (performance.now() < until);
  await sleep(30);
  const stall = stallOf(lines());
  assert.ok(stall > 0.1, `stall: ${stall}`);
  assert.ok(stallOf(lines()) < stall);
  assert.match(lines().join("\n"), /process_resident_memory_bytes \d{7,}/);
});

/**
 * How fast the stores are: `node bench/store.ts [directory]`. Durable puts of 1 KiB by writers that each wait for their
 * own, the delay they see, how long the main thread was busy, and the time to open what was written.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { realClock, silentLog } from "../src/base/index.ts";
import { openEmbeddedStore, openMemoryStore, type Store } from "../src/store/index.ts";

const value = new Uint8Array(1024).fill(120);

async function puts(store: Store, { writers, total }: { writers: number; total: number }) {
  const delays: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  const before = performance.eventLoopUtilization();
  const writer = async () => {
    while (next < total) {
      const key = `/registry/pods/default/pod-${next++}`;
      const began = performance.now();
      const compare = [{ key, target: "modRevision", operator: "=", value: 0 }] as const;
      await store.transact({ compare, success: [{ type: "put", key, value }], failure: [] });
      delays.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const seconds = (performance.now() - startedMs) / 1000;
  delays.sort((a, b) => a - b);
  return {
    writers,
    putsPerSecond: Math.round(total / seconds),
    medianMs: round(delays[delays.length >> 1]!),
    p99Ms: round(delays[Math.floor(delays.length * 0.99)]!),
    mainThreadBusy: round(performance.eventLoopUtilization(before).utilization),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

const parent = process.argv[2] ?? tmpdir();
const directory = mkdtempSync(join(parent, "navarch-bench-"));
const open = (name: string) =>
  openEmbeddedStore({ directory: join(directory, name), clock: realClock(), log: silentLog });
try {
  const rows: Record<string, unknown> = { memory: await puts(openMemoryStore(), { writers: 32, total: 200_000 }) };
  for (const [writers, total] of [
    [1, 2_000],
    [32, 50_000],
    [1000, 100_000],
  ] as const) {
    await using store = await open(`w${writers}`);
    rows[`embedded, ${writers} writers`] = await puts(store, { writers, total });
  }
  console.table(rows);
  const startedMs = performance.now();
  await using again = await open("w1000");
  const openMs = Math.round(performance.now() - startedMs);
  console.log(`open ${(await again.status()).keyCount} entries of 1 KiB: ${openMs} ms`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { realClock, silentLog } from "../../src/base/index.ts";
import { type EmbeddedStore, openEmbeddedStore } from "../../src/store/index.ts";
import { type Row, scaled } from "./scenario.ts";
import { puts, VALUE } from "./store-load.ts";
import { served } from "./store-subjects.ts";

/** Keys of a gigabyte with their values. */
const GIGABYTE_KEYS = 1_000_000;
const CLIENTS = 2000;
const RESOLUTION_MS = 1;

/**
 * The embedded store with much in it: how long its thread stands still while 500 MB of log are rewritten, and how long a start
 * from a gigabyte takes, from the process's first moment to its first answer.
 */
export async function largeStore(parent: string, scale: number): Promise<Row[]> {
  const total = scaled(GIGABYTE_KEYS, scale);
  const directory = join(parent, "large");
  const options = { directory, clock: realClock(), log: silentLog, compactIntervalMs: 0 };
  const rows: Row[] = [];
  {
    await using store = await openEmbeddedStore(options);
    await puts(store, { prefix: "/large/", clients: CLIENTS, total: Math.ceil(total / 2) });
    const { stallMs, ms } = await compacting(store);
    const megabytes = Math.round((total / 2) * VALUE.length) / 1e6;
    rows.push(
      { what: `embedded: compacting ${Math.round(megabytes)} MB`, value: ms, unit: "ms" },
      { what: `embedded: compacting ${Math.round(megabytes)} MB: longest stall`, value: stallMs, unit: "ms" },
    );
    await puts(store, { prefix: "/larger/", clients: CLIENTS, total: Math.floor(total / 2) });
    await store.compact(await store.revision());
    await store.defragment();
  }
  const startedMs = performance.now();
  await using subject = await served(parent, "large");
  rows.push({ what: `served: start from ${total} keys`, value: performance.now() - startedMs, unit: "ms" });
  rows.push({ what: "served: progress told meanwhile", value: subject.said("Reading the store"), unit: "times" });
  const { count } = await subject.store.range({ start: "/", end: "0", countOnly: true });
  if (count !== total) throw new Error(`start: got ${count} keys, wanted ${total}`);
  return rows;
}

/** Lets go of history and rewrites all files, while the event loop is watched. */
async function compacting(store: EmbeddedStore): Promise<{ stallMs: number; ms: number }> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const startedMs = performance.now();
  await store.compact(await store.revision());
  await store.defragment();
  const ms = performance.now() - startedMs;
  delays.disable();
  return { stallMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS), ms };
}

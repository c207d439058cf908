import { join } from "node:path";
import { realClock, silentLog } from "../../src/base/index.ts";
import { type EmbeddedStore, openEmbeddedStore } from "../../src/store/index.ts";
import { type Row, scaled } from "./scenario.ts";
import { puts, VALUE } from "./store-load.ts";
import { served } from "./store-subjects.ts";

/** Keys of a gigabyte with their values. */
const GIGABYTE_KEYS = 1_000_000;
const CLIENTS = 2000;

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
    const { longestMs, longestCpuMs, ms } = await compacting(store);
    const megabytes = Math.round((total / 2) * VALUE.length) / 1e6;
    rows.push(
      { what: `embedded: compacting ${Math.round(megabytes)} MB`, value: ms, unit: "ms" },
      { what: `embedded: compacting ${Math.round(megabytes)} MB: longest stall`, value: longestMs, unit: "ms" },
      { what: `embedded: compacting ${Math.round(megabytes)} MB: most CPU in one`, value: longestCpuMs, unit: "ms" },
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
async function compacting(store: EmbeddedStore): Promise<Stalls & { readonly ms: number }> {
  const stalls = watchStalls();
  const startedMs = performance.now();
  await store.compact(await store.revision());
  await store.defragment();
  return { ...stalls(), ms: performance.now() - startedMs };
}

interface Stalls {
  /** The longest turn of the event loop. */
  readonly longestMs: number;
  /** The most that this thread worked in one turn: what a machine with nothing else to do would have stood still. */
  readonly longestCpuMs: number;
}

/** Watches the turns of the event loop until it is asked what the longest was. */
function watchStalls(): () => Stalls {
  const cpuMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let [longestMs, longestCpuMs] = [0, 0];
  let [lastMs, lastCpuMs] = [performance.now(), cpuMs()];
  const look = () => {
    const [nowMs, nowCpuMs] = [performance.now(), cpuMs()];
    longestMs = Math.max(longestMs, nowMs - lastMs);
    longestCpuMs = Math.max(longestCpuMs, nowCpuMs - lastCpuMs);
    [lastMs, lastCpuMs] = [nowMs, nowCpuMs];
    next = setImmediate(look);
  };
  let next = setImmediate(look);
  return () => {
    clearImmediate(next);
    return { longestMs, longestCpuMs };
  };
}

import { join } from "node:path";
import { type Clock, realClock, seededRandom, silentLog, VirtualClock } from "../../src/base/index.ts";
import { openEmbeddedStore } from "../../src/store/index.ts";
import { type Row, scaled } from "./scenario.ts";
import { puts, VALUE } from "./store-load.ts";
import { bytesIn, type Subject } from "./store-subjects.ts";

const ROUNDS = 6;
/** Of a round; between two of them the disk is looked at, as it is every few milliseconds. */
const PARTS = 10;
const LOOK_MS = 20;
const SETTLED_LOOKS_MAX = 20;

const HOUR_MS = 3_600_000;
const HISTORY_MS = 5 * 60_000;
const HOUR_KEYS = 10_000;
/** Steps of time: as long as history is compacted by at once. */
const STEP_MS = 15_000;
const HOUR_CLIENTS = 25;

/** What lies on the disk at one time, and what of it has to. */
interface Usage {
  readonly diskBytes: number;
  /** Revisions that nobody has compacted yet. */
  readonly historyBytes: number;
}

/** The largest of them. */
class Peak {
  #largest: Usage = { diskBytes: 0, historyBytes: 0 };

  look(usage: Usage): void {
    if (usage.diskBytes > this.#largest.diskBytes) this.#largest = usage;
  }

  rows(what: string, liveBytes: number): Row[] {
    const { diskBytes, historyBytes } = this.#largest;
    const row = (part: string, bytes: number) => ({ what: what + part, value: bytes / liveBytes, unit: "x live data" });
    return [
      row(", at most", diskBytes),
      row(": of it revisions not compacted yet", historyBytes),
      row(": of it neither live nor these", diskBytes - liveBytes - historyBytes),
    ];
  }
}

/** The same keys again and again, each round compacted in the end: what is on disk meanwhile, and once all is quiet. */
export async function churned(
  { name, store, diskBytes }: Subject,
  { prefix, total, scale }: { prefix: string; total: number; scale: number },
): Promise<Row[]> {
  const keys = (await store.range({ start: "", end: "~", keysOnly: true })).entries;
  const liveBytes = keys.reduce((sum, { key }) => sum + key.length + VALUE.length, 0);
  const keyBytes = prefix.length + 7 + VALUE.length;
  const peak = new Peak();
  let historyBytes = 0;
  const look = () => peak.look({ diskBytes: diskBytes(), historyBytes });
  const looking = setInterval(look, LOOK_MS);
  for (let round = 0; round < ROUNDS; round++) {
    for (let first = 0; first < total; first += Math.ceil(total / PARTS)) {
      const part = Math.min(Math.ceil(total / PARTS), total - first);
      await puts(store, { prefix, clients: 256, total: part, first });
      historyBytes += part * keyBytes;
      look();
    }
    await store.compact(await store.revision());
    historyBytes = 0;
  }
  clearInterval(looking);
  const settled = await settledBytes(diskBytes, scale);
  return [
    ...peak.rows(`${name}: disk during churn`, liveBytes),
    { what: `${name}: disk after churn`, value: settled / liveBytes, unit: "x live data" },
  ];
}

/** The last compaction's rewriting goes on behind its answer: the size once it has not changed for a while. */
async function settledBytes(diskBytes: () => number, scale: number): Promise<number> {
  let size = diskBytes();
  for (let look = 0; look < SETTLED_LOOKS_MAX; look++) {
    await new Promise((resolve) => setTimeout(resolve, 2000 * Math.min(1, scale)));
    const now = diskBytes();
    if (now === size) break;
    size = now;
  }
  return size;
}

/**
 * An hour on the store's clock, in which as many writes as there are keys come every five minutes, to keys at random. That is
 * over much sooner on the machine's clock: what a compaction begins has to end before the next step, as it does in an hour.
 */
export async function hourOfChurn(parent: string, scale: number): Promise<Row[]> {
  const directory = join(parent, "hour");
  const time = new VirtualClock();
  const clock: Clock = {
    now: () => time.now(),
    monotonicMs: () => time.monotonicMs(),
    timer: (delayMs, run) => time.timer(delayMs, run),
    sleep: (delayMs, signal) => time.sleep(delayMs, signal),
    yield: realClock().yield,
  };
  await using store = await openEmbeddedStore({ directory, clock, log: silentLog });
  const keys = scaled(HOUR_KEYS, scale);
  await puts(store, { prefix: "/hour/", clients: 256, total: keys });
  await time.advance(2 * HISTORY_MS);
  const random = seededRandom("hour");
  const write = () => puts(store, { prefix: "/hour/", clients: 1, total: 1, first: random.int(keys) });
  const peak = new Peak();
  const look = async () => {
    const { sizeBytes, liveBytes } = await store.status();
    peak.look({ diskBytes: bytesIn(directory), historyBytes: sizeBytes - liveBytes });
    return liveBytes;
  };
  const entryBytes = "/hour/".length + 7 + VALUE.length;
  const isTidy = async () => {
    const { revision, compactRevision, sizeBytes, liveBytes } = await store.status();
    return sizeBytes - liveBytes <= (revision - compactRevision) * entryBytes;
  };
  for (let atMs = 0; atMs < HOUR_MS; atMs += STEP_MS) {
    for (let left = (keys * STEP_MS) / HISTORY_MS; left > 0; left -= HOUR_CLIENTS) {
      await Promise.all(Array.from({ length: Math.min(left, HOUR_CLIENTS) }, write));
      await look();
    }
    await time.advance(STEP_MS);
    for (; !(await isTidy()); await look()) await realClock().sleep(5);
  }
  const liveBytes = await look();
  return peak.rows("embedded: disk in an hour, all written anew every 5 minutes", liveBytes);
}

import { spawnSync } from "node:child_process";
import type { Store, Transaction } from "../src/store/index.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { benchDirectory, embedded, etcd, served, type Subject } from "./harness/store-subjects.ts";

const VALUE = new Uint8Array(1024).fill(120);
const PUTS: readonly (readonly [clients: number, total: number])[] = [
  [1, 600],
  [64, 12_000],
  [1000, 30_000],
];
const WATCHERS = 100;
const CHURN_ROUNDS = 6;
const LOOKS_MAX = 20;

/** The embedded store in process, the same behind etcd's API, and Debian's etcd, one after the other on one disk. */
export const store: Scenario = {
  name: "store",
  about:
    "values of 1 KiB, every write on disk before it is answered; embedded in process, the same through etcd's API, and Debian's etcd where there is one, on the same disk",
  async run(scale) {
    using directory = benchDirectory();
    const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;
    const rows: Row[] = [];
    for (const open of [embedded, served, ...(hasEtcd ? [etcd] : [])]) {
      await using subject = await open(directory.path);
      rows.push(...(await measure(subject, scale)));
    }
    return rows;
  },
};

async function measure(subject: Subject, scale: number): Promise<Row[]> {
  const rows: Row[] = [];
  const row = (what: string, value: number, unit: string) =>
    rows.push({ what: `${subject.name}: ${what}`, value: rounded(value), unit });
  for (const [clients, total] of PUTS) {
    const { perSecond, p99Ms } = await puts(subject.store, {
      prefix: `/p${clients}/`,
      clients,
      total: scaled(total, scale),
    });
    row(`durable puts, ${clients} clients`, perSecond, "operations/s");
    row(`durable puts, ${clients} clients: p99`, p99Ms, "ms");
  }
  const transactions = await transact(subject.store, { clients: 64, total: scaled(8000, scale) });
  row("transactions (compare, put, put, get), 64 clients", transactions, "operations/s");
  const events = await fanOut(subject.store, { watchers: scaled(WATCHERS, scale), writes: scaled(2000, scale) });
  row(`events to ${WATCHERS} watchers`, events, "events/s");
  await manyKeys(subject, scale, row);
  return rows;
}

type Report = (what: string, value: number, unit: string) => void;

/** What much data costs: memory, disk, start, and disk again once all of it was written over a few times. */
async function manyKeys(subject: Subject, scale: number, row: Report): Promise<void> {
  const total = scaled(50_000, scale);
  await subject.store.compact(await subject.store.revision());
  await subject.restart();
  const [emptyMemory, emptyDisk] = [subject.residentBytes(), subject.diskBytes()];
  const fill = () => puts(subject.store, { prefix: "/many/", clients: 256, total });
  await fill();
  row("disk per key", Math.max(0, subject.diskBytes() - emptyDisk) / total, "bytes");
  const end = `/many/${String(Math.min(10_000, total)).padStart(7, "0")}`;
  const startedMs = performance.now();
  const { entries } = await subject.store.range({ start: "/many/", end });
  row(`range of ${Math.min(10_000, total)}`, performance.now() - startedMs, "ms");
  if (entries.length !== Math.min(10_000, total)) throw new Error(`range: got ${entries.length} entries`);
  row(`start with ${total} keys`, await subject.restart(), "ms");
  // As it is started, with no garbage of writing yet.
  const memory = subject.residentBytes();
  if (memory !== undefined) row("memory per key", Math.max(0, memory - emptyMemory!) / total, "bytes");
  for (let round = 0; round < CHURN_ROUNDS; round++) {
    await fill();
    await subject.store.compact(await subject.store.revision());
  }
  const live =
    (await subject.store.range({ start: "", end: "~", keysOnly: true })).entries.length * (VALUE.length + 20);
  row("disk after churn", (await settledDiskBytes(subject, scale)) / live, "x live data");
}

/** The last compaction's rewriting goes on behind its answer: the size once it has not changed for a while. */
async function settledDiskBytes(subject: Subject, scale: number): Promise<number> {
  let size = subject.diskBytes();
  for (let look = 0; look < LOOKS_MAX; look++) {
    await new Promise((resolve) => setTimeout(resolve, 2000 * Math.min(1, scale)));
    const now = subject.diskBytes();
    if (now === size) break;
    size = now;
  }
  return size;
}

interface Load {
  readonly clients: number;
  readonly total: number;
}

async function puts(store: Store, { prefix, ...load }: Load & { readonly prefix: string }) {
  return run(load, (index) => {
    const key = prefix + String(index).padStart(7, "0");
    return store.transact({ compare: [], success: [{ type: "put", key, value: VALUE }], failure: [] });
  });
}

/** Each one conditional, with two writes and a read, as an API server's are. */
async function transact(store: Store, load: Load): Promise<number> {
  const { perSecond } = await run(load, (index) => {
    const key = `/t/${index}`;
    const transaction: Transaction = {
      compare: [{ key, target: "modRevision", operator: "=", value: 0 }],
      success: [
        { type: "put", key, value: VALUE },
        { type: "put", key: `${key}/more`, value: VALUE },
        { type: "range", start: "/t/0", end: "/t/0\0" },
      ],
      failure: [],
    };
    return store.transact(transaction);
  });
  return perSecond;
}

async function fanOut(store: Store, { watchers, writes }: { watchers: number; writes: number }): Promise<number> {
  const from = (await store.revision()) + 1;
  let heard = 0;
  const { promise: all, resolve, reject } = Promise.withResolvers<void>();
  const watches = Array.from({ length: watchers }, () =>
    store.watch(
      { start: "/w/", end: "/w0", from },
      {
        changes: (changes) => {
          heard += changes.length;
          if (heard >= watchers * writes) resolve();
        },
        progress: () => {},
        closed: reject,
      },
    ),
  );
  const startedMs = performance.now();
  await puts(store, { prefix: "/w/", clients: 64, total: writes });
  await all;
  const seconds = (performance.now() - startedMs) / 1000;
  for (const watch of watches) watch.close();
  return (watchers * writes) / seconds;
}

async function run({ clients, total }: Load, operation: (index: number) => Promise<unknown>) {
  const delays: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  const client = async () => {
    while (next < total) {
      const beganMs = performance.now();
      await operation(next++);
      delays.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const perSecond = (total * 1000) / (performance.now() - startedMs);
  delays.sort((a, b) => a - b);
  return { perSecond, p99Ms: delays[Math.floor(delays.length * 0.99)]! };
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

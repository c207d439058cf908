import { spawnSync } from "node:child_process";
import type { Store } from "../src/store/index.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { largeStore } from "./harness/store-large.ts";
import { type Figures, fanOut, interleaved, puts, ROUNDS, ranges, transactions, VALUE } from "./harness/store-load.ts";
import { benchDirectory, embedded, etcd, served, type Subject } from "./harness/store-subjects.ts";

/** How many write at a time, and how much of a load that is. */
const LOADS: readonly (readonly [clients: number, puts: number, transactions: number])[] = [
  [1, 1200, 600],
  [64, 20_000, 10_000],
  [1000, 30_000, 15_000],
];
const WATCHERS = 100;
const RANGE_KEYS = 10_000;
const CHURN_ROUNDS = 6;
const LOOKS_MAX = 20;

/** The embedded store in process, the same behind etcd's API, and Debian's etcd, round by round in turn on one disk. */
export const store: Scenario = {
  name: "store",
  about:
    "values of 1 KiB, every write on disk before it is answered; embedded in process, the same through etcd's API, and Debian's etcd where there is one, round by round in turn on the same disk; CPU is that of the store's process, with the load generator where that is in it",
  async run(scale) {
    using directory = benchDirectory();
    await using stack = new AsyncDisposableStack();
    const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;
    const subjects: Subject[] = [];
    for (const open of [embedded, served, ...(hasEtcd ? [etcd] : [])]) {
      const subject = await open(directory.path);
      stack.use(subject);
      subjects.push(subject);
    }
    for (const { store } of subjects) await warm(store, scale);
    const table = new Table(subjects);
    await writes(table, scale);
    await reads(table, scale);
    for (const subject of subjects) await manyKeys(subject, scale, table);
    return [...table.rows, ...(await largeStore(directory.path, scale))];
  },
};

/** The rows as they come in. */
class Table {
  readonly subjects: readonly Subject[];
  readonly rows: Row[] = [];

  constructor(subjects: readonly Subject[]) {
    this.subjects = subjects;
  }

  row(subject: Subject, what: string, value: number, unit: string): void {
    this.rows.push({ what: `${subject.name}: ${what}`, value: rounded(value), unit });
  }

  /** Rates of all subjects, and of ours as multiples of etcd's. */
  rates(what: string, figures: ReadonlyMap<Subject, Figures>, unit: string): void {
    const theirs = [...figures].find(([{ name }]) => name === "etcd")?.[1];
    for (const [subject, { perSecond, cpuMicrosPerOperation }] of figures) {
      this.row(subject, what, perSecond, unit);
      this.row(subject, `${what}: CPU each`, cpuMicrosPerOperation, "µs");
      if (theirs && subject.name !== "etcd") this.row(subject, `${what}: of etcd's`, perSecond / theirs.perSecond, "x");
    }
  }
}

/** Programs that have just started are slow at everything; nothing of this is measured. */
async function warm(store: Store, scale: number): Promise<void> {
  await puts(store, { prefix: "/warm/", clients: 64, total: scaled(5000, scale) });
  await transactions(store, { prefix: "/warm/t/", clients: 64, total: scaled(1000, scale) });
  for (let round = 0; round < 5; round++) await store.range({ start: "/warm/", end: "/warm/~" });
}

async function writes(table: Table, scale: number): Promise<void> {
  const { subjects } = table;
  for (const [clients, putCount, transactionCount] of LOADS) {
    const each = (count: number) => scaled(count / ROUNDS, scale);
    const put = await interleaved(subjects, (store, round) =>
      puts(store, { prefix: `/p${clients}/${round}/`, clients, total: each(putCount) }),
    );
    table.rates(`durable puts, ${clients} clients`, put, "operations/s");
    for (const [subject, { p99Ms }] of put) table.row(subject, `durable puts, ${clients} clients: p99`, p99Ms, "ms");
    const transacted = await interleaved(subjects, (store, round) =>
      transactions(store, { prefix: `/t${clients}/${round}/`, clients, total: each(transactionCount) }),
    );
    table.rates(`transactions (compare, put, put, get), ${clients} clients`, transacted, "operations/s");
  }
}

async function reads(table: Table, scale: number): Promise<void> {
  const { subjects } = table;
  const keys = scaled(RANGE_KEYS, scale);
  for (const { store } of subjects) await puts(store, { prefix: "/range/", clients: 256, total: keys });
  const ranged = await interleaved(subjects, (store) =>
    ranges(store, { prefix: "/range/", keys, total: scaled(8, scale) }),
  );
  table.rates(`range of ${keys}`, ranged, "operations/s");
  for (const [subject, { meanMs }] of ranged) table.row(subject, `range of ${keys}: time`, meanMs, "ms");
  const watchers = scaled(WATCHERS, scale);
  const events = await interleaved(subjects, (store) => fanOut(store, { watchers, writes: scaled(600, scale) }));
  table.rates(`events to ${watchers} watchers`, events, "events/s");
}

/** What much data costs: memory, disk, start, and disk again once all of it was written over a few times. */
async function manyKeys(subject: Subject, scale: number, table: Table): Promise<void> {
  const row = (what: string, value: number, unit: string) => table.row(subject, what, value, unit);
  const total = scaled(50_000, scale);
  await subject.store.compact(await subject.store.revision());
  await subject.restart();
  const [emptyMemory, emptyDisk] = [subject.residentBytes(), subject.diskBytes()];
  const fill = () => puts(subject.store, { prefix: "/many/", clients: 256, total });
  await fill();
  row("disk per key", Math.max(0, subject.diskBytes() - emptyDisk) / total, "bytes");
  row(`start with ${total} keys`, await subject.restart(), "ms");
  // As it is started, with no garbage of writing yet.
  const memory = subject.residentBytes();
  if (memory !== undefined) row("memory per key", Math.max(0, memory - emptyMemory!) / total, "bytes");
  let largest = 0;
  for (let round = 0; round < CHURN_ROUNDS; round++) {
    await fill();
    await subject.store.compact(await subject.store.revision());
    largest = Math.max(largest, subject.diskBytes());
  }
  const keys = (await subject.store.range({ start: "", end: "~", keysOnly: true })).entries;
  const live = keys.reduce((sum, { key }) => sum + key.length + VALUE.length, 0);
  row("disk during churn, at most", largest / live, "x live data");
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

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

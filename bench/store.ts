import { spawnSync } from "node:child_process";
import type { Store } from "../src/store/index.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { churned, hourOfChurn } from "./harness/store-churn.ts";
import { largeStore } from "./harness/store-large.ts";
import { type Figures, fanOut, interleaved, puts, ROUNDS, ranges, transactions } from "./harness/store-load.ts";
import { benchDirectory, embedded, etcd, served, type Subject } from "./harness/store-subjects.ts";

/** How many write at a time, and how much of a load that is. */
const LOADS: readonly (readonly [clients: number, puts: number, transactions: number])[] = [
  [1, 1200, 600],
  [64, 20_000, 10_000],
  [1000, 30_000, 15_000],
];
const WATCHERS = 100;
const RANGE_KEYS = 10_000;
const MANY_KEYS = 50_000;

/** The embedded store in process, the same behind etcd's API, and Debian's etcd, round by round in turn on one disk. */
export const store: Scenario = {
  name: "store",
  about:
    "values of 1 KiB, every write on disk before it is answered; embedded in process, the same through etcd's API, and Debian's etcd where there is one, round by round in turn on the same disk; CPU is that of the store's process, with the load generator where that is in it",
  async run(scale) {
    using directory = benchDirectory();
    await using stack = new AsyncDisposableStack();
    const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;
    const kinds = [embedded, served, ...(hasEtcd ? [etcd] : [])];
    const subjects: Subject[] = [];
    for (const open of kinds) {
      const subject = await open(directory.path);
      stack.use(subject);
      subjects.push(subject);
    }
    for (const { store } of subjects) await warm(store, scale);
    const table = new Table(subjects);
    await writes(table, scale);
    await reads(table, scale);
    for (const subject of subjects) await manyKeys(subject, scale, table);
    for (const open of kinds) await memoryPerKey(await open(directory.path, `memory-${open.name}`), scale, table);
    return [...table.rows, ...(await hourOfChurn(directory.path, scale)), ...(await largeStore(directory.path, scale))];
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

/** What much data costs: disk, start, and disk again while all of it is written over a few times. */
async function manyKeys(subject: Subject, scale: number, table: Table): Promise<void> {
  const { store } = subject;
  const total = scaled(MANY_KEYS, scale);
  const prefix = "/many/";
  await store.compact(await store.revision());
  await subject.restart();
  const emptyDisk = subject.diskBytes();
  await puts(subject.store, { prefix, clients: 256, total });
  table.row(subject, "disk per key", Math.max(0, subject.diskBytes() - emptyDisk) / total, "bytes");
  table.row(subject, `start with ${total} keys`, await subject.restart(), "ms");
  table.rows.push(...(await churned(subject, { prefix, total, scale })));
}

/** Of a store with nothing else in it, by processes that have just opened it: neither has any garbage of writing. */
async function memoryPerKey(opened: Subject, scale: number, table: Table): Promise<void> {
  await using subject = opened;
  const total = scaled(MANY_KEYS, scale);
  const empty = await subject.memory();
  await puts(subject.store, { prefix: "/many/", clients: 256, total });
  const { own, resident } = await subject.memory();
  table.row(subject, "memory per key", (own - empty.own) / total, "bytes");
  table.row(subject, "memory per key, pages of files too", (resident - empty.resident) / total, "bytes");
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

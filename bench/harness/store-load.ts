import type { Store, Transaction } from "../../src/store/index.ts";
import type { Subject } from "./store-subjects.ts";

export const VALUE = new Uint8Array(1024).fill(120);
/** Rounds that a measurement is cut into: all subjects have their turn in each, so that what else the machine does hits all. */
export const ROUNDS = 5;

/** Runs part of a load and says how often it did what is counted. */
export type Work = (store: Store, round: number) => Promise<Done>;

export interface Done {
  readonly operations: number;
  readonly delaysMs: readonly number[];
}

export interface Figures {
  readonly perSecond: number;
  readonly meanMs: number;
  readonly p99Ms: number;
  /** CPU time of the process that the store is in, in microseconds. */
  readonly cpuMicrosPerOperation: number;
}

/** The same work on all subjects, a round on each in turn. */
export async function interleaved(subjects: readonly Subject[], work: Work): Promise<ReadonlyMap<Subject, Figures>> {
  const sums = new Map(
    subjects.map((subject) => [subject, { ms: 0, cpuMs: 0, operations: 0, delaysMs: [] as number[] }]),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects) {
      const sum = sums.get(subject)!;
      const [startedMs, startedCpuMs] = [performance.now(), subject.cpuMs()];
      const { operations, delaysMs } = await work(subject.store, round);
      sum.ms += performance.now() - startedMs;
      sum.cpuMs += subject.cpuMs() - startedCpuMs;
      sum.operations += operations;
      for (const delayMs of delaysMs) sum.delaysMs.push(delayMs);
    }
  }
  return new Map([...sums].map(([subject, sum]) => [subject, figuresOf(sum)]));
}

function figuresOf({
  ms,
  cpuMs,
  operations,
  delaysMs,
}: {
  ms: number;
  cpuMs: number;
  operations: number;
  delaysMs: number[];
}): Figures {
  delaysMs.sort((a, b) => a - b);
  return {
    perSecond: (operations * 1000) / ms,
    meanMs: ms / operations,
    p99Ms: delaysMs[Math.floor(delaysMs.length * 0.99)] ?? 0,
    cpuMicrosPerOperation: (cpuMs * 1000) / operations,
  };
}

export interface Load {
  readonly clients: number;
  readonly total: number;
}

/** Puts of new keys below a prefix, or of the same ones again when the numbers are. */
export function puts(
  store: Store,
  { prefix, first = 0, ...load }: Load & { readonly prefix: string; readonly first?: number },
): Promise<Done> {
  return run(load, (index) => {
    const key = prefix + String(first + index).padStart(7, "0");
    return store.transact({ compare: [], success: [{ type: "put", key, value: VALUE }], failure: [] });
  });
}

/** Each one conditional, with two writes and a read, as an API server's are. */
export function transactions(store: Store, { prefix, ...load }: Load & { readonly prefix: string }): Promise<Done> {
  return run(load, (index) => {
    const key = `${prefix}${index}`;
    const transaction: Transaction = {
      compare: [{ key, target: "modRevision", operator: "=", value: 0 }],
      success: [
        { type: "put", key, value: VALUE },
        { type: "put", key: `${key}/more`, value: VALUE },
        { type: "range", start: `${prefix}0`, end: `${prefix}0\0` },
      ],
      failure: [],
    };
    return store.transact(transaction);
  });
}

/** Ranges of everything below a prefix, one after the other. */
export function ranges(store: Store, options: { prefix: string; keys: number; total: number }): Promise<Done> {
  const { prefix, keys, total } = options;
  return run({ clients: 1, total }, async () => {
    const { entries } = await store.range({ start: prefix, end: `${prefix}~` });
    if (entries.length !== keys) throw new Error(`range: got ${entries.length} entries, wanted ${keys}`);
  });
}

/** Writes that all of some watchers hear of; an operation is an event at one of them. */
export async function fanOut(store: Store, { watchers, writes }: { watchers: number; writes: number }): Promise<Done> {
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
  await puts(store, { prefix: "/w/", clients: 64, total: writes });
  await all;
  for (const watch of watches) watch.close();
  return { operations: watchers * writes, delaysMs: [] };
}

async function run({ clients, total }: Load, operation: (index: number) => Promise<unknown>): Promise<Done> {
  const delaysMs: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < total) {
      const beganMs = performance.now();
      await operation(next++);
      delaysMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { operations: total, delaysMs };
}

import BTreeModule from "sorted-btree";
import { StoreError } from "../errors.ts";
import type {
  Change,
  Compare,
  Entry,
  KeyRange,
  Operation,
  OperationResult,
  RangeOptions,
  RangeResult,
  Revision,
  Transaction,
  TransactionResult,
} from "../store.ts";

type Tree = InstanceType<typeof BTreeModule.default<string, Entry>>;
const BTree = BTreeModule.default;

/** Bytes of keys and values that one transaction may carry. */
export const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;
/** Operations of one branch. */
export const OPERATIONS_MAX = 128;

/** Orders keys by their UTF-8 bytes: surrogates stand for code points above everything else. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return weight(x) - weight(y);
  }
  return a.length - b.length;
}

function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * The versions of all keys: what is current, and the changes since the last compaction, from which any older state can
 * be told. Synchronous; every store keeps its index in one of these.
 */
export class Versions {
  #tree: Tree;
  /** Every change after `compactRevision`, oldest first, with what it replaced. */
  #log: Change[];
  #revision: Revision;
  #compactRevision: Revision;
  #sizeBytes: number;

  constructor(from?: Versions) {
    this.#tree = from ? from.#tree.clone() : new BTree<string, Entry>(undefined, compareKeys);
    this.#log = from ? from.#log.slice() : [];
    this.#revision = from ? from.#revision : 1;
    this.#compactRevision = from ? from.#compactRevision : 0;
    this.#sizeBytes = from ? from.#sizeBytes : 0;
  }

  get revision(): Revision {
    return this.#revision;
  }

  get compactRevision(): Revision {
    return this.#compactRevision;
  }

  /** Bytes of current keys and values. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get keyCount(): number {
    return this.#tree.size;
  }

  /** Everything current, in key order. */
  *entries(): Iterable<Entry> {
    yield* this.#tree.values();
  }

  get(key: string, revision?: Revision): Entry | undefined {
    this.#checkReadable(revision);
    if (revision === undefined || revision >= this.#revision) return this.#tree.get(key);
    for (let index = this.#logIndex(revision + 1); index < this.#log.length; index++) {
      const change = this.#log[index]!;
      // The first later change of the key says what it was.
      if (keyOf(change) === key) return change.previous;
    }
    return this.#tree.get(key);
  }

  range(options: RangeOptions): RangeResult {
    this.#checkReadable(options.revision);
    const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
    const entries: Entry[] = [];
    let count = 0;
    for (const entry of this.#scan(options)) {
      count++;
      if (!options.countOnly && entries.length < limit)
        entries.push(options.keysOnly ? { ...entry, value: EMPTY } : entry);
    }
    return { entries, count, more: !options.countOnly && count > entries.length, revision: this.#revision };
  }

  *#scan({ start, end, revision }: RangeOptions): Iterable<Entry> {
    if (revision === undefined || revision >= this.#revision) {
      for (const [key, entry] of this.#tree.entries(start)) {
        if (compareKeys(key, end) >= 0) return;
        yield entry;
      }
      return;
    }
    const undone = this.#undo({ start, end }, revision);
    const past = new BTree<string, Entry>(undefined, compareKeys);
    for (const [key, entry] of this.#tree.entries(start)) {
      if (compareKeys(key, end) >= 0) break;
      if (!undone.has(key)) past.set(key, entry);
    }
    for (const [key, entry] of undone) if (entry) past.set(key, entry);
    yield* past.values();
  }

  /** What the keys of a range that changed after `revision` were at it. */
  #undo({ start, end }: KeyRange, revision: Revision): Map<string, Entry | undefined> {
    const undone = new Map<string, Entry | undefined>();
    for (let index = this.#log.length - 1; index >= 0; index--) {
      const change = this.#log[index]!;
      if (revisionOf(change) <= revision) break;
      const key = keyOf(change);
      if (compareKeys(key, start) >= 0 && compareKeys(key, end) < 0) undone.set(key, change.previous);
    }
    return undone;
  }

  /** Evaluates and applies a transaction; says what changed. */
  transact(transaction: Transaction): { readonly result: TransactionResult; readonly changes: readonly Change[] } {
    checkSize(transaction);
    const succeeded = transaction.compare.every((compare) => this.#holds(compare));
    const operations = succeeded ? transaction.success : transaction.failure;
    const revision = this.#revision + 1;
    const changes: Change[] = [];
    const results = operations.map((operation) => this.#run(operation, revision, changes));
    if (changes.length > 0) this.#revision = revision;
    return { result: { succeeded, revision: this.#revision, results }, changes };
  }

  #run(operation: Operation, revision: Revision, changes: Change[]): OperationResult {
    switch (operation.type) {
      case "put":
        return { type: "put", previous: this.#put(operation, revision, changes) };
      case "delete": {
        const previous = this.#delete(operation.key, revision, changes);
        return { type: "delete", previous: previous ? [previous] : [] };
      }
      case "deleteRange": {
        const doomed = this.range(operation).entries;
        for (const entry of doomed) this.#delete(entry.key, revision, changes);
        return { type: "delete", previous: doomed };
      }
      case "range":
        return { type: "range", ...this.range(operation) };
      default:
        return operation satisfies never;
    }
  }

  #put(
    { key, value, lease = 0 }: { key: string; value: Uint8Array; lease?: number },
    revision: Revision,
    changes: Change[],
  ): Entry | undefined {
    const previous = this.#tree.get(key);
    const entry: Entry = {
      key,
      value,
      createRevision: previous?.createRevision ?? revision,
      modRevision: revision,
      version: (previous?.version ?? 0) + 1,
      lease,
    };
    this.#record({ type: "put", entry, previous }, changes);
    return previous;
  }

  #delete(key: string, revision: Revision, changes: Change[]): Entry | undefined {
    const previous = this.#tree.get(key);
    if (previous) this.#record({ type: "delete", key, revision, previous }, changes);
    return previous;
  }

  #record(change: Change, changes: Change[]): void {
    this.#apply(change);
    changes.push(change);
  }

  #apply(change: Change): void {
    this.#log.push(change);
    if (change.previous) this.#sizeBytes -= sizeOf(change.previous);
    if (change.type === "put") {
      this.#tree.set(change.entry.key, change.entry);
      this.#sizeBytes += sizeOf(change.entry);
    } else this.#tree.delete(change.key);
  }

  /** Replays a change that was made before a restart. */
  replay(
    change:
      | { readonly type: "put"; readonly entry: Entry }
      | { readonly type: "delete"; readonly key: string; readonly revision: Revision },
  ): void {
    const previous = this.#tree.get(change.type === "put" ? change.entry.key : change.key);
    this.#apply({ ...change, previous } as Change);
    this.#revision = Math.max(this.#revision, revisionOf(change as Change));
  }

  /** Takes over a checkpoint: current entries as of a revision, before which nothing is known. */
  load(entries: Iterable<Entry>, revision: Revision): void {
    for (const entry of entries) {
      this.#tree.set(entry.key, entry);
      this.#sizeBytes += sizeOf(entry);
    }
    this.#revision = Math.max(this.#revision, revision);
    this.#compactRevision = revision;
  }

  #holds(compare: Compare): boolean {
    const entry = this.#tree.get(compare.key);
    if (compare.target === "value")
      return entry !== undefined && compares(Buffer.compare(entry.value, compare.value), compare.operator);
    return compares((entry?.[compare.target] ?? 0) - compare.value, compare.operator);
  }

  /** Changes from a revision on; throws when they are no longer kept. */
  changesFrom(revision: Revision): readonly Change[] {
    if (revision <= this.#compactRevision && revision > 0) {
      throw new StoreError("compacted", `watch from ${revision}: history starts after ${this.#compactRevision}`);
    }
    return this.#log.slice(this.#logIndex(revision));
  }

  /** Index of the first change at or after a revision. */
  #logIndex(revision: Revision): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (revisionOf(this.#log[middle]!) < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  compact(revision: Revision): void {
    if (revision > this.#revision)
      throw new StoreError("future", `compact at ${revision}: the newest revision is ${this.#revision}`);
    if (revision <= this.#compactRevision) {
      throw new StoreError("compacted", `compact at ${revision}: history starts after ${this.#compactRevision}`);
    }
    this.#compactRevision = revision;
    this.#log = this.#log.slice(this.#logIndex(revision + 1));
  }

  #checkReadable(revision: Revision | undefined): void {
    if (revision === undefined) return;
    if (revision > this.#revision)
      throw new StoreError("future", `read at ${revision}: the newest revision is ${this.#revision}`);
    if (revision < this.#compactRevision)
      throw new StoreError("compacted", `read at ${revision}: history starts at ${this.#compactRevision}`);
  }
}

const EMPTY = new Uint8Array(0);

function sizeOf(entry: Entry): number {
  return entry.key.length + entry.value.length;
}

/** The key that a change is about. */
export function keyOf(change: Change): string {
  return change.type === "put" ? change.entry.key : change.key;
}

/** The revision that made a change. */
export function revisionOf(change: Change): Revision {
  return change.type === "put" ? change.entry.modRevision : change.revision;
}

function compares(difference: number, operator: "=" | "!=" | "<" | ">"): boolean {
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "<":
      return difference < 0;
    case ">":
      return difference > 0;
  }
}

function checkSize({ compare, success, failure }: Transaction): void {
  if (compare.length > OPERATIONS_MAX || success.length > OPERATIONS_MAX || failure.length > OPERATIONS_MAX) {
    throw new StoreError("tooLarge", `transact: too many operations, wanted at most ${OPERATIONS_MAX}`);
  }
  let bytes = 0;
  for (const operation of success)
    bytes += operation.type === "put" ? operation.value.length + operation.key.length : 0;
  for (const operation of failure)
    bytes += operation.type === "put" ? operation.value.length + operation.key.length : 0;
  if (bytes > REQUEST_BYTES_MAX)
    throw new StoreError("tooLarge", `transact: request is ${bytes} bytes, wanted at most ${REQUEST_BYTES_MAX}`);
}

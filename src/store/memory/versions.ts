import bulkModule from "sorted-btree/extended/bulkLoad.js";
import { StoreError } from "../errors.ts";
import type {
  Change,
  Compare,
  Entry,
  Operation,
  OperationResult,
  PutOperation,
  RangeOptions,
  RangeResult,
  Revision,
  Transaction,
  TransactionResult,
} from "../store.ts";
import { checkTransaction } from "./check.ts";
import { compareKeys } from "./keys.ts";
import { LeaseKeys } from "./lease-keys.ts";
import { BTree, countBetween, type Tree } from "./tree.ts";

const { bulkLoad } = bulkModule;
/** The tree's own default. */
const NODE_KEYS_MAX = 32;

/** What one revision made of one key: an entry, or nothing. */
export interface Version {
  readonly key: string;
  readonly revision: Revision;
  readonly entry: Entry | undefined;
  /** What it replaced, as long as that is kept. */
  older: Version | undefined;
}

interface Purge {
  readonly limit?: number;
  readonly through?: Revision;
}

/** A range as of a revision. */
interface Past {
  readonly start: string;
  readonly end: string;
  readonly at: Revision;
}

/**
 * The index: every key's versions back to the compaction revision. Synchronous; each store keeps one.
 * Transactions see and change the newest state. Reads see no further than `visible`, which a durable store moves with
 * {@link reveal} once the disk has it; what is not yet revealed can be taken back.
 */
export class Versions {
  /** Newest version of each key that exists. */
  #live: Tree<string, Version>;
  /** Newest version of each key that was deleted after the compaction revision. */
  readonly #deleted: Tree<string, Version>;
  /** What each revision after the last purge did. */
  readonly #history: Tree<Revision, readonly Version[]>;
  #revision: Revision = 1;
  #visible: Revision = 1;
  #compactRevision: Revision = 0;
  /** Everything up to here has been purged; trails `#compactRevision`. */
  #purged: Revision = 0;
  /** Versions up to here belong to a fork too: their links must stay as they are. */
  #shared: Revision = 0;
  /** Revisions that were lost, by a crash, after some may have been seen. */
  #gaps: readonly Gap[] = [];
  #keptBytes = 0;
  #liveBytes = 0;
  /** Of the newest state. */
  #leaseKeys = new LeaseKeys();
  /** Entries of a checkpoint, as long as they come in the order of their keys. */
  #loading: { readonly keys: string[]; readonly versions: Version[] } = { keys: [], versions: [] };

  private constructor(
    live: Tree<string, Version>,
    deleted: Tree<string, Version>,
    history: Tree<Revision, readonly Version[]>,
  ) {
    this.#live = live;
    this.#deleted = deleted;
    this.#history = history;
  }

  static empty(): Versions {
    return new Versions(new BTree(undefined, compareKeys), new BTree(undefined, compareKeys), new BTree());
  }

  /** An independent copy, in O(1). */
  fork(): Versions {
    const copy = this.snapshot();
    copy.#shared = this.#shared = this.#revision;
    return copy;
  }

  /** A copy in O(1) for reading only, good until the next {@link purge} here. */
  snapshot(): Versions {
    const copy = new Versions(this.#live.clone(), this.#deleted.clone(), this.#history.clone());
    copy.#revision = this.#revision;
    copy.#visible = this.#visible;
    copy.#compactRevision = this.#compactRevision;
    copy.#purged = this.#purged;
    copy.#gaps = this.#gaps;
    copy.#keptBytes = this.#keptBytes;
    copy.#liveBytes = this.#liveBytes;
    copy.#leaseKeys = this.#leaseKeys.clone();
    return copy;
  }

  /** The newest revision, visible or not. */
  get revision(): Revision {
    return this.#revision;
  }

  get visible(): Revision {
    return this.#visible;
  }

  get compactRevision(): Revision {
    return this.#compactRevision;
  }

  /** The oldest revision whose state can still be told; behind the compaction revision until {@link purge} has come there. */
  get purgedRevision(): Revision {
    return this.#purged;
  }

  /** Bytes of the keys and values of all versions. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Bytes of the keys and values that are current. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get keyCount(): number {
    return this.#live.size;
  }

  get(key: string, revision?: Revision): Entry | undefined {
    const at = this.#readable(revision);
    const version = this.#live.get(key) ?? this.#deleted.get(key);
    return entryAt(version, at);
  }

  range(options: RangeOptions): RangeResult {
    const at = this.#readable(options.revision);
    return this.#range(options, at === this.#revision ? undefined : at, this.#visible);
  }

  /** Reads the newest state, visible or not, when no revision is given. */
  #range(options: RangeOptions, at: Revision | undefined, newest: Revision): RangeResult {
    const { start, end, keysOnly, countOnly } = options;
    const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
    const none = compareKeys(start, end) >= 0;
    const { entries, count } = none
      ? { entries: [], count: 0 }
      : at === undefined
        ? this.#current(start, end, countOnly ? 0 : limit)
        : this.#past({ start, end, at, limit: countOnly ? 0 : limit });
    return {
      entries: keysOnly ? entries.map(withoutValue) : entries,
      count,
      more: !countOnly && count > entries.length,
      revision: newest,
    };
  }

  #current(start: string, end: string, limit: number): { entries: Entry[]; count: number } {
    const entries: Entry[] = [];
    if (limit > 0) {
      this.#live.forRange(start, end, false, (_, version) => {
        entries.push(version.entry!);
        return entries.length >= limit ? STOP : undefined;
      });
    }
    const count = entries.length < limit ? entries.length : countBetween(this.#live, start, end);
    return { entries, count };
  }

  /** As of an earlier revision: costs what is returned and what has changed since, not what there is. */
  #past({ start, end, at, limit }: Past & { readonly limit: number }): { entries: Entry[]; count: number } {
    const entries: Entry[] = [];
    let wanted = limit;
    const collect = (_: string, version: Version) => {
      const entry = entryAt(version, at);
      if (entry) entries.push(entry);
      return entries.length >= wanted ? STOP : undefined;
    };
    if (limit > 0) {
      this.#live.forRange(start, end, false, collect);
      const live = entries.length;
      // As many of those that are gone: any of them may come before any of the others.
      wanted = live + limit;
      this.#deleted.forRange(start, end, false, collect);
      if (live > 0 && entries.length > live) entries.sort((a, b) => compareKeys(a.key, b.key));
      if (entries.length > limit) entries.length = limit;
    }
    return { entries, count: entries.length < limit ? entries.length : this.#countAt({ start, end, at }) };
  }

  /** How many there are now, without what came since and with what went since; or counted, where more has changed than is there. */
  #countAt(past: Past): number {
    const { start, end, at } = past;
    let count = countBetween(this.#live, start, end);
    const revisions = countBetween(this.#history, at + 1, Number.MAX_SAFE_INTEGER);
    if (revisions > count + this.#deleted.size) return this.#countEach(past);
    const changed = new Map<string, Version>();
    this.#history.forRange(at + 1, Number.MAX_SAFE_INTEGER, false, (_, versions) => {
      for (const version of versions)
        if (compareKeys(version.key, start) >= 0 && compareKeys(version.key, end) < 0)
          changed.set(version.key, version);
    });
    for (const newest of changed.values()) count += (entryAt(newest, at) ? 1 : 0) - (newest.entry ? 1 : 0);
    return count;
  }

  #countEach({ start, end, at }: Past): number {
    let count = 0;
    const add = (_: string, version: Version) => {
      if (entryAt(version, at)) count++;
    };
    this.#live.forRange(start, end, false, add);
    this.#deleted.forRange(start, end, false, add);
    return count;
  }

  /** All entries as of a revision from a key on, in the order of their keys. */
  *entriesAt(revision: Revision, start = ""): Generator<Entry, undefined> {
    const deleted = this.#deleted.values(start);
    let gone = deleted.next();
    for (const version of this.#live.values(start)) {
      for (; !gone.done && compareKeys(gone.value.key, version.key) < 0; gone = deleted.next()) {
        const entry = entryAt(gone.value, revision);
        if (entry) yield entry;
      }
      const entry = entryAt(version, revision);
      if (entry) yield entry;
    }
    for (; !gone.done; gone = deleted.next()) {
      const entry = entryAt(gone.value, revision);
      if (entry) yield entry;
    }
  }

  #readable(revision: Revision | undefined): Revision {
    if (!revision) return this.#visible;
    if (revision > this.#visible)
      throw new StoreError("future", `read at ${revision}: the newest revision is ${this.#visible}`);
    this.#checkKept(revision);
    return revision;
  }

  #checkKept(revision: Revision): void {
    if (revision < this.#compactRevision)
      throw new StoreError("compacted", `read at ${revision}: history starts at ${this.#compactRevision}`);
    const gap = this.#gaps.find(({ after, to }) => revision > after && revision < to);
    if (gap)
      throw new StoreError("compacted", `read at ${revision}: a crash has lost it, history goes on at ${gap.to}`);
  }

  /** Evaluates and applies a transaction. What it changed is not visible yet. */
  transact(
    transaction: Transaction,
    leases: { has(id: number): boolean },
  ): { readonly result: TransactionResult; readonly versions: readonly Version[] } {
    checkTransaction(transaction);
    const path = this.#decide(transaction);
    this.#checkPath(path, leases);
    const versions: Version[] = [];
    const results = this.#follow(path, versions);
    if (versions.length > 0) this.#history.set(++this.#revision, versions);
    const revision = this.#revision;
    const stampedResults = results.map((result) => stamped(result, revision));
    return { result: { succeeded: path.succeeded, revision, results: stampedResults }, versions };
  }

  /** Which way a transaction goes, and those inside it. */
  #decide({ compare, success, failure }: Transaction): Path {
    const succeeded = compare.every((condition) => this.#holds(condition));
    const operations = succeeded ? success : failure;
    let inner: Map<Operation, Path> | undefined;
    for (const operation of operations)
      if (operation.type === "transaction") (inner ??= new Map()).set(operation, this.#decide(operation));
    return { succeeded, operations, inner };
  }

  #checkPath({ operations, inner }: Path, leases: { has(id: number): boolean }): void {
    for (const operation of operations) {
      if (operation.type === "range") this.#checkRangeInside(operation.revision);
      else if (operation.type === "put") this.#checkPut(operation, leases);
    }
    if (inner) for (const path of inner.values()) this.#checkPath(path, leases);
  }

  #checkPut({ key, lease, keep }: PutOperation, leases: { has(id: number): boolean }): void {
    if (keep && !this.#live.has(key)) throw new StoreError("keyNotFound", `put ${key}: there is nothing to keep`);
    if (lease && !leases.has(lease)) throw new StoreError("leaseNotFound", `put ${key}: there is no lease ${lease}`);
  }

  #follow({ operations, inner }: Path, versions: Version[]): OperationResult[] {
    return operations.map((operation) => {
      if (operation.type !== "transaction") return this.#run(operation, versions);
      const path = inner!.get(operation)!;
      return { type: "transaction", succeeded: path.succeeded, results: this.#follow(path, versions) };
    });
  }

  /** Deletes keys at one revision, as many as they are. What it changed is not visible yet. */
  remove(keys: readonly string[]): readonly Version[] {
    const versions: Version[] = [];
    for (const key of keys) if (this.#live.has(key)) this.#change(key, undefined, versions);
    if (versions.length > 0) this.#history.set(++this.#revision, versions);
    return versions;
  }

  /** Keys of the newest state, visible or not, that hang on a lease. */
  keysOfLease(id: number): string[] {
    return this.#leaseKeys.of(id);
  }

  #checkRangeInside(revision: Revision | undefined): void {
    if (!revision) return;
    if (revision > this.#revision)
      throw new StoreError("future", `read at ${revision}: the newest revision is ${this.#revision}`);
    this.#checkKept(revision);
  }

  #run(operation: Exclude<Operation, { type: "transaction" }>, versions: Version[]): OperationResult {
    switch (operation.type) {
      case "put":
        return { type: "put", previous: this.#put(operation, versions) };
      case "delete": {
        const previous = this.#live.get(operation.key)?.entry;
        if (previous) this.#change(operation.key, undefined, versions);
        return { type: "delete", previous: previous ? [previous] : [] };
      }
      case "deleteRange": {
        const { start, end } = operation;
        const previous = this.#range({ start, end }, undefined, 0).entries;
        for (const entry of previous) this.#change(entry.key, undefined, versions);
        return { type: "delete", previous };
      }
      case "range": {
        return { type: "range", ...this.#range(operation, operation.revision || undefined, 0) };
      }
      default:
        return operation satisfies never;
    }
  }

  #put(put: Pick<PutOperation, "key" | "value" | "lease" | "keep">, versions: Version[]): Entry | undefined {
    const previous = this.#live.get(put.key)?.entry;
    const revision = this.#revision + 1;
    const entry: Entry = {
      key: put.key,
      value: put.keep && put.keep !== "lease" ? previous!.value : put.value,
      createRevision: previous ? previous.createRevision : revision,
      modRevision: revision,
      version: previous ? previous.version + 1 : 1,
      lease: put.keep && put.keep !== "value" ? previous!.lease : (put.lease ?? 0),
    };
    this.#change(put.key, entry, versions);
    return previous;
  }

  #change(key: string, entry: Entry | undefined, versions: Version[]): void {
    const older = this.#live.get(key) ?? (this.#deleted.size > 0 ? this.#deleted.get(key) : undefined);
    const version: Version = { key, revision: this.#revision + 1, entry, older };
    this.#place(version);
    this.#keptBytes += sizeOf(entry);
    this.#replaced(older?.entry, entry);
    versions.push(version);
  }

  /** Notes of the newest state what doesn't lie in the trees. */
  #replaced(before: Entry | undefined, now: Entry | undefined): void {
    this.#liveBytes += sizeOf(now) - sizeOf(before);
    this.#leaseKeys.replace(before, now);
  }

  /** Makes a version the newest of its key. */
  #place(version: Version): void {
    const { key, entry, older } = version;
    if (entry) {
      this.#live.set(key, version);
      if (older && !older.entry) this.#deleted.delete(key);
    } else {
      this.#live.delete(key);
      this.#deleted.set(key, version);
    }
  }

  #holds(compare: Compare): boolean {
    const { key, end } = compare;
    if (end === undefined) return holdsFor(compare, this.#live.get(key)?.entry);
    const { entries } = this.#range({ start: key, end }, undefined, 0);
    return entries.length === 0 ? holdsFor(compare, undefined) : entries.every((entry) => holdsFor(compare, entry));
  }

  /** Lets reads see everything up to `revision`. */
  reveal(revision: Revision): void {
    this.#visible = revision;
  }

  /** Takes back everything that is not visible. */
  rollback(): void {
    for (; this.#revision > this.#visible; this.#revision--) {
      const versions = this.#history.get(this.#revision)!;
      this.#history.delete(this.#revision);
      for (const version of versions.toReversed()) this.#unplace(version);
    }
  }

  #unplace({ key, entry, older }: Version): void {
    this.#live.delete(key);
    this.#deleted.delete(key);
    // A tombstone that compaction has let go of is as good as nothing.
    if (older?.entry) this.#live.set(key, older);
    else if (older && older.revision > this.#purged) this.#deleted.set(key, older);
    this.#keptBytes -= sizeOf(entry);
    this.#replaced(entry, older?.entry);
  }

  /** What the visible revisions from one on did, at most `limit` of them. */
  history(from: Revision, limit: number): Array<readonly Version[]> {
    if (from <= this.#compactRevision && this.#compactRevision > 0)
      throw new StoreError("compacted", `watch from ${from}: history starts after ${this.#compactRevision}`);
    // Who watches from inside has seen what is no more.
    const gap = this.#gaps.find(({ after, to }) => from > after + 1 && from <= to);
    if (gap)
      throw new StoreError("compacted", `watch from ${from}: a crash has lost it, history goes on after ${gap.to}`);
    const found: Array<readonly Version[]> = [];
    if (from > this.#visible) return found;
    this.#history.forRange(from, this.#visible, true, (_, versions) => {
      found.push(versions);
      return found.length >= limit ? STOP : undefined;
    });
    return found;
  }

  /** Throws when the store can't be compacted at a revision. */
  checkCompact(revision: Revision): void {
    if (revision > this.#visible)
      throw new StoreError("future", `compact at ${revision}: the newest revision is ${this.#visible}`);
    if (revision <= this.#compactRevision)
      throw new StoreError("compacted", `compact at ${revision}: history starts at ${this.#compactRevision}`);
  }

  /** Closes what is older than `revision` to readers; {@link purge} lets go of it. */
  compact(revision: Revision): void {
    this.checkCompact(revision);
    this.#compactRevision = revision;
    if (this.#gaps.length > 0) this.#gaps = this.#gaps.filter(({ to }) => to > revision);
  }

  /** Lets go of at most `limit` compacted revisions, up to one; says whether there is more to do. */
  purge({ limit = Number.POSITIVE_INFINITY, through = this.#compactRevision }: Purge = {}): boolean {
    const end = Math.min(this.#compactRevision, through);
    const until = Math.min(end, this.#purged + limit);
    for (let revision = this.#purged + 1; revision <= until; revision++) {
      const versions = this.#history.get(revision);
      if (versions === undefined) continue;
      for (const version of versions) this.#forget(version);
      this.#history.delete(revision);
    }
    this.#purged = Math.max(this.#purged, until);
    return until < end;
  }

  #forget(version: Version): void {
    this.#keptBytes -= sizeOf(version.older?.entry);
    if (version.revision > this.#shared) version.older = undefined;
    if (!version.entry && this.#deleted.get(version.key) === version) this.#deleted.delete(version.key);
  }

  /** Does again what a revision did before a restart; it is visible. */
  replay(writes: readonly { key: string; value: Uint8Array | undefined; lease: number }[]): void {
    const versions: Version[] = [];
    for (const { key, value, lease } of writes) {
      if (value) this.#put({ key, value, lease }, versions);
      else this.#change(key, undefined, versions);
    }
    this.#history.set(++this.#revision, versions);
    this.#visible = this.#revision;
  }

  /** Goes on behind a revision: what lies between may have been seen once, and never is again. */
  skip(revision: Revision): void {
    this.#gaps = [...this.#gaps, { after: this.#revision, to: revision }];
    this.#revision = this.#visible = revision;
  }

  /** Takes over an entry of a checkpoint; only before the first revision, and call {@link loaded} after the last. */
  load(entry: Entry): void {
    const { keys, versions } = this.#loading;
    if (keys.length === 0 ? this.#live.size > 0 : compareKeys(entry.key, keys.at(-1)!) <= 0)
      return this.#loadAlone(entry);
    keys.push(entry.key);
    versions.push({ key: entry.key, revision: entry.modRevision, entry, older: undefined });
    this.#keptBytes += sizeOf(entry);
    this.#replaced(undefined, entry);
  }

  /** Makes the tree of what came in the order of its keys: all at once costs half of one by one. */
  #build(): void {
    const { keys, versions } = this.#loading;
    if (keys.length === 0) return;
    this.#live = bulkLoad(keys, versions, NODE_KEYS_MAX, compareKeys);
    this.#loading = { keys: [], versions: [] };
  }

  #loadAlone(entry: Entry): void {
    this.#build();
    // Two keys of an old file may be one by now: the newer one counts.
    const there = this.#live.get(entry.key)?.entry;
    if (there && there.modRevision > entry.modRevision) return;
    this.#live.set(entry.key, { key: entry.key, revision: entry.modRevision, entry, older: undefined });
    this.#keptBytes += sizeOf(entry) - sizeOf(there);
    this.#replaced(there, entry);
  }

  /** Says which revision {@link load}ed entries are the state of; none, when they are of several and the log has the rest. */
  loaded(revision: Revision | undefined): void {
    this.#build();
    if (revision) this.#revision = this.#visible = this.#compactRevision = this.#purged = revision;
  }
}

interface Gap {
  /** The last revision that is there. */
  readonly after: Revision;
  /** Where history goes on. */
  readonly to: Revision;
}

const STOP = { break: 0 };
const EMPTY = new Uint8Array(0);

function entryAt(version: Version | undefined, revision: Revision): Entry | undefined {
  while (version && version.revision > revision) version = version.older;
  return version?.entry;
}

function withoutValue(entry: Entry): Entry {
  return { ...entry, value: EMPTY };
}

function sizeOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : entry.key.length + entry.value.length;
}

function stamped(result: OperationResult, revision: Revision): OperationResult {
  if (result.type === "range") return { ...result, revision };
  if (result.type !== "transaction") return result;
  return { ...result, results: result.results.map((inner) => stamped(inner, revision)) };
}

function holdsFor(compare: Compare, entry: Entry | undefined): boolean {
  if (compare.target === "value")
    return entry !== undefined && compares(Buffer.compare(entry.value, compare.value), compare.operator);
  return compares((entry?.[compare.target] ?? 0) - compare.value, compare.operator);
}

/** The branch that a transaction takes, and the paths of the transactions in it. */
interface Path {
  readonly succeeded: boolean;
  readonly operations: readonly Operation[];
  readonly inner: ReadonlyMap<Operation, Path> | undefined;
}

/** A version as watchers hear of it. */
export function changeOf({ key, revision, entry, older }: Version): Change {
  const previous = older?.entry;
  return entry ? { type: "put", entry, previous } : { type: "delete", key, revision, previous };
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
    default:
      return operator satisfies never;
  }
}

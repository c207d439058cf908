import { type Clock, type Log, Scope } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import { type Granted, Leases, storeClosed, type Version, type Versions, Watchers } from "../memory/index.ts";
import type {
  Lease,
  RangeOptions,
  RangeResult,
  Revision,
  Store,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
  WatchSink,
} from "../store.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import type { Disk } from "./disk.ts";
import { SegmentLog } from "./log.ts";
import { realDisk } from "./real-disk.ts";
import { FrameWriter, type LoggedWrite } from "./records.ts";
import { recover } from "./recover.ts";
import { RelaxedWrites } from "./relaxed.ts";
import { Space } from "./space.ts";
import { Tidying } from "./tidying.ts";
import type { RevisionTimes } from "./times.ts";

/** Transactions that wait for one flush; more wait to be evaluated. */
const GROUP_TRANSACTIONS_MAX = 2048;
/** Bytes that wait for one flush; no limit on a single transaction, which has its own. */
const GROUP_BYTES_MAX = 16 * 1024 * 1024;
/** History reaches back a compaction interval, and this part of one longer at most. */
const COMPACTIONS_PER_INTERVAL = 20;

export interface EmbeddedStoreOptions {
  /** Where the files are, or the disk itself (for tests and simulation). */
  readonly directory: string | Disk;
  readonly clock: Clock;
  readonly log: Log;
  /** How far history reaches back, at least: what is older is compacted bit by bit; 0 never. Default 5 minutes. */
  readonly compactIntervalMs?: number;
  /** Size at which a new log file is begun at the latest; the less data there is the earlier. Default 16 MiB. */
  readonly segmentBytesMax?: number;
  /**
   * Writes whose keys all lie below these may be answered before they are on disk: a crash may take the newest of them. All
   * others never. Default none.
   */
  readonly relaxedPrefixes?: readonly string[];
}

export interface EmbeddedStoreStatus {
  readonly revision: Revision;
  readonly compactRevision: Revision;
  /** Bytes of all keys and values that are kept, history included. */
  readonly sizeBytes: number;
  /** Of it, what is current. */
  readonly liveBytes: number;
  readonly diskBytes: number;
  readonly keyCount: number;
}

/** A store of one process on a local directory. Status tells what is on disk too. */
export interface EmbeddedStore extends Store {
  status(): Promise<EmbeddedStoreStatus>;
  /** Rewrites the files so that they hold nothing in vain, as of the compaction revision. */
  defragment(): Promise<void>;
  /** The state as of now, whatever is written while it is read; `restoreEmbeddedStore` takes it. */
  snapshot(): AsyncIterable<Uint8Array>;
}

/** Opens the store in a directory, making it when it isn't there; one process at a time. */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const disk = typeof options.directory === "string" ? realDisk(options.directory) : options.directory;
  const log = options.log.child({ store: disk.name });
  const { clock } = options;
  await disk.lock();
  try {
    const startedMs = clock.monotonicMs();
    const recovered = await recover({ disk, clock, log });
    const { versions, leases, times, segments, sequence, checkpoint } = recovered;
    const space = new Space(options.segmentBytesMax);
    const segmentBytesMax = () => space.segmentBytes(versions.liveBytes);
    const segmentLog = new SegmentLog({ disk, log, segments, sequence, segmentBytesMax });
    const relaxed = await reserve({ ...recovered, segmentLog, prefixes: options.relaxedPrefixes ?? [] });
    const { revision, keyCount } = versions;
    if (times.isEmpty) times.note({ timeMs: clock.now(), revision });
    log.info("Store opened", { revision, keyCount, durationMs: Math.round(clock.monotonicMs() - startedMs) });
    const compactIntervalMs = options.compactIntervalMs ?? 5 * 60_000;
    return new Embedded({
      disk,
      log,
      clock,
      versions,
      leases,
      times,
      relaxed,
      segmentLog,
      checkpoint,
      space,
      compactIntervalMs,
      gather: typeof options.directory === "string" ? () => clock.yield() : () => Promise.resolve(),
    });
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** Goes on behind what a store that was not closed had reserved, and reserves anew; on disk before anyone reads. */
async function reserve(options: {
  readonly versions: Versions;
  readonly reserved: Revision;
  readonly segmentLog: SegmentLog;
  readonly prefixes: readonly string[];
}): Promise<RelaxedWrites> {
  const { versions, reserved, segmentLog, prefixes } = options;
  const before = versions.revision;
  const frame = new FrameWriter();
  if (reserved > before) {
    versions.skip(reserved + 1);
    frame.skip(reserved + 1);
  }
  const relaxed = new RelaxedWrites(prefixes, new RelaxedWrites(prefixes, 0).ceiling(versions.revision));
  if (reserved > before || relaxed.isOn) {
    frame.reserve(relaxed.reserved);
    await segmentLog.commit(frame, before);
  }
  return relaxed;
}

interface EmbeddedParts {
  readonly disk: Disk;
  readonly log: Log;
  readonly clock: Clock;
  readonly versions: Versions;
  readonly leases: Iterable<Granted>;
  readonly times: RevisionTimes;
  readonly relaxed: RelaxedWrites;
  readonly segmentLog: SegmentLog;
  readonly checkpoint: CheckpointFiles;
  readonly space: Space;
  readonly compactIntervalMs: number;
  /**
   * Resolves when what goes to the disk together has come, of several who write at once. A flush, and waking
   * the thread that does it, costs far more than waiting for the end of this turn of the event loop, in which requests of several connections are worked on.
   */
  readonly gather: () => Promise<void>;
}

/** Someone who waits for a flush. */
interface Waiter {
  /** What may be answered as soon as all before it is visible. */
  readonly early: { readonly revision: Revision; readonly writes: readonly LoggedWrite[] } | undefined;
  readonly durable: () => void;
  readonly failed: (error: StoreError) => void;
}

/**
 * A transaction is evaluated at once, on the newest state, and waits in a group for the disk; while one group is being
 * flushed the next one gathers. Only once a group is on disk do its revisions become visible, to watches and readers, and
 * are its transactions answered. A transaction that wrote nothing waits as well when what it saw is not on disk yet.
 * When a group fails, everything that is not visible is taken back and all who wait are told.
 */
class Embedded implements EmbeddedStore {
  readonly #parts: EmbeddedParts;
  readonly #versions: Versions;
  readonly #watchers: Watchers;
  readonly #leases: Leases;
  readonly #scope: Scope;
  readonly #times: RevisionTimes;
  readonly #tidying: Tidying;
  #frame = new FrameWriter();
  /** Has memory that was used before: much that is made and thrown away is what drives the garbage collector. */
  #spareFrame: FrameWriter | undefined;
  #waiters: Waiter[] = [];
  /** Of the last group there was one. */
  #isAlone = false;
  /** The revision before the first one of the group that gathers. */
  #groupRevision: Revision;
  #flushing: Promise<void> | undefined;
  /** Wakes those who wait for room in the group. */
  #roomWanted: Array<() => void> = [];
  /** Why nothing can be written any more. */
  #broken: StoreError | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: EmbeddedParts) {
    this.#parts = parts;
    this.#versions = parts.versions;
    this.#groupRevision = parts.versions.revision;
    this.#watchers = new Watchers(parts.versions, () => parts.clock.yield());
    this.#scope = Scope.logging(parts.log);
    this.#times = parts.times;
    this.#leases = new Leases(parts.clock, (id) => this.#scope.spawn("lease", () => this.#expireLease(id)));
    for (const lease of parts.leases) this.#leases.grant(lease);
    this.#tidying = new Tidying({ ...parts, leases: this.#leases, signal: this.#scope.signal });
    if (parts.compactIntervalMs > 0) this.#scope.spawn("compaction", (signal) => this.#compactForever(signal));
  }

  async revision(): Promise<Revision> {
    this.#check();
    return this.#versions.visible;
  }

  async get(key: string, { revision }: { readonly revision?: Revision } = {}) {
    this.#check();
    return { entry: this.#versions.get(key, revision), revision: this.#versions.visible };
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    this.#check();
    return this.#versions.range(options);
  }

  watch(options: WatchOptions, sink: WatchSink): Watch {
    this.#check();
    return this.#watchers.add(options, sink);
  }

  async status(): Promise<EmbeddedStoreStatus> {
    this.#check();
    const { visible, compactRevision, keptBytes, liveBytes, keyCount } = this.#versions;
    const { diskBytes } = this.#tidying;
    return { revision: visible, compactRevision, sizeBytes: keptBytes, liveBytes, diskBytes, keyCount };
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    await this.#writable();
    const isAllVisible = this.#versions.revision === this.#versions.visible;
    const { result, versions } = this.#versions.transact(transaction, this.#leases);
    const { revision } = result;
    if (versions.length === 0 && isAllVisible) return result;
    const writes = versions.map(loggedWrite);
    if (versions.length > 0) this.#frame.transaction(writes);
    const show = () => {
      if (versions.length === 0) return;
      this.#versions.reveal(revision);
      this.#watchers.publish(versions);
    };
    const early = this.#parts.relaxed.allows(writes, revision) ? { revision, writes } : undefined;
    if (early && isAllVisible) {
      this.#parts.relaxed.answered(revision, writes);
      show();
      this.#startFlush();
    } else await this.#durable(show, early);
    return result;
  }

  async grantLease(wish: { readonly ttlSeconds: number; readonly id?: number }): Promise<Lease> {
    await this.#writable();
    const granted = this.#leases.admit(wish);
    this.#leases.grant(granted);
    this.#frame.lease(granted);
    try {
      await this.#durable(() => {});
    } catch (error) {
      this.#leases.remove(granted.id);
      throw error;
    }
    return { ...granted, remainingSeconds: granted.ttlSeconds };
  }

  async keepLease(id: number): Promise<Lease> {
    this.#check();
    const kept = this.#leases.keep(id);
    return { ...kept, remainingSeconds: kept.ttlSeconds };
  }

  async revokeLease(id: number): Promise<Revision> {
    await this.#writable();
    const granted = this.#leases.require(id);
    // From here on nothing more can hang on it; its keys go in the same frame as the lease.
    this.#leases.remove(id);
    const versions = this.#versions.remove(this.#versions.keysOfLease(id));
    if (versions.length > 0) this.#frame.transaction(versions.map(loggedWrite));
    this.#frame.revoke(id);
    try {
      await this.#durable(() => {
        if (versions.length === 0) return;
        this.#versions.reveal(versions[0]!.revision);
        this.#watchers.publish(versions);
      });
    } catch (error) {
      this.#leases.grant(granted);
      throw error;
    }
    return this.#versions.visible;
  }

  async #expireLease(id: number): Promise<void> {
    try {
      if (this.#leases.has(id)) await this.revokeLease(id);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // A store that takes no writes refuses before it touches the lease, which would be due again at once.
      if (this.#leases.has(id)) this.#leases.keep(id);
      this.#parts.log.warn("Ending a lease failed, it has its time again", { lease: id, error });
    }
  }

  async leases(): Promise<readonly Lease[]> {
    this.#check();
    return [...this.#leases].map((one) => ({ ...one, remainingSeconds: this.#leases.remainingSeconds(one.id) }));
  }

  async leaseKeys(id: number): Promise<readonly string[]> {
    this.#check();
    this.#leases.require(id);
    return this.#versions.keysOfLease(id);
  }

  /** Waits for room in the group. */
  async #writable(): Promise<void> {
    this.#check();
    while (this.#full()) await this.#room();
    this.#checkWritable();
  }

  async compact(revision: Revision): Promise<void> {
    await this.#writable();
    this.#versions.checkCompact(revision);
    this.#frame.compact(revision);
    // Another one may have come first.
    await this.#durable(() => this.#versions.compact(revision));
    this.#scope.spawn("tidying", () => this.#tidying.afterCompaction());
  }

  async defragment(): Promise<void> {
    this.#check();
    if (this.#versions.compactRevision === 0) return;
    await this.#endSegment();
    await this.#tidying.everything();
  }

  /** What comes next goes to a new file, so that the one that is written to now can be replaced like the others. */
  async #endSegment(): Promise<void> {
    await this.#writable();
    this.#parts.segmentLog.endSegment();
    this.#frame.time({ timeMs: this.#parts.clock.now(), revision: this.#versions.revision });
    await this.#durable(() => {});
  }

  async *snapshot(): AsyncGenerator<Uint8Array> {
    this.#check();
    const revision = this.#versions.visible;
    const rest = { leases: [...this.#leases], moment: this.#times.of(revision) };
    const pieces = encodeCheckpoint({ versions: this.#versions.fork(), revision, rest: () => rest });
    for (const piece of pieces) {
      yield piece;
      await this.#parts.clock.yield();
    }
  }

  revisionAt(timeMs: number): { readonly revision: Revision | undefined; readonly sinceMs: number } {
    return { revision: this.#times.at(timeMs), sinceMs: this.#times.sinceMs };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#leases.close();
    this.#watchers.close(storeClosed());
    for (const wake of this.#roomWanted.splice(0)) wake();
    await this.#scope.close();
    await this.#flushing;
    await this.#release();
    await this.#parts.segmentLog.close();
    await this.#parts.disk.close();
  }

  /** Gives back the revisions that were reserved and not used; where that fails, the next start skips them. */
  async #release(): Promise<void> {
    const { relaxed, segmentLog, log } = this.#parts;
    if (!relaxed.isOn || this.#broken) return;
    try {
      this.#frame.reserve(this.#versions.revision);
      await segmentLog.commit(this.#frame, this.#groupRevision);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.warn("Giving back reserved revisions failed", { error });
    }
  }

  #check(): void {
    if (this.#closing) throw storeClosed();
  }

  #checkWritable(): void {
    this.#check();
    if (this.#broken) throw new StoreError(this.#broken.code, this.#broken.message, { cause: this.#broken });
  }

  #full(): boolean {
    return this.#waiters.length >= GROUP_TRANSACTIONS_MAX || this.#frame.payloadBytes >= GROUP_BYTES_MAX;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => this.#roomWanted.push(resolve));
  }

  /** Waits until everything so far is on disk; runs `then` in the order of the calls. */
  #durable(then: () => void, early?: Waiter["early"]): Promise<void> {
    return new Promise((resolve, reject) => {
      const durable = () => {
        try {
          resolve(then());
        } catch (error) {
          reject(error);
        }
      };
      this.#waiters.push({ early, durable, failed: reject });
      this.#startFlush();
    });
  }

  #startFlush(): void {
    // Who was alone the last time mostly is again, and others find each other while the flush runs.
    this.#flushing ??= (this.#isAlone ? Promise.resolve() : this.#parts.gather()).then(() => this.#flush());
  }

  /** Answers those at the head of the group that need not wait for it, now that all before them is visible. */
  #answerEarly(): void {
    const strict = this.#waiters.findIndex(({ early }) => !early);
    for (const { early, durable } of this.#waiters.splice(0, strict < 0 ? this.#waiters.length : strict)) {
      if (early!.writes.length > 0) this.#parts.relaxed.answered(early!.revision, early!.writes);
      durable();
    }
  }

  async #flush(): Promise<void> {
    const { relaxed, segmentLog } = this.#parts;
    while (this.#waiters.length > 0 || this.#frame.payloadBytes > 0) {
      const waiters = this.#waiters;
      const frame = this.#frame;
      const revision = this.#groupRevision;
      const through = this.#versions.revision;
      const timeMs = this.#parts.clock.now();
      if (through > revision) frame.time({ timeMs, revision: through });
      const reserved = frame.payloadBytes > 0 ? relaxed.wanted(through) : undefined;
      if (reserved) frame.reserve(reserved);
      this.#waiters = [];
      this.#isAlone = waiters.length === 1;
      this.#frame = this.#spareFrame ?? new FrameWriter();
      this.#spareFrame = undefined;
      this.#groupRevision = through;
      for (const wake of this.#roomWanted.splice(0)) wake();
      try {
        if (frame.payloadBytes > 0) {
          await this.#tidying.beforeAdding(frame.payloadBytes);
          await segmentLog.commit(frame, revision, () => this.#tidying.giveWay());
        }
      } catch (error) {
        await this.#fail(error, waiters);
        // What has been answered is tried again with the next write, and not over and over on a full disk.
        if (this.#waiters.length === 0) break;
        continue;
      }
      if (frame.reclaim()) this.#spareFrame = frame;
      relaxed.flushed(through, reserved);
      for (const { durable } of waiters) durable();
      this.#answerEarly();
      if (through > revision) this.#times.note({ timeMs, revision: through });
    }
    this.#flushing = undefined;
  }

  async #fail(cause: unknown, waiters: readonly Waiter[]): Promise<void> {
    const error = writeError(cause);
    if (error.code !== "noSpace") this.#break(error);
    // Those that gather now have seen what is being taken back.
    const all = [...waiters, ...this.#waiters];
    this.#waiters = [];
    this.#frame = new FrameWriter();
    this.#versions.rollback();
    const early = this.#parts.relaxed.failed();
    this.#groupRevision = this.#versions.revision - early.length;
    if (!this.#broken) for (const { writes } of early) this.#frame.transaction(writes);
    for (const { failed } of all) failed(error);
    if (this.#broken) return;
    this.#parts.log.warn("Write failed: the disk is full", {});
    try {
      await this.#parts.segmentLog.undo();
    } catch (failure) {
      this.#break(writeError(failure));
      for (const { failed } of this.#waiters.splice(0)) failed(this.#broken!);
      this.#frame = new FrameWriter();
      this.#versions.rollback();
    }
  }

  /** After a failed flush nobody knows what is on disk: only opening it again tells. */
  #break(error: StoreError): void {
    this.#broken = error;
    this.#parts.log.error("The store accepts no more writes until it is opened again", { error });
  }

  /** Bit by bit: the less becomes old at once, the less room is needed until it is rewritten. */
  async #compactForever(signal: AbortSignal): Promise<void> {
    const { clock, compactIntervalMs, log } = this.#parts;
    const newest = [this.#versions.visible];
    for (;;) {
      await clock.sleep(compactIntervalMs / COMPACTIONS_PER_INTERVAL, signal);
      newest.push(this.#versions.visible);
      if (newest.length <= COMPACTIONS_PER_INTERVAL) continue;
      const target = newest.shift()!;
      try {
        if (target > this.#versions.compactRevision) await this.compact(target);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        log.warn("Compaction failed, trying again later", { error });
      }
    }
  }
}

function loggedWrite({ key, entry }: Version): LoggedWrite {
  return { key, value: entry?.value, lease: entry?.lease ?? 0 };
}

function writeError(cause: unknown): StoreError {
  if (cause instanceof StoreError && cause.code === "noSpace")
    return new StoreError("noSpace", "write to the store: the disk is full, nothing was written", { cause });
  return new StoreError("unavailable", "write to the store: the disk failed, reopen the store to go on", { cause });
}

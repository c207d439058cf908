import type { Clock, Log } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Granted, Versions } from "../memory/index.ts";
import type { Revision } from "../store.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import type { Disk } from "./disk.ts";
import { LoadedPieces } from "./loaded-pieces.ts";
import type { SegmentLog } from "./log.ts";
import { Pace } from "./pace.ts";
import type { RelaxedWrites } from "./relaxed.ts";
import type { Space, Usage } from "./space.ts";
import type { RevisionTimes } from "./times.ts";

/** Revisions that are let go of in one slice of the thread's time. */
const PURGE_SLICE = 2000;

export interface TidyingParts {
  readonly disk: Disk;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly versions: Versions;
  readonly segmentLog: SegmentLog;
  readonly checkpoint: CheckpointFiles;
  readonly space: Space;
  readonly leases: Iterable<Granted>;
  readonly relaxed: RelaxedWrites;
  readonly times: RevisionTimes;
}

/** Where the next part of a checkpoint begins. */
interface CheckpointPlace {
  readonly start: string;
  readonly part: number;
}

interface Rewriting {
  readonly pace: Pace;
  readonly end: AbortController;
  readonly over: Promise<unknown>;
}

/** Lets go of what was compacted, in memory and on disk; one run at a time. */
export class Tidying {
  readonly #parts: TidyingParts;
  readonly #pieces = new LoadedPieces();
  #running: Promise<void> | undefined;
  #rewriting: Rewriting | undefined;

  constructor(parts: TidyingParts) {
    this.#parts = parts;
  }

  get diskBytes(): number {
    return this.#parts.segmentLog.sizeBytes + this.#parts.checkpoint.sizeBytes;
  }

  /** To be called before something is added to the log: resolves at once, unless that grows faster than it is rewritten. */
  async beforeAdding(bytes: number): Promise<void> {
    await this.#rewriting?.pace.add(bytes);
  }

  /** For a write that finds no room: ends a rewriting under way, which takes its unfinished file away; says whether there was one. */
  async giveWay(): Promise<boolean> {
    const rewriting = this.#rewriting;
    if (!rewriting) return false;
    rewriting.end.abort(new StoreError("noSpace", "rewrite log files: the disk is full, and writes come first"));
    await rewriting.over.catch(() => {});
    return true;
  }

  /** After a compaction: what is worth it. */
  async afterCompaction(): Promise<void> {
    while (this.#running) await this.#running.catch(() => {});
    const { compactRevision, purgedRevision } = this.#parts.versions;
    // Another one has done it.
    if (purgedRevision >= compactRevision) return;
    await this.#run(async () => {
      await this.#rewriteWhenWorthIt(compactRevision);
      await this.#purge(compactRevision);
    });
  }

  /** Everything up to the compaction revision, whatever there is to gain; waits for a run under way. */
  async everything(): Promise<void> {
    // How that goes its own caller is told.
    while (this.#running) await this.#running.catch(() => {});
    const { compactRevision } = this.#parts.versions;
    if (this.#parts.segmentLog.cuts(compactRevision).length === 0) return;
    await this.#run(() => this.#rewriteThrough(compactRevision));
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.#running = work().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #rewriteWhenWorthIt(revision: Revision): Promise<void> {
    const { segmentLog, space, log, signal } = this.#parts;
    const oldBytes = segmentLog.cuts(revision).at(-1)?.bytes ?? 0;
    if (!space.isWorthRewriting(oldBytes, this.#usage())) return;
    try {
      await this.#rewriteThrough(revision);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StoreError)) throw error;
      log.warn("Rewriting old log files failed, trying again later", { error });
    }
  }

  #usage(): Usage {
    const { versions, checkpoint, segmentLog } = this.#parts;
    return {
      liveBytes: versions.liveBytes,
      checkpointBytes: checkpoint.sizeBytes,
      logBytes: segmentLog.sizeBytes,
    };
  }

  /** In steps: memory goes with the segments, as a checkpoint is made of what memory still knows. */
  async #rewriteThrough(revision: Revision): Promise<void> {
    const { segmentLog, space, versions, checkpoint, signal } = this.#parts;
    for (;;) {
      const since = Math.max(checkpoint.newestRevision + 1, versions.purgedRevision);
      const cuts = segmentLog.cuts(revision).filter((cut) => cut.revision >= since);
      const cut = space.nextCut(cuts, this.#usage());
      const isLast = cut === undefined || cut === cuts.at(-1);
      await this.#rewrite(isLast ? revision : cut.revision);
      if (isLast) return;
      await this.#purge(cut.revision);
      signal.throwIfAborted();
    }
  }

  async #purge(through: Revision): Promise<void> {
    const { versions, clock, signal } = this.#parts;
    while (!signal.aborted && versions.purge({ through, limit: PURGE_SLICE })) await clock.yield();
  }

  /**
   * Replaces log files, and the checkpoint before them, by a checkpoint. A crash anywhere leaves the old files or the new ones,
   * or of both what holds every key's state at one of the two revisions.
   */
  async #rewrite(revision: Revision): Promise<void> {
    const { clock, log, versions, segmentLog, checkpoint, space } = this.#parts;
    const begin = checkpoint.next(revision);
    if (!begin) return;
    const startedMs = clock.monotonicMs();
    const pace = new Pace(space.partBytes(versions.liveBytes));
    const end = new AbortController();
    const over = this.#writeCheckpoint({ ...begin, revision, pace, end: end.signal });
    this.#rewriting = { pace, end, over };
    try {
      await segmentLog.removeUpTo(await over);
    } finally {
      this.#rewriting = undefined;
      pace.end();
    }
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    log.info("Old log files rewritten", { revision, sizeBytes: checkpoint.sizeBytes, durationMs });
  }

  /** Says which segments it is in place of. */
  async #writeCheckpoint(at: CheckpointPlace & { revision: Revision; pace: Pace; end: AbortSignal }): Promise<number> {
    const { disk, clock, versions, segmentLog, checkpoint, space, leases, relaxed, times } = this.#parts;
    const { revision, start, part, pace } = at;
    const signal = AbortSignal.any([this.#parts.signal, at.end]);
    let lastOld = 0;
    await writeCheckpoint({
      start,
      part,
      disk,
      clock,
      signal,
      versions: versions.snapshot(),
      revision,
      rest: () => {
        // Together: a log file that ends later may hold a lease that the checkpoint doesn't know.
        lastOld = segmentLog.lastThrough(revision);
        return { leases, reserved: relaxed.reserved, moment: times.of(revision) };
      },
      pieces: this.#pieces,
      progress: (bytes) => pace.rewritten(bytes),
      partBytesMax: space.partBytes(versions.liveBytes),
      written: async (file) => {
        for (const name of checkpoint.replace(file)) await disk.remove(name);
      },
    });
    return lastOld;
  }
}

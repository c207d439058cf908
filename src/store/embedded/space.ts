import type { Revision } from "../store.ts";

/**
 * How the files are kept small, in parts of the live data. What may take room beside what has to be kept (the state at the
 * compaction revision, and every write since): segments that compaction has passed by until they are worth rewriting, one
 * part of a checkpoint, and what the last segment holds of both.
 */
const MEBIBYTE = 1024 * 1024;
/** Less is not worth a file of its own, or a rewriting. */
const LEAST_BYTES = MEBIBYTE / 4;
const SEGMENT_BYTES_MAX = 16 * MEBIBYTE;
const SEGMENTS_PER_LIVE = 32;
/** The old checkpoint's parts go as the new one's come. */
const PARTS = 16;
const PARTS_PER_LEAST = 16;
/** Old segments are rewritten once they are so much of the live data: the more room they get, the less is written in all. */
const OLD_SHARE = 1 / 2;
/** The same where the files are larger than this multiple of the live data, as they are when history takes much of it. */
const STRAINED_OLD_SHARE = 1 / 6;
const STRAINED = 2;
/** A rewriting that would need more than this multiple is cut in steps, after each of which segments go. */
const PEAK_MAX = 2.25;
/** The first checkpoint has none to take the place of, and so adds all that it holds: beside the log no more than this. */
const FIRST_SHARE = 0.6;
/** Least of the checkpoint before it that a step takes from the log: with each one all of the checkpoint is written again. */
const STEP_SHARE = 1 / 2;

/** What the files hold, in bytes. */
export interface Usage {
  /** Keys and values that are current. */
  readonly liveBytes: number;
  readonly checkpointBytes: number;
  /** All of the log. */
  readonly logBytes: number;
}

/** A place where the log can be cut: segments up to there hold nothing after a revision. */
export interface Cut {
  readonly revision: Revision;
  readonly bytes: number;
}

export class Space {
  readonly #segmentBytesMax: number;
  readonly #leastBytes: number;

  constructor(segmentBytesMax = SEGMENT_BYTES_MAX) {
    this.#segmentBytesMax = segmentBytesMax;
    this.#leastBytes = Math.min(segmentBytesMax, LEAST_BYTES);
  }

  /** Size at which a new segment is begun. */
  segmentBytes(liveBytes: number): number {
    return Math.min(this.#segmentBytesMax, Math.max(this.#leastBytes, liveBytes / SEGMENTS_PER_LIVE));
  }

  /** Size of a checkpoint's parts. */
  partBytes(liveBytes: number): number {
    return Math.max(this.#leastBytes / PARTS_PER_LEAST, liveBytes / PARTS);
  }

  /** Whether so much of the log, of no use any more but for its newest values, is to go into a checkpoint. */
  isWorthRewriting(oldBytes: number, { liveBytes, checkpointBytes, logBytes }: Usage): boolean {
    const share = checkpointBytes + logBytes > STRAINED * liveBytes ? STRAINED_OLD_SHARE : OLD_SHARE;
    return oldBytes >= Math.max(this.#leastBytes, share * liveBytes);
  }

  /**
   * Up to where to rewrite next, of the places up to the last one: as far as there is room for a checkpoint beside the log
   * that it replaces. Every step lets go of segments, and makes room for the next.
   */
  nextCut(cuts: readonly Cut[], { liveBytes, checkpointBytes, logBytes }: Usage): Cut | undefined {
    const last = cuts.at(-1);
    const peakBytes = (cut: Cut) => {
      // A state in between is at most what is there and what comes to it; the last one is about what there is now.
      const stateBytes = cut === last ? Math.max(checkpointBytes, liveBytes) : checkpointBytes + cut.bytes;
      return logBytes + stateBytes + this.partBytes(liveBytes);
    };
    const peakMax = PEAK_MAX * liveBytes;
    const roomBytes = checkpointBytes > 0 ? peakMax : Math.min(peakMax, logBytes + FIRST_SHARE * liveBytes);
    const hasRoom = (cut: Cut) => peakBytes(cut) <= roomBytes;
    const leastStepBytes = Math.max(this.#leastBytes, STEP_SHARE * checkpointBytes);
    const step = cuts.findLast(hasRoom) ?? cuts.find(({ bytes }) => bytes >= leastStepBytes);
    // Where much was deleted, all at once needs less than the first part of it.
    return step && peakBytes(step) < peakBytes(last!) ? step : last;
  }
}

import type { Log } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Revision } from "../store.ts";
import type { Disk } from "./disk.ts";
import { POSITION_FILE, segmentName } from "./files.ts";
import { encodeHeader, encodePosition, HEADER_BYTES } from "./format.ts";
import type { FrameWriter } from "./records.ts";
import type { Cut } from "./space.ts";

/**
 * Zeros are written that far ahead of small frames. A frame that lies in them changes no length of the file, so that its flush
 * costs the disk one write; one that makes the file longer waits for the file system's journal as well, and so for whatever
 * other programs have in that.
 */
const PREPARED_BYTES = 256 * 1024;

/** Tries to free some of a full disk; says whether it may have. */
type MakeRoom = () => Promise<boolean>;

const NO_ROOM: MakeRoom = async () => false;

/** One file of the log. */
export interface Segment {
  readonly number: number;
  /** The revision before its first one. */
  readonly revision: Revision;
  sizeBytes: number;
}

export interface SegmentLogOptions {
  readonly disk: Disk;
  readonly log: Log;
  /** Oldest first; the last one is written to. */
  readonly segments: Segment[];
  /** Sequence number of the next frame. */
  readonly sequence: number;
  /** A segment that is larger is not written to any more. */
  readonly segmentBytesMax: () => number;
}

/** The end of the log: writes frames, one at a time, and starts a new segment when one is full. */
export class SegmentLog {
  readonly #disk: Disk;
  readonly #log: Log;
  readonly #segments: Segment[];
  readonly #segmentBytesMax: () => number;
  #sequence: number;
  /** Of all segments. */
  #sizeBytes: number;
  #isEnded = false;
  /** How far the segment that is written to has been filled with zeros, or with frames. */
  #preparedThrough = 0;

  constructor({ disk, log, segments, sequence, segmentBytesMax }: SegmentLogOptions) {
    this.#disk = disk;
    this.#log = log;
    this.#segments = segments;
    this.#sizeBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#sequence = sequence;
    this.#segmentBytesMax = segmentBytesMax;
  }

  get #active(): Segment {
    return this.#segments.at(-1)!;
  }

  /**
   * Writes a frame; once this returns it is on disk. When it throws, call {@link undo} before anything else. Where the disk is
   * full, `makeRoom` may say that there is some now; it is asked once for each file.
   */
  async commit(frame: FrameWriter, revision: Revision, makeRoom: MakeRoom = NO_ROOM): Promise<void> {
    const isFull = this.#active.sizeBytes >= (this.#isEnded ? HEADER_BYTES + 1 : this.#segmentBytesMax());
    if (isFull) await this.#inRoom(() => this.#rotate(revision), makeRoom);
    this.#isEnded = false;
    await this.#inRoom(this.#frameWrite(frame, revision), makeRoom);
  }

  async #inRoom(work: () => Promise<void>, makeRoom: MakeRoom): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "noSpace") || !(await makeRoom())) throw error;
      await this.undo();
      await work();
    }
  }

  /** What writes a frame, once or again. */
  #frameWrite(frame: FrameWriter, revision: Revision): () => Promise<void> {
    const active = this.#active;
    const bytes = frame.seal({ sequence: this.#sequence, revision });
    const sizeBytes = active.sizeBytes + bytes.length;
    return async () => {
      const zeros = this.#zerosBehind(sizeBytes, bytes.length);
      await this.#disk.commit({
        file: segmentName(active.number),
        offset: active.sizeBytes,
        bytes,
        // At recovery, damage before this place can't be a write that was never acknowledged. Noted after the fact, and too
        // old a place only makes recovery less strict.
        note: { file: POSITION_FILE, bytes: encodePosition({ segment: active.number, offset: sizeBytes }) },
        zeros,
      });
      this.#preparedThrough = zeros ? zeros.offset + zeros.length : Math.max(this.#preparedThrough, sizeBytes);
      this.#sizeBytes += sizeBytes - active.sizeBytes;
      active.sizeBytes = sizeBytes;
      this.#sequence++;
    };
  }

  /** What is to be prepared behind a frame. A large one is not worth it: all it writes would be written twice. */
  #zerosBehind(end: number, frameBytes: number): { offset: number; length: number } | undefined {
    const prepared = Math.min(PREPARED_BYTES, this.#segmentBytesMax());
    const offset = Math.max(this.#preparedThrough, end);
    if (frameBytes > prepared / 8 || offset - end > prepared / 4) return undefined;
    return { offset, length: end + prepared - offset };
  }

  /** Lets the next frame begin a new segment, unless the one that is written to holds nothing. */
  endSegment(): void {
    this.#isEnded = true;
  }

  /** Takes what lies behind the last frame off the disk again: one that failed, as far as it got, and zeros. */
  async undo(): Promise<void> {
    const { number, sizeBytes } = this.#active;
    await this.#disk.truncate(segmentName(number), sizeBytes);
    this.#preparedThrough = sizeBytes;
    await this.#disk.flush(segmentName(number));
  }

  async #rotate(revision: Revision): Promise<void> {
    const { number: lastNumber, sizeBytes } = this.#active;
    // Only the last segment may end in zeros: in any other they would stand for frames that are lost.
    if (this.#preparedThrough > sizeBytes) await this.undo();
    const number = lastNumber + 1;
    const name = segmentName(number);
    try {
      await this.#disk.write(name, 0, encodeHeader({ kind: "log", revision, sequence: this.#sequence }));
      await this.#disk.flush(name);
      await this.#disk.flushDirectory();
    } catch (error) {
      await this.#disk.remove(name).catch(() => {});
      throw error;
    }
    this.#segments.push({ number, revision, sizeBytes: HEADER_BYTES });
    this.#preparedThrough = HEADER_BYTES;
    this.#sizeBytes += HEADER_BYTES;
  }

  /** Where the segments end that hold nothing after a revision, oldest first. */
  cuts(revision: Revision): Cut[] {
    let bytes = 0;
    return this.#through(revision).map(({ sizeBytes }, index) => {
      bytes += sizeBytes;
      return { revision: this.#segments[index + 1]!.revision, bytes };
    });
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The last of the segments that hold nothing after a revision; 0 for none. */
  lastThrough(revision: Revision): number {
    return this.#through(revision).at(-1)?.number ?? 0;
  }

  /** Removes the segments up to one, oldest first; a checkpoint has what they said. */
  async removeUpTo(number: number): Promise<void> {
    for (let first = this.#segments[0]; first && first.number <= number; first = this.#segments[0]) {
      await this.#disk.remove(segmentName(first.number));
      this.#segments.shift();
      this.#sizeBytes -= first.sizeBytes;
    }
    await this.#disk.flushDirectory();
  }

  /** A segment is over where the next one starts; the one that is written to never is. */
  #through(revision: Revision): Segment[] {
    return this.#segments.filter(
      (_, index) => (this.#segments[index + 1]?.revision ?? Number.POSITIVE_INFINITY) <= revision,
    );
  }

  /** Makes the note of the position last; after it the disk may close. */
  async close(): Promise<void> {
    const { number, sizeBytes } = this.#active;
    try {
      await this.#disk.truncate(segmentName(number), sizeBytes);
      await this.#disk.write(POSITION_FILE, 0, encodePosition({ segment: number, offset: sizeBytes }));
      await this.#disk.flush(POSITION_FILE);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#log.debug("Noting the log's position failed", { error });
    }
  }
}

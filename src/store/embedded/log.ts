import type { Log } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Revision } from "../store.ts";
import type { Disk } from "./disk.ts";
import { POSITION_FILE, segmentName } from "./files.ts";
import { encodeHeader, encodePosition, HEADER_BYTES } from "./format.ts";
import type { FrameWriter } from "./records.ts";

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
  readonly segmentBytesMax: number;
}

/** The end of the log: writes frames, one at a time, and starts a new segment when one is full. */
export class SegmentLog {
  readonly #disk: Disk;
  readonly #log: Log;
  readonly #segments: Segment[];
  readonly #segmentBytesMax: number;
  #sequence: number;
  /** Of all segments. */
  #sizeBytes: number;
  #isEnded = false;

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

  /** Writes a frame; once this returns it is on disk. When it throws, call {@link undo} before anything else. */
  async commit(frame: FrameWriter, revision: Revision): Promise<void> {
    const isFull = this.#active.sizeBytes >= (this.#isEnded ? HEADER_BYTES + 1 : this.#segmentBytesMax);
    if (isFull) await this.#rotate(revision);
    this.#isEnded = false;
    const active = this.#active;
    const bytes = frame.seal({ sequence: this.#sequence, revision });
    const sizeBytes = active.sizeBytes + bytes.length;
    await this.#disk.commit({
      file: segmentName(active.number),
      offset: active.sizeBytes,
      bytes,
      // At recovery, damage before this place can't be a write that was never acknowledged. Noted after the fact, and too
      // old a place only makes recovery less strict.
      note: { file: POSITION_FILE, bytes: encodePosition({ segment: active.number, offset: sizeBytes }) },
    });
    this.#sizeBytes += sizeBytes - active.sizeBytes;
    active.sizeBytes = sizeBytes;
    this.#sequence++;
  }

  /** Lets the next frame begin a new segment, unless the one that is written to holds nothing. */
  endSegment(): void {
    this.#isEnded = true;
  }

  /** Takes a frame that failed off the disk again, as far as it got. */
  async undo(): Promise<void> {
    const { number, sizeBytes } = this.#active;
    await this.#disk.truncate(segmentName(number), sizeBytes);
    await this.#disk.flush(segmentName(number));
  }

  async #rotate(revision: Revision): Promise<void> {
    const number = this.#active.number + 1;
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
    this.#sizeBytes += HEADER_BYTES;
  }

  /** Bytes of the segments that hold nothing after a revision. */
  bytesThrough(revision: Revision): number {
    return this.#through(revision).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
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
      await this.#disk.write(POSITION_FILE, 0, encodePosition({ segment: number, offset: sizeBytes }));
      await this.#disk.flush(POSITION_FILE);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#log.debug("Noting the log's position failed", { error });
    }
  }
}

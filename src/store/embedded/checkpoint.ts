import type { Clock } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Granted, Versions } from "../memory/index.ts";
import type { Entry, Revision } from "../store.ts";
import type { CheckpointFile } from "./checkpoint-files.ts";
import type { Disk } from "./disk.ts";
import { checkpointName, UNFINISHED_CHECKPOINT } from "./files.ts";
import {
  decodeHeader,
  encodeHeader,
  type FileHeader,
  FRAME_HEADER_BYTES,
  type Frame,
  frameAt,
  frameBytes,
  HEADER_BYTES,
} from "./format.ts";
import type { LoadedPieces } from "./loaded-pieces.ts";
import { FrameWriter, type KeyPart, type LogRecord, readRecords } from "./records.ts";
import type { Moment } from "./times.ts";

/** Size of a frame: encoded in one slice of this thread's time. */
const SLICE_BYTES = 256 * 1024;
/** No frame is longer: a slice and the largest entry are far from it. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
/** Flushed that often, so that transactions never wait for a long flush. */
const FLUSH_BYTES = 1024 * 1024;

/** What a checkpoint says beside its entries. */
export interface CheckpointRest {
  readonly leases: Iterable<Granted>;
  /** Revisions up to here may have been seen; what the log said of it may go with this checkpoint. */
  readonly reserved?: Revision;
  /** The last that is known of the revision and those before it. */
  readonly moment?: Moment | undefined;
}

export interface CheckpointState {
  /** A fork: nothing else changes it. */
  readonly versions: Versions;
  readonly revision: Revision;
  /** Is asked once all entries have been written. What the log says of leases after the revision is only said again. */
  readonly rest: () => CheckpointRest;
  /** Hears of every entry. */
  readonly pieces?: LoadedPieces;
}

/** A checkpoint of the state at a revision, piece by piece. */
export function* encodeCheckpoint(state: CheckpointState): Generator<Buffer<ArrayBuffer>> {
  const entries = new Entries(state.versions.entriesAt(state.revision));
  yield* encodePart(entries, state, { start: "", bytesMax: Number.POSITIVE_INFINITY });
}

/** Entries, the next one in sight. */
class Entries {
  readonly #entries: Iterator<Entry, undefined>;
  next: Entry | undefined;

  constructor(entries: Iterator<Entry, undefined>) {
    this.#entries = entries;
    this.next = entries.next().value;
  }

  shift(): void {
    this.next = this.#entries.next().value;
  }
}

/** As many of the entries as fit, and once they are all written the rest. Returns the key that the next part begins with. */
function* encodePart(
  entries: Entries,
  { revision, rest, pieces }: CheckpointState,
  { start, bytesMax }: { readonly start: string; readonly bytesMax: number },
): Generator<Buffer<ArrayBuffer>, string | undefined> {
  const frame = new FrameWriter();
  let [count, sequence, bytes] = [0, 0, 0];
  yield encodeHeader({ kind: "checkpoint", revision, sequence });
  for (let entry = entries.next; entry && bytes + frame.payloadBytes < bytesMax; entry = entries.next) {
    entries.shift();
    pieces?.visit(entry);
    frame.entry(entry);
    count++;
    if (frame.payloadBytes < SLICE_BYTES) continue;
    bytes += frame.payloadBytes;
    yield frame.seal({ sequence: sequence++, revision });
  }
  const end = entries.next?.key;
  if (end === undefined) {
    pieces?.finish();
    const { leases, reserved, moment } = rest();
    for (const lease of leases) frame.lease(lease);
    if (reserved) frame.reserve(reserved);
    if (moment) frame.time(moment);
  }
  // What is whole needs no word of it, and an older version can read it.
  if (start !== "" || end !== undefined) frame.part({ start, end });
  frame.end(count);
  yield frame.seal({ sequence, revision });
  return end;
}

export interface CheckpointOptions extends CheckpointState {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The key and the number that the first part has. */
  readonly start: string;
  readonly part: number;
  readonly partBytesMax: number;
  /** Hears of all that is written. */
  readonly progress: (bytes: number) => void;
  /** Is called once a part is on disk; what it replaces may go. */
  readonly written: (file: CheckpointFile) => Promise<void>;
}

/**
 * Writes the state at a revision, from a key on, to files of its own, a slice at a time. A part counts once it has its name.
 * One that failed, on a full disk say, is taken away again; those before it stay.
 */
export async function writeCheckpoint(options: CheckpointOptions): Promise<void> {
  const { disk, versions, revision, partBytesMax, written } = options;
  const file = UNFINISHED_CHECKPOINT;
  const entries = new Entries(versions.entriesAt(revision, options.start));
  let start: string | undefined = options.start;
  await disk.remove(file);
  try {
    for (let part = options.part; start !== undefined; part++) {
      const { sizeBytes, end } = await writePart(
        encodePart(entries, options, { start, bytesMax: partBytesMax }),
        options,
      );
      await disk.rename(file, checkpointName(revision, part));
      await disk.flushDirectory();
      await written({ revision, part, start, end, sizeBytes });
      start = end;
    }
  } catch (error) {
    // The next start removes it too.
    await disk.remove(file).catch(() => {});
    throw error;
  }
}

async function writePart(
  pieces: Generator<Buffer<ArrayBuffer>, string | undefined>,
  { disk, clock, signal, progress }: CheckpointOptions,
): Promise<{ sizeBytes: number; end: string | undefined }> {
  const file = UNFINISHED_CHECKPOINT;
  let offset = 0;
  let flushedAt = 0;
  let writes: Promise<void>[] = [];
  let piece = pieces.next();
  for (; !piece.done; piece = pieces.next()) {
    const { length } = piece.value;
    const write = disk.write(file, offset, piece.value);
    // It is waited for with the others; that may be after it failed.
    write.catch(() => {});
    writes.push(write);
    offset += length;
    if (offset - flushedAt >= FLUSH_BYTES) {
      await Promise.all(writes);
      writes = [];
      await disk.flush(file);
      flushedAt = offset;
    }
    progress(length);
    await clock.yield();
    signal.throwIfAborted();
  }
  await Promise.all(writes);
  await disk.flush(file);
  return { sizeBytes: offset, end: piece.value };
}

/** Takes what a checkpoint holds. */
export interface CheckpointSink {
  entry(entry: Entry): void;
  lease(lease: Granted): void;
  reserved?(revision: Revision): void;
  moment?(moment: Moment): void;
}

/**
 * Reads a checkpoint that comes in pieces of any size. Values are views of the pieces. Throws `corrupt` unless all of the
 * entries are there.
 */
export class CheckpointReader {
  readonly #name: string;
  readonly #sink: CheckpointSink;
  #header: FileHeader | undefined;
  /** The start of a frame that goes on in the next piece. */
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;
  #sequence = 0;
  #count = 0;
  #ended = false;
  /** All keys, unless it says otherwise. */
  #part: KeyPart = { start: "", end: undefined };

  constructor(name: string, sink: CheckpointSink) {
    this.#name = name;
    this.#sink = sink;
  }

  push(piece: Buffer): void {
    let start = 0;
    while (this.#rest.length > 0 && start < piece.length) {
      // Only the one frame is copied together, and no more of the piece than it needs.
      const wanted = this.#header ? (frameBytes(this.#rest) ?? FRAME_HEADER_BYTES) : HEADER_BYTES;
      const taken = piece.subarray(start, start + Math.max(1, wanted - this.#rest.length));
      start += taken.length;
      this.#rest = Buffer.concat([this.#rest, taken]);
      this.#rest = this.#rest.subarray(this.#read(this.#rest));
    }
    const left = piece.subarray(start);
    this.#rest = this.#rest.length > 0 ? this.#rest : left.subarray(this.#read(left));
  }

  /** What this was the state of. */
  end(): KeyPart & { readonly revision: Revision } {
    if (!this.#header || !this.#ended || this.#rest.length > 0) throw this.#damaged();
    return { revision: this.#header.revision, ...this.#part };
  }

  /** Reads what is whole; says where the rest begins. */
  #read(bytes: Buffer): number {
    let at = 0;
    if (!this.#header) {
      if (bytes.length < HEADER_BYTES) return 0;
      const header = decodeHeader(bytes, this.#name);
      if (header?.kind !== "checkpoint") throw this.#damaged();
      this.#header = header;
      at = HEADER_BYTES;
    }
    for (;;) {
      const length = frameBytes(bytes.subarray(at, at + FRAME_HEADER_BYTES));
      if (length === undefined) break;
      if (length > FRAME_BYTES_MAX) throw this.#damaged();
      if (at + length > bytes.length) break;
      this.#offset += at;
      this.#frame(frameAt(bytes, at));
      this.#offset -= at;
      at += length;
    }
    this.#offset += at;
    return at;
  }

  #frame(frame: Frame | undefined): void {
    if (frame?.sequence !== this.#sequence || this.#ended) throw this.#damaged();
    this.#sequence++;
    try {
      for (const record of readRecords(frame.payload, this.#header!.version)) this.#record(record);
    } catch (cause) {
      // Its checksum is right, so this is no accident of the disk; it is refused the same.
      if (!(cause instanceof RangeError)) throw cause;
      throw this.#damaged({ cause });
    }
  }

  #record(record: LogRecord): void {
    const sink = this.#sink;
    if (record.type === "entry") {
      if (!isSound(record.entry, this.#header!.revision)) throw new RangeError("an entry contradicts itself");
      this.#count++;
      sink.entry(record.entry);
    } else if (record.type === "end") this.#ended = record.count === this.#count;
    else if (record.type === "part") this.#part = record.part;
    else if (record.type === "lease") sink.lease(record.lease);
    else if (record.type === "reserve") sink.reserved?.(record.revision);
    else if (record.type === "time") sink.moment?.(record.moment);
  }

  #damaged(options?: ErrorOptions): StoreError {
    const at = this.#header ? `the state at revision ${this.#header.revision}` : "the state";
    const state = `${at} in ${this.#name} is damaged at byte ${this.#offset}`;
    return new StoreError(
      "corrupt",
      `open store: ${state}; restore the directory from a backup or start with an empty one`,
      options,
    );
  }
}

function isSound({ createRevision, modRevision, version }: Entry, revision: Revision): boolean {
  return createRevision <= modRevision && modRevision <= revision && version > 0;
}

import type { Clock } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Granted, Versions } from "../memory/index.ts";
import type { Entry, Revision } from "../store.ts";
import type { Disk } from "./disk.ts";
import { checkpointName, UNFINISHED_CHECKPOINT } from "./files.ts";
import { decodeHeader, encodeHeader, frameAt, HEADER_BYTES } from "./format.ts";
import { FrameWriter, readRecords } from "./records.ts";

/** Size of a frame: encoded in one slice of this thread's time. */
const SLICE_BYTES = 256 * 1024;
/** Flushed that often, so that transactions never wait for a long flush. */
const FLUSH_BYTES = 4 * 1024 * 1024;

export interface CheckpointState {
  /** A fork: nothing else changes it. */
  readonly versions: Versions;
  readonly leases: Iterable<Granted>;
  readonly revision: Revision;
  /** Revisions up to here may have been seen; what the log said of it may go with this checkpoint. */
  readonly reserved?: Revision;
}

export interface CheckpointOptions extends CheckpointState {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A checkpoint of the state at a revision, piece by piece. */
export function* encodeCheckpoint({
  versions,
  leases,
  revision,
  reserved,
}: CheckpointState): Generator<Buffer<ArrayBuffer>> {
  const frame = new FrameWriter();
  let count = 0;
  let sequence = 0;
  yield encodeHeader({ kind: "checkpoint", revision, sequence });
  // As they are now: what the log says of them after the revision is only said again.
  for (const lease of leases) frame.lease(lease);
  if (reserved) frame.reserve(reserved);
  for (const entry of versions.entriesAt(revision)) {
    frame.entry(entry);
    count++;
    if (frame.payloadBytes >= SLICE_BYTES) yield frame.seal({ sequence: sequence++, revision });
  }
  frame.end(count);
  yield frame.seal({ sequence, revision });
}

/** Writes the state at a revision to a file of its own, a slice at a time; returns its size. It counts once it has its name. */
export async function writeCheckpoint({ disk, clock, signal, ...state }: CheckpointOptions): Promise<number> {
  const file = UNFINISHED_CHECKPOINT;
  let offset = 0;
  let flushedAt = 0;
  await disk.remove(file);
  for (const piece of encodeCheckpoint(state)) {
    const { length } = piece;
    await disk.write(file, offset, piece);
    offset += length;
    if (offset - flushedAt >= FLUSH_BYTES) {
      await disk.flush(file);
      flushedAt = offset;
    }
    await clock.yield();
    signal.throwIfAborted();
  }
  await disk.flush(file);
  await disk.rename(file, checkpointName(state.revision));
  await disk.flushDirectory();
  return offset;
}

/** What a checkpoint holds, one by one. */
export type CheckpointItem = { entry: Entry } | { lease: Granted } | { reserved: Revision };

/** The entries and leases of a checkpoint. Throws `corrupt` unless all of the entries are there. */
export function* readCheckpoint(bytes: Buffer, revision: Revision, name: string): Generator<CheckpointItem> {
  const reader = new CheckpointReader(revision, name);
  yield* reader.read(bytes);
  if (reader.offset < bytes.length) throw reader.damaged();
  reader.finish();
}

/** Reads a checkpoint piece by piece, so that it needn't be in memory twice. */
export class CheckpointReader {
  readonly #revision: Revision;
  readonly #name: string;
  #offset = 0;
  #sequence = 0;
  #count = 0;
  #ended = false;
  #version = 0;

  constructor(revision: Revision, name: string) {
    this.#revision = revision;
    this.#name = name;
  }

  /** How much of the file has been read: the next piece begins there. */
  get offset(): number {
    return this.#offset;
  }

  /** What the next piece of the file holds, up to the first frame in it that isn't whole. Throws `corrupt`. */
  *read(piece: Buffer): Generator<CheckpointItem> {
    const start = this.#offset;
    if (start === 0) {
      const header = decodeHeader(piece, this.#name);
      if (header?.kind !== "checkpoint" || header.revision !== this.#revision) throw this.damaged();
      this.#version = header.version;
      this.#offset = HEADER_BYTES;
    }
    for (;;) {
      const frame = frameAt(piece, this.#offset - start);
      if (!frame) return;
      if (frame.sequence !== this.#sequence++ || this.#ended) throw this.damaged();
      try {
        yield* this.#items(frame.payload);
      } catch (cause) {
        // Its checksum is right, so this is no accident of the disk; it is refused the same.
        if (!(cause instanceof RangeError)) throw cause;
        throw this.damaged({ cause });
      }
      this.#offset = start + frame.end;
    }
  }

  *#items(payload: Buffer): Generator<CheckpointItem> {
    for (const record of readRecords(payload, this.#version)) {
      if (record.type === "end") this.#ended = record.count === this.#count;
      if (record.type === "lease") yield { lease: record.lease };
      if (record.type === "reserve") yield { reserved: record.revision };
      if (record.type !== "entry") continue;
      if (!isSound(record.entry, this.#revision)) throw new RangeError("an entry contradicts itself");
      this.#count++;
      yield { entry: record.entry };
    }
  }

  /** Throws `corrupt` unless what was read is all of it. */
  finish(): void {
    if (!this.#ended) throw this.damaged();
  }

  damaged(options?: ErrorOptions): StoreError {
    const state = `the state at revision ${this.#revision} in ${this.#name} is damaged at byte ${this.#offset}`;
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

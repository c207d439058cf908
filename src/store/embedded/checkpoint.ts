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

/** The entries and leases of a checkpoint. Throws `corrupt` unless all of the entries are there. */
export function* readCheckpoint(
  bytes: Buffer,
  revision: Revision,
  name: string,
): Generator<{ entry: Entry } | { lease: Granted } | { reserved: Revision }> {
  const header = decodeHeader(bytes, name);
  if (header?.kind !== "checkpoint" || header.revision !== revision) throw damaged(name, 0, revision);
  let count = 0;
  let ended = false;
  for (let offset = HEADER_BYTES, sequence = 0; offset < bytes.length; sequence++) {
    const frame = frameAt(bytes, offset);
    if (frame?.sequence !== sequence || ended) throw damaged(name, offset, revision);
    try {
      for (const record of readRecords(frame.payload)) {
        if (record.type === "end") ended = record.count === count;
        if (record.type === "lease") yield { lease: record.lease };
        if (record.type === "reserve") yield { reserved: record.revision };
        if (record.type !== "entry") continue;
        if (!isSound(record.entry, revision)) throw new RangeError("an entry contradicts itself");
        count++;
        yield { entry: record.entry };
      }
    } catch (cause) {
      // Its checksum is right, so this is no accident of the disk; it is refused the same.
      if (!(cause instanceof RangeError)) throw cause;
      throw damaged(name, offset, revision, { cause });
    }
    offset = frame.end;
  }
  if (!ended) throw damaged(name, bytes.length, revision);
}

function isSound({ createRevision, modRevision, version }: Entry, revision: Revision): boolean {
  return createRevision <= modRevision && modRevision <= revision && version > 0;
}

function damaged(name: string, offset: number, revision: Revision, options?: ErrorOptions): StoreError {
  const state = `the state at revision ${revision} in ${name} is damaged at byte ${offset}`;
  return new StoreError(
    "corrupt",
    `open store: ${state}; restore the directory from a backup or start with an empty one`,
    options,
  );
}

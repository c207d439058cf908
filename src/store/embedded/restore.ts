import { StoreError } from "../errors.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { Disk } from "./disk.ts";
import { checkpointName, numberIn, segmentName, UNFINISHED_CHECKPOINT } from "./files.ts";
import { decodeHeader, encodeHeader, HEADER_BYTES, ownBuffer } from "./format.ts";
import { realDisk } from "./real-disk.ts";

/**
 * Makes a store of a snapshot, in a directory that has none. Checks all of it first: a damaged or cut one is `corrupt` and
 * leaves nothing. History begins at the snapshot.
 */
export async function restoreEmbeddedStore(options: {
  readonly directory: string | Disk;
  readonly snapshot: AsyncIterable<Uint8Array>;
}): Promise<void> {
  const disk = typeof options.directory === "string" ? realDisk(options.directory) : options.directory;
  await disk.lock();
  try {
    await restore(disk, options.snapshot);
  } finally {
    await disk.close();
  }
}

async function restore(disk: Disk, snapshot: AsyncIterable<Uint8Array>): Promise<void> {
  const files = await disk.list();
  if (files.some(({ name }) => numberIn("log", name) !== undefined || numberIn("checkpoint", name) !== undefined))
    throw new StoreError("invalid", `restore store ${disk.name}: it holds a store, wanted an empty directory`);
  const file = UNFINISHED_CHECKPOINT;
  await disk.remove(file);
  try {
    const sizeBytes = await write(disk, snapshot);
    const revision = await check(disk, sizeBytes);
    // First the log that goes on from it: with one of the two alone the directory is refused.
    const log = segmentName(1);
    await disk.write(log, 0, encodeHeader({ kind: "log", revision, sequence: 0 }));
    await disk.flush(log);
    await disk.rename(file, checkpointName(revision));
    await disk.flushDirectory();
  } catch (error) {
    await disk.remove(file);
    throw error;
  }
}

async function write(disk: Disk, snapshot: AsyncIterable<Uint8Array>): Promise<number> {
  let offset = 0;
  for await (const chunk of snapshot) {
    const bytes = ownBuffer(chunk.length);
    bytes.set(chunk);
    await disk.write(UNFINISHED_CHECKPOINT, offset, bytes);
    offset += chunk.length;
  }
  await disk.flush(UNFINISHED_CHECKPOINT);
  return offset;
}

/** Reads all of it back; returns the revision that it is of. */
async function check(disk: Disk, sizeBytes: number): Promise<number> {
  const read = await disk.read(UNFINISHED_CHECKPOINT, 0, sizeBytes);
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  const header = decodeHeader(bytes.subarray(0, HEADER_BYTES), "the snapshot");
  if (header?.kind !== "checkpoint")
    throw new StoreError("corrupt", `restore store ${disk.name}: the snapshot has no intact header`);
  for (const _ of readCheckpoint(bytes, header.revision, disk.name)) {
    // Reading is the check.
  }
  return header.revision;
}

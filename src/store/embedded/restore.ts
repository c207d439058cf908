import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Accounts, ACCOUNTS_FILE, encodeAccounts, NO_ACCOUNTS } from "../accounts.ts";
import { StoreError } from "../errors.ts";
import { type Granted, Versions } from "../memory/index.ts";
import { encodeEtcdSnapshot, isEtcdSnapshot, readEtcdSnapshot, type StoreState } from "../snapshot/index.ts";
import type { Entry, Revision } from "../store.ts";
import { CheckpointReader, encodeCheckpoint } from "./checkpoint.ts";
import type { Disk } from "./disk.ts";
import { checkpointIn, checkpointName, segmentIn, segmentName, UNFINISHED_CHECKPOINT } from "./files.ts";
import { decodeHeader, encodeHeader, HEADER_BYTES, ownBuffer } from "./format.ts";
import { LOCK_FILE, realDisk } from "./real-disk.ts";

/** What a snapshot file holds. */
export interface SnapshotStatus {
  /** Who wrote it. */
  readonly format: "navarch" | "etcd";
  readonly revision: Revision;
  readonly keyCount: number;
  readonly leaseCount: number;
  readonly sizeBytes: number;
  /** Of an etcd: who it knows. */
  readonly userCount: number;
  /** Of them, those with no password in it: who shows a certificate, and who has one that only `navarch etcd` can compare. */
  readonly passwordlessCount: number;
  /** Only they have access to it, and to what is restored where that is served as an etcd. */
  readonly isProtected: boolean;
}

interface Snapshot extends StoreState {
  readonly format: "navarch" | "etcd";
}

/** Reads a snapshot, of this store or of etcd; its magic number tells which. All of it is checked: `corrupt` by name. */
export function readSnapshot(bytes: Buffer, name: string): Snapshot {
  if (isEtcdSnapshot(bytes)) return { format: "etcd", ...readEtcdSnapshot(bytes, name) };
  const header = decodeHeader(bytes.subarray(0, HEADER_BYTES), name);
  if (header?.kind !== "checkpoint")
    throw new StoreError("corrupt", `read ${name}: it is no intact snapshot, neither of Navarch nor of etcd`);
  const entries: Entry[] = [];
  const leases: Granted[] = [];
  const reader = new CheckpointReader(name, {
    entry: (entry) => entries.push(entry),
    lease: (lease) => leases.push(lease),
  });
  reader.push(bytes);
  const { revision, start, end } = reader.end();
  if (start !== "" || end !== undefined)
    throw new StoreError("corrupt", `read ${name}: it is a part of a checkpoint, wanted all of it`);
  return { format: "navarch", revision, entries, leases };
}

/** Checks all of a snapshot and says what is in it. */
export function snapshotStatus(bytes: Buffer, name: string): SnapshotStatus {
  const { format, revision, entries, leases, accounts } = readSnapshot(bytes, name);
  return {
    ...usersIn(accounts),
    format,
    revision,
    keyCount: [...entries].length,
    leaseCount: [...leases].length,
    sizeBytes: bytes.length,
  };
}

function usersIn({ users, enabled }: Accounts = NO_ACCOUNTS) {
  const passwordlessCount = [...users.values()].filter(({ password }) => !password).length;
  return { userCount: users.size, passwordlessCount, isProtected: enabled };
}

/** A snapshot of either kind as one that etcd can be restored from. */
export function* snapshotForEtcd(bytes: Buffer, name: string): Generator<Uint8Array> {
  yield* encodeEtcdSnapshot(readSnapshot(bytes, name));
}

/**
 * Makes a store of a snapshot, of this store or of etcd, in a directory that has none. Checks all of it first: a damaged or
 * cut one is `corrupt` and leaves nothing. History begins at the snapshot.
 */
export async function restoreEmbeddedStore(options: {
  readonly directory: string | Disk;
  readonly snapshot: AsyncIterable<Uint8Array>;
}): Promise<SnapshotStatus> {
  const { directory, snapshot } = options;
  if (typeof directory !== "string") return restoreLocked(directory, snapshot);
  const wasThere = existsSync(directory);
  const wasLocked = existsSync(join(directory, LOCK_FILE));
  try {
    return await restoreLocked(realDisk(directory), snapshot);
  } catch (error) {
    // Somebody else's directory keeps its lock; what was made here goes.
    if (!wasThere) rmSync(directory, { recursive: true, force: true });
    else if (!wasLocked) rmSync(join(directory, LOCK_FILE), { force: true });
    throw error;
  }
}

async function restoreLocked(disk: Disk, snapshot: AsyncIterable<Uint8Array>): Promise<SnapshotStatus> {
  await disk.lock();
  try {
    return await restore(disk, snapshot);
  } finally {
    await disk.close();
  }
}

async function restore(disk: Disk, snapshot: AsyncIterable<Uint8Array>): Promise<SnapshotStatus> {
  const files = await disk.list();
  if (files.some(({ name }) => segmentIn(name) !== undefined || checkpointIn(name)))
    throw new StoreError("invalid", `restore store ${disk.name}: it holds a store, wanted an empty directory`);
  if (files.some(({ name }) => name === ACCOUNTS_FILE))
    throw new StoreError("invalid", `restore store ${disk.name}: it has users, wanted an empty directory`);
  const file = UNFINISHED_CHECKPOINT;
  await disk.remove(file);
  try {
    const sizeBytes = await write(disk, snapshot);
    const read = await disk.read(file, 0, sizeBytes);
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    const name = "the snapshot";
    const { format, revision, entries, leases, accounts } = readSnapshot(bytes, name);
    const known = [...entries];
    const held = [...leases];
    if (format === "etcd") await translate(disk, { revision, entries: known, leases: held });
    if (accounts) await writeAccounts(disk, accounts);
    // First the log that goes on from it: with one of the two alone the directory is refused.
    const log = segmentName(1);
    await disk.write(log, 0, encodeHeader({ kind: "log", revision, sequence: 0 }));
    await disk.flush(log);
    await disk.rename(file, checkpointName(revision, 0));
    await disk.flushDirectory();
    const counts = { keyCount: known.length, leaseCount: held.length };
    return { ...usersIn(accounts), ...counts, format, revision, sizeBytes };
  } catch (error) {
    await disk.remove(file);
    await disk.remove(ACCOUNTS_FILE);
    throw error;
  }
}

async function writeAccounts(disk: Disk, accounts: Accounts): Promise<void> {
  const bytes = encodeAccounts(accounts);
  await disk.write(ACCOUNTS_FILE, 0, new Uint8Array(bytes));
  await disk.flush(ACCOUNTS_FILE);
}

/** Puts what was read of another format in the place of it, as a checkpoint. */
async function translate(disk: Disk, { revision, entries, leases }: StoreState): Promise<void> {
  const versions = Versions.empty();
  for (const entry of entries) versions.load(entry);
  versions.loaded(revision);
  await disk.truncate(UNFINISHED_CHECKPOINT, 0);
  let offset = 0;
  for (const piece of encodeCheckpoint({ versions, revision, rest: () => ({ leases }) })) {
    const { length } = piece;
    await disk.write(UNFINISHED_CHECKPOINT, offset, piece);
    offset += length;
  }
  await disk.flush(UNFINISHED_CHECKPOINT);
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

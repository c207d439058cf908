import { createHash } from "node:crypto";
import { StoreError } from "../errors.ts";
import { type Granted, keyText } from "../memory/index.ts";
import type { Accounts } from "../accounts.ts";
import type { Entry, Revision } from "../store.ts";
import { type BoltFile, damaged, isBolt, openBolt } from "./bolt-read.ts";
import { type BoltBucket, type BoltEntry, encodeBolt, entryOf, uintKey } from "./bolt-write.ts";
import { bucketsOfAccounts, readAccounts } from "./users.ts";
import { decodeKeyValue, decodeLease, encodeKeyValue, encodeLease, keyValueBytes } from "./messages.ts";

/** All of a store at one revision. */
export interface StoreState {
  readonly revision: Revision;
  readonly entries: Iterable<Entry>;
  readonly leases: Iterable<Granted>;
  /** Who may do what with it as an etcd. */
  readonly accounts?: Accounts;
}

const SHA256_BYTES = 32;
/** Page sizes are whole multiples of it, so what is left over is the checksum. */
const SECTOR_BYTES = 512;
const REVISION_BYTES = 17;
const UNDERSCORE = 0x5f;
const TOMBSTONE = 0x74;
const RAFT_TERM = 2;
/** Buckets that etcd expects to be there. */
const EMPTY_BUCKETS = ["alarm", "cluster", "members", "members_removed"];
/** What a key's lease gets that is being revoked while the snapshot is made. */
const ENDING_TTL_SECONDS = 1;

/** Whether it is a file of etcd's, or looks like one. */
export function isEtcdSnapshot(bytes: Buffer): boolean {
  return isBolt(bytes);
}

/** Reads a file that `etcdctl snapshot save` made: what was current at its newest revision. */
export function readEtcdSnapshot(bytes: Buffer, name: string): StoreState {
  const end = bytes.length - SHA256_BYTES;
  if (bytes.length % SECTOR_BYTES !== SHA256_BYTES)
    throw damaged(name, "it is cut or has no checksum at its end, as `etcdctl snapshot save` writes one");
  const checksum = createHash("sha256").update(bytes.subarray(0, end)).digest();
  if (!checksum.equals(bytes.subarray(end))) throw damaged(name, "its checksum is wrong");
  return readEtcdFile(bytes.subarray(0, end), name);
}

/** The same without the checksum: the file as etcd itself keeps it. */
function readEtcdFile(bytes: Buffer, name: string): StoreState {
  try {
    const file = openBolt(bytes, name);
    const ids = new LeaseIds();
    const leases = readLeases(file, ids);
    const { entries, newest } = readKeys(file, ids, name);
    const compacted = readCompacted(file);
    const revision = Math.max(newest, compacted, 1);
    if (!Number.isSafeInteger(revision)) throw damaged(name, `its revision is ${revision}`);
    const accounts = readAccounts(file);
    return { revision, entries, leases, ...(accounts && { accounts }) };
  } catch (error) {
    if (error instanceof RangeError)
      throw new StoreError("corrupt", `read ${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

function readKeys(file: BoltFile, ids: LeaseIds, name: string): { entries: Iterable<Entry>; newest: Revision } {
  const current = new Map<string, Entry>();
  let newest = 0;
  for (const item of file.items("key")) {
    const { length } = item.key;
    const isTombstone = length === REVISION_BYTES + 1 && item.key[REVISION_BYTES] === TOMBSTONE;
    if ((length !== REVISION_BYTES && !isTombstone) || item.key[8] !== UNDERSCORE)
      throw damaged(name, "a key in it is no revision");
    newest = Number(item.key.readBigUInt64BE(0));
    const stored = decodeKeyValue(item.value);
    const key = keyText(stored.key);
    if (isTombstone) {
      current.delete(key);
      continue;
    }
    const [createRevision, modRevision, version] = [stored.createRevision, stored.modRevision, stored.version].map(
      Number,
    ) as [number, number, number];
    if (key === "" || modRevision !== newest || createRevision > modRevision || !Number.isSafeInteger(version))
      throw damaged(name, `what it says of revision ${newest} contradicts itself`);
    current.set(key, { key, value: stored.value, createRevision, modRevision, version, lease: ids.of(stored.lease) });
  }
  return { entries: current.values(), newest };
}

function readLeases(file: BoltFile, ids: LeaseIds): Granted[] {
  const stored = [...file.items("lease")].map(({ value }) => decodeLease(value));
  // Those that stay as they are come first, so that none is taken.
  stored.sort((a, b) => Number(a.id > Number.MAX_SAFE_INTEGER) - Number(b.id > Number.MAX_SAFE_INTEGER));
  return stored.map(({ id, ttlSeconds }) => ({ id: ids.of(id), ttlSeconds: Number(ttlSeconds) }));
}

/** Keys that compaction has taken away may have had the newest revision. */
function readCompacted(file: BoltFile): Revision {
  let revision = 0;
  for (const { key, value } of file.items("meta")) {
    const word = key.toString("latin1");
    if ((word === "finishedCompactRev" || word === "scheduledCompactRev") && value.length >= 8)
      revision = Math.max(revision, Number(value.readBigUInt64BE(0)));
  }
  return revision;
}

/** etcd's leases have ids of 63 bits, the store's are below 2^53: larger ones get an id of their own, the same everywhere. */
class LeaseIds {
  readonly #ids = new Map<bigint, number>();
  readonly #taken = new Set<number>([0]);

  of(id: bigint): number {
    if (id === 0n) return 0;
    let found = this.#ids.get(id);
    if (found !== undefined) return found;
    found = Number(id <= Number.MAX_SAFE_INTEGER ? id : id % 2n ** 52n);
    while (this.#taken.has(found)) found = (found + 1) % 2 ** 52;
    this.#ids.set(id, found);
    this.#taken.add(found);
    return found;
  }
}

/** A file that etcd can be restored from, in pieces; its checksum is the last one. */
export function* encodeEtcdSnapshot(state: StoreState): Generator<Buffer> {
  const checksum = createHash("sha256");
  for (const piece of encodeBolt(bucketsOf(state))) {
    checksum.update(piece);
    yield piece;
  }
  yield checksum.digest();
}

function bucketsOf({ revision, entries, leases, accounts }: StoreState): BoltBucket[] {
  const sorted = [...entries].sort((a, b) => a.modRevision - b.modRevision);
  const known = [...leases];
  const ids = new Set(known.map(({ id }) => id));
  for (const { lease } of sorted)
    if (lease !== 0 && !ids.has(lease)) {
      ids.add(lease);
      known.push({ id: lease, ttlSeconds: ENDING_TTL_SECONDS });
    }
  known.sort((a, b) => a.id - b.id);
  const compacted = revisionKey(revision, 0);
  return [
    ...EMPTY_BUCKETS.map((name) => ({ name, entries: [] })),
    ...bucketsOfAccounts(accounts),
    { name: "key", entries: keysOf(sorted, revision) },
    { name: "lease", entries: known.map((one) => entryOf(uintKey(one.id), encodeLease(one))) },
    {
      name: "meta",
      entries: [
        entryOf(Buffer.from("consistent_index"), uintKey(revision)),
        entryOf(Buffer.from("finishedCompactRev"), compacted),
        entryOf(Buffer.from("scheduledCompactRev"), compacted),
        entryOf(Buffer.from("term"), uintKey(RAFT_TERM)),
      ],
    },
  ];
}

function keysOf(sorted: readonly Entry[], revision: Revision): BoltEntry[] {
  let last = 0;
  let sub = 0;
  const found = sorted.map((entry): BoltEntry => {
    sub = entry.modRevision === last ? sub + 1 : 0;
    last = entry.modRevision;
    const key = revisionKey(last, sub);
    return { key, valueBytes: keyValueBytes(entry), value: () => encodeKeyValue(entry) };
  });
  // What the newest revision deleted is gone; etcd counts from the last one that is there.
  if (last < revision) found.push(entryOf(Buffer.concat([revisionKey(revision, 0), Buffer.of(TOMBSTONE)]), GONE));
  return found;
}

/** A KeyValue with only a key, as etcd writes for what was deleted: here one that never was. */
const GONE = Buffer.from([0x0a, 1, 0]);

function revisionKey(main: Revision, sub: number): Buffer {
  const bytes = Buffer.alloc(REVISION_BYTES);
  bytes.writeBigUInt64BE(BigInt(main), 0);
  bytes[8] = UNDERSCORE;
  bytes.writeBigUInt64BE(BigInt(sub), 9);
  return bytes;
}

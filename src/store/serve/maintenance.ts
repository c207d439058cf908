import { crc32 } from "node:zlib";
import type { Clock } from "../../base/index.ts";
import { GrpcError, type StreamHandler, type UnaryHandler } from "../../net/index.ts";
import type { Accounts } from "../accounts.ts";
import { encodeEtcdSnapshot } from "../snapshot/index.ts";
import type { Revision, Store } from "../store.ts";
import { header } from "./encode.ts";
import { answering, etcdError, notServed } from "./errors.ts";
import { keyBytes, LAST_KEY } from "../memory/index.ts";
import type { Member } from "./messages.ts";
import type { Quota } from "./quota.ts";

/** The etcd whose API this is; clients tell from it what they may ask for. */
export const ETCD_VERSION = "3.6.5";
const PAGE_KEYS = 1000;
/** Of one message of a snapshot; clients take up to 4 MiB. */
const SNAPSHOT_MESSAGE_BYTES = 256 * 1024;
/** Only the checksum at the end of a snapshot is so short. */
const SHA256_BYTES = 32;

export interface MaintenanceParts {
  readonly store: Store;
  readonly member: Member;
  readonly quota: Quota;
  readonly clock: Clock;
  readonly clientUrls: readonly string[];
  /** Who may do what, for snapshots. */
  readonly accounts: () => Accounts;
  /** Gives back what the files hold in vain. */
  readonly defragment: (() => Promise<void>) | undefined;
}

/** The Maintenance service. */
export function maintenanceHandlers(parts: MaintenanceParts): Record<string, UnaryHandler> {
  const { store, member, quota } = parts;
  const { memberId } = member;
  const head = async () => header(member, await store.revision());
  return {
    Status: answering(async () => {
      const { revision, sizeBytes } = await store.status();
      return {
        header: header(member, revision),
        version: ETCD_VERSION,
        storageVersion: "3.6.0",
        dbSize: sizeBytes,
        dbSizeInUse: sizeBytes,
        dbSizeQuota: quota.limitBytes < 0 ? 0 : quota.limitBytes,
        leader: memberId,
        raftIndex: revision,
        raftAppliedIndex: revision,
        raftTerm: 2,
        errors: quota.isAlarmed ? [`memberID:${memberId} alarm:NOSPACE `] : [],
      };
    }),
    Alarm: answering(async ({ action, alarm }: { readonly action: string; readonly alarm: string }) => {
      const was = quota.isAlarmed;
      if (action !== "GET" && alarm === "CORRUPT") throw notServed("the alarm CORRUPT");
      if (action === "ACTIVATE") quota.activate();
      if (action === "DEACTIVATE") quota.disarm();
      // What was disarmed is told, as etcd does.
      const shown = action === "DEACTIVATE" ? was : quota.isAlarmed;
      return { header: await head(), alarms: shown ? [{ memberID: memberId, alarm: "NOSPACE" }] : [] };
    }),
    Defragment: answering(async () => {
      if (!parts.defragment) throw notServed("defragmentation of a store in memory");
      await parts.defragment();
      return { header: await head() };
    }),
    Hash: answering(async () => {
      const { hash, revision } = await hashOf(parts, 0);
      return { header: header(member, revision), hash };
    }),
    HashKV: answering(async ({ revision: wanted }: { readonly revision: number }) => {
      const { hash, revision } = await hashOf(parts, wanted);
      const { compactRevision } = await store.status();
      return { header: header(member, await store.revision()), hash, compactRevision, hashRevision: revision };
    }),
    MoveLeader: async () => {
      throw new GrpcError("failedPrecondition", "etcdserver: bad leader transferee");
    },
    Downgrade: async () => {
      throw notServed("downgrading");
    },
  };
}

/** What of the Maintenance service streams: the whole store as a file that etcd can be restored from. */
export function maintenanceStreams({
  store,
  member,
  clock,
  ...parts
}: MaintenanceParts): Record<string, StreamHandler> {
  return {
    Snapshot: async function* () {
      try {
        // Both are asked for in one turn, so that they are of one moment.
        const [{ entries, revision }, leases] = await Promise.all([
          store.range({ start: "", end: LAST_KEY }),
          store.leases(),
        ]);
        const gathered = inMessages(encodeEtcdSnapshot({ revision, entries, leases, accounts: parts.accounts() }));
        for (const blob of gathered) {
          yield { header: header(member, revision), blob, version: ETCD_VERSION };
          await clock.yield();
        }
      } catch (error) {
        throw etcdError(error);
      }
    },
  };
}

/** Pieces of a file, gathered to messages; the last piece, the checksum, stays by itself. */
function* inMessages(pieces: Iterable<Buffer>): Generator<Buffer> {
  let gathered: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    const isLast = piece.length === SHA256_BYTES;
    if (bytes > 0 && (isLast || bytes + piece.length > SNAPSHOT_MESSAGE_BYTES)) {
      yield Buffer.concat(gathered);
      gathered = [];
      bytes = 0;
    }
    gathered.push(piece);
    bytes += piece.length;
  }
  yield Buffer.concat(gathered);
}

/** The Cluster service of a cluster of one. */
export function clusterHandlers({ store, member, clientUrls }: MaintenanceParts): Record<string, UnaryHandler> {
  const refuse = async () => {
    throw notServed("changing the members");
  };
  return {
    MemberList: answering(async () => ({
      header: header(member, await store.revision()),
      members: [{ ID: member.memberId, name: member.name, peerURLs: [], clientURLs: clientUrls }],
    })),
    MemberAdd: refuse,
    MemberRemove: refuse,
    MemberUpdate: refuse,
    MemberPromote: refuse,
  };
}

/** A checksum of all keys, values and counts as of a revision. The same store gives the same; another etcd does not. */
async function hashOf({ store, clock }: MaintenanceParts, at: Revision): Promise<{ hash: number; revision: Revision }> {
  const revision = at || (await store.revision());
  let hash = 0;
  for (let start = "\0"; ; ) {
    const { entries, more } = await store.range({ start, end: LAST_KEY, revision, limit: PAGE_KEYS });
    for (const { key, value, createRevision, modRevision, version, lease } of entries) {
      hash = crc32(keyBytes(key), hash);
      hash = crc32(value, hash);
      hash = crc32(`${createRevision} ${modRevision} ${version} ${lease}`, hash);
    }
    if (!more) return { hash: hash >>> 0, revision };
    start = `${entries.at(-1)!.key}\0`;
    await clock.yield();
  }
}

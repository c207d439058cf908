import { delegate } from "./delegate.ts";
import { suite } from "node:test";
import { crc32 } from "node:zlib";
import type { Change, Disk, Store } from "../store/index.ts";
import { runStore, type Sabotage } from "./store-run.ts";
import { canaries, SEEDS, seedSuite } from "./seeds.suite.ts";
import kept from "./testdata/store-seeds.json" with { type: "json" };

/** A sabotage must be found within so many seeds. */
const CANARY_SEEDS = 200;
const REVOKE = 6;

seedSuite("simulated store", { run: runStore, count: SEEDS, kept, file: "store-seeds.json" });

suite("the simulation finds", () => {
  const finds = canaries<Sabotage>(runStore, CANARY_SEEDS);

  finds("writes acknowledged before they are on disk", () => ({ disk: withoutFlush }), /not linearizable|never told/);
  finds("a delete that compaction forgets", () => ({ store: forgettingDeletes }), /not linearizable/);
  finds("writes that are relaxed and must not be", () => ({ relaxedPrefixes: ["/"] }), /^\/\w is not linearizable/);
  finds("revisions that are used again after a crash", () => ({ disk: withoutReservations }), /was used twice/);
  finds("two events in the wrong order", () => ({ store: reorderingEvents }), /told of revision \d+ after \d+/);
  finds("an event that is lost", () => ({ store: losingEvents }), /never told of/);
});

/** What is written is flushed in its turn; only nobody waits for that, or hears that it failed. */
function withoutFlush(disk: Disk): Disk {
  return delegate(disk, {
    async commit({ file, offset, bytes }) {
      await disk.write(file, offset, bytes.slice());
      disk.flush(file).catch(() => {});
    },
  });
}

const FRAME_HEADER_BYTES = 28;
const RESERVE = 7;
const SKIP = 8;

/** As it is opened the store says which revisions it reserves, in a frame of its own: here that never arrives. */
function withoutReservations(disk: Disk): Disk {
  return delegate(disk, {
    commit(commit) {
      const tag = commit.bytes[FRAME_HEADER_BYTES];
      if (tag !== RESERVE && tag !== SKIP) return disk.commit(commit);
      const frame = Buffer.from(commit.bytes);
      // The same frame with nothing in it that counts: a lease that has ended.
      frame.fill(0, FRAME_HEADER_BYTES);
      for (let at = FRAME_HEADER_BYTES; at < frame.length; at += 9) frame[at] = REVOKE;
      frame.writeUInt32BE(crc32(frame.subarray(12)), 8);
      return disk.commit({ ...commit, bytes: Uint8Array.from(frame) });
    },
  });
}

/** After a compaction, the key that was deleted last is back. */
function forgettingDeletes(store: Store): Store {
  let undead: { key: string; value: Uint8Array } | undefined;
  return delegate(store, {
    async transact(transaction) {
      const result = await store.transact(transaction);
      const [first] = result.results;
      if (first?.type === "delete" && first.previous[0]) undead = first.previous[0];
      return result;
    },
    async compact(revision) {
      await store.compact(revision);
      if (!undead) return;
      const { key, value } = undead;
      const absent = [{ key, target: "createRevision", operator: "=", value: 0 }] as const;
      await store.transact({ compare: absent, success: [{ type: "put", key, value }], failure: [] });
    },
  });
}

function reorderingEvents(store: Store): Store {
  return delegate(store, {
    watch(options, sink) {
      let held: readonly [readonly Change[], number] | undefined;
      let count = 0;
      return store.watch(options, {
        ...callbacks(sink),
        changes(changes, revision) {
          if (++count === 5) held = [changes, revision];
          else sink.changes(changes, revision);
          if (count > 5 && held) {
            sink.changes(...held);
            held = undefined;
          }
        },
      });
    },
  });
}

function losingEvents(store: Store): Store {
  return delegate(store, {
    watch(options, sink) {
      let count = 0;
      return store.watch(options, {
        ...callbacks(sink),
        changes(changes, revision) {
          if (++count !== 7) sink.changes(changes, revision);
        },
      });
    },
  });
}

function callbacks(sink: Parameters<Store["watch"]>[1]): Parameters<Store["watch"]>[1] {
  return {
    changes: (changes, revision) => sink.changes(changes, revision),
    progress: (revision) => sink.progress(revision),
    closed: (error) => sink.closed(error),
  };
}

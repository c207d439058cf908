import { crc32 } from "node:zlib";
import type { Change, Disk, Store, WatchOptions, WatchSink } from "../store/index.ts";
import { delegate } from "./delegate.ts";

/** What is written is flushed in its turn; only nobody waits for that, or hears that it failed. */
export function withoutFlush(disk: Disk): Disk {
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
const REVOKE = 6;

/** As it is opened the store says which revisions it reserves, in a frame of its own: here that never arrives. */
export function withoutReservations(disk: Disk): Disk {
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

/** What the sink of a watch is told instead of the changes. */
export type Feed = (sink: WatchSink) => Pick<WatchSink, "changes">;

/** A store that tells the watches concerned something else. */
export function feeding(store: Store, feed: Feed, concerns: (options: WatchOptions) => boolean = () => true): Store {
  return delegate(store, {
    watch(options, sink) {
      if (!concerns(options)) return store.watch(options, sink);
      const fed = feed(sink);
      return store.watch(options, {
        changes: (changes, revision) => fed.changes(changes, revision),
        progress: (revision) => sink.progress(revision),
        closed: (error) => sink.closed(error),
      });
    },
  });
}

/** The fifth change comes behind the sixth. */
export const swapped: Feed = (sink) => {
  let held: readonly [readonly Change[], number] | undefined;
  let count = 0;
  return {
    changes(changes, revision) {
      if (++count === 5) held = [changes, revision];
      else sink.changes(changes, revision);
      if (count > 5 && held) {
        sink.changes(...held);
        held = undefined;
      }
    },
  };
};

import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "../base/index.ts";

/** The process is looked at this often, and this many times. */
const LOOK_MS = 2_000;
const LOOKS_MAX = 15;
/** Below this share of its time it has nothing to do. */
const BUSY_SHARE_MAX = 0.02;
/** Beyond this much, looking through it all would hold up the event loop for too long. */
const HEAP_BYTES_MAX = 48 * 1024 * 1024;

/** What is looked at of a process, and what is done to it. */
export interface Memory {
  /** Share of the time since it was last asked in which the event loop was busy. */
  busyShare(): number;
  heapBytes(): number;
  collect(): void;
}

export interface ReleaseOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly memory?: Memory;
}

/**
 * Gives back, once there is nothing else to do, the memory that a start took and nobody needs any more: modules and the
 * first objects outlive the space for new ones, so that V8 makes it 16 MB, and nothing that happens at rest makes it smaller
 * again. Takes some 30 ms. A process that is never at rest soon after its start is left alone, as is a large one.
 */
export async function releaseStartGarbage({ clock, signal, memory = ownMemory() }: ReleaseOptions): Promise<void> {
  memory.busyShare();
  for (let look = 0; look < LOOKS_MAX; look++) {
    await clock.sleep(LOOK_MS, signal).catch(() => {});
    if (signal.aborted || memory.heapBytes() > HEAP_BYTES_MAX) return;
    if (memory.busyShare() < BUSY_SHARE_MAX) return memory.collect();
  }
}

type Collect = (options: { readonly type: "major"; readonly flavor: "last-resort" }) => void;

function ownMemory(): Memory {
  let before = performance.eventLoopUtilization();
  return {
    busyShare() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    heapBytes: () => process.memoryUsage().heapUsed,
    collect() {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as Collect;
      setFlagsFromString("--no-expose-gc");
      collect({ type: "major", flavor: "last-resort" });
    },
  };
}

import type { Session } from "node:inspector/promises";
import type { Profiler } from "../../apiserver/index.ts";
import type { Clock } from "../../base/index.ts";
import { type Frame, pprofBytes, type Sample } from "./pprof.ts";

/** Bytes between two allocations that are looked at, as Go's own profiles have it. */
const SAMPLED_BYTES = 524_288;
const NANOS_PER_MICROSECOND = 1000;

/** Profiles of this process, all its parts together. */
export function processProfiler(clock: Pick<Clock, "now">): Profiler {
  return {
    cpu: () => recorded(clock, CPU),
    heap: () => recorded(clock, HEAP),
  };
}

interface Recording {
  readonly types: readonly { readonly type: string; readonly unit: string }[];
  start(session: Session): Promise<unknown>;
  stop(session: Session): Promise<readonly Sample[]>;
}

const CPU: Recording = {
  types: [
    { type: "samples", unit: "count" },
    { type: "cpu", unit: "nanoseconds" },
  ],
  async start(session) {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
  },
  async stop(session) {
    const { profile } = await session.post("Profiler.stop");
    return cpuSamples(profile);
  },
};

const HEAP: Recording = {
  types: [
    { type: "inuse_objects", unit: "count" },
    { type: "inuse_space", unit: "bytes" },
  ],
  async start(session) {
    await session.post("HeapProfiler.enable");
    await session.post("HeapProfiler.startSampling", { samplingInterval: SAMPLED_BYTES });
  },
  async stop(session) {
    const answer: unknown = await session.post("HeapProfiler.stopSampling");
    const { profile } = answer as { readonly profile: HeapProfile };
    return heapSamples(
      profile.head,
      Map.groupBy(profile.samples, ({ nodeId }) => nodeId),
    );
  },
};

/** Begins a recording; what ends it gives the profile. */
async function recorded(clock: Pick<Clock, "now">, { types, start, stop }: Recording) {
  // Loaded when it is wanted: few ever ask.
  const inspector = await import("node:inspector/promises");
  const session = new inspector.Session();
  session.connect();
  const startMs = clock.now();
  await start(session);
  return async () => {
    try {
      const samples = await stop(session);
      return pprofBytes({ types, samples, startMs, durationMs: clock.now() - startMs });
    } finally {
      session.disconnect();
    }
  };
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[];
  readonly samples?: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas?: readonly number[];
}

/** How often, and how long, the program was at the end of each way; while it had nothing to do is left out. */
export function cpuSamples({ nodes, samples = [], timeDeltas = [] }: CpuProfile): readonly Sample[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const found = new Map<number, [count: number, nanos: number]>();
  for (const [index, id] of samples.entries()) {
    const values = found.get(id) ?? [0, 0];
    values[0]++;
    values[1] += Math.max(0, timeDeltas[index] ?? 0) * NANOS_PER_MICROSECOND;
    found.set(id, values);
  }
  return [...found].flatMap(([id, values]) => {
    const stack: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) stack.push(byId.get(at)!.callFrame);
    return stack[0]!.functionName === "(idle)" ? [] : [{ stack: withoutRoot(stack), values }];
  });
}

interface HeapProfile {
  readonly head: HeapNode;
  readonly samples: readonly { readonly nodeId: number }[];
}

interface HeapNode {
  readonly id: number;
  readonly callFrame: Frame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

function heapSamples(
  node: HeapNode,
  samples: ReadonlyMap<number, readonly unknown[]>,
  callers: readonly Frame[] = [],
): readonly Sample[] {
  const stack = [node.callFrame, ...callers];
  const below = node.children.flatMap((child) => heapSamples(child, samples, stack));
  if (node.selfSize === 0) return below;
  return [{ stack: withoutRoot(stack), values: [samples.get(node.id)?.length ?? 0, node.selfSize] }, ...below];
}

const withoutRoot = (stack: readonly Frame[]) => (stack.length > 1 ? stack.slice(0, -1) : stack);

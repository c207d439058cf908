import { Event, isNotFound, type KindDefinition } from "../../api/index.ts";
import { type Clock, parseTime } from "../../base/index.ts";
import type { ServerCore } from "../server.ts";

const SWEEP_EVERY_MS = 60_000;

/** Removes events that nothing has added to for as long as they are kept; runs until the signal. */
export async function expireEvents(
  core: ServerCore,
  { clock, ttlMs, signal }: { clock: Clock; ttlMs: number; signal: AbortSignal },
): Promise<void> {
  const kind = Event as unknown as KindDefinition;
  const registry = core.registry(kind);
  while (!signal.aborted) {
    await clock.sleep(SWEEP_EVERY_MS, signal);
    await registry.cacher.start();
    const before = clock.now() - ttlMs;
    for (const event of core.reads.cached(Event)) {
      if (lastSeenMs(event) > before) continue;
      const { namespace, name } = event.metadata;
      const stored = await registry.find(namespace, name);
      // Only what is still as it was seen to be old goes.
      if (stored?.object.metadata.resourceVersion !== event.metadata.resourceVersion) continue;
      await registry.remove(stored).catch((error) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }
}

function lastSeenMs(event: Event): number {
  const times = [
    event.metadata.creationTimestamp,
    event.lastTimestamp,
    event.eventTime,
    event.series?.lastObservedTime,
  ];
  return Math.max(...times.map((time) => (time ? parseTime(time) : 0)));
}

import { Event, type KindDefinition, unlessGone } from "../../api/index.ts";
import { type Clock, type Log, parseTime } from "../../base/index.ts";
import type { ServerCore } from "../core.ts";

const SWEEP_EVERY_MS = 60_000;

/** Removes events that nothing has added to for as long as they are kept; runs until the signal. */
export async function expireEvents(
  core: ServerCore,
  {
    clock,
    log,
    ttlMs,
    signal,
  }: { readonly clock: Clock; readonly log: Log; readonly ttlMs: number; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(SWEEP_EVERY_MS, signal);
    await sweep(core, clock.now() - ttlMs).catch((error) => log.error("Old events not removed", { error }));
  }
}

async function sweep(core: ServerCore, beforeMs: number): Promise<void> {
  const registry = core.registry(Event as unknown as KindDefinition);
  await registry.cacher.start();
  for (const event of core.reads.cached(Event)) {
    if (lastSeenMs(event) > beforeMs) continue;
    const { namespace, name } = event.metadata;
    const stored = await registry.find(namespace, name);
    // Only what is still as it was seen to be old goes.
    if (stored?.object.metadata.resourceVersion !== event.metadata.resourceVersion) continue;
    await unlessGone(registry.remove(stored));
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

import type { Clock } from "../base/index.ts";

/** How long one works before others get a turn. */
const TURN_MS = 8;
/** How often the clock is looked at. */
const ITEMS_PER_LOOK = 16;

/** Does something with all items, and lets others have a turn now and then. */
export async function inTurns<T>(items: readonly T[], clock: Clock, work: (item: T) => void): Promise<void> {
  let startMs = clock.monotonicMs();
  for (let index = 0; index < items.length; index++) {
    work(items[index]!);
    if (index % ITEMS_PER_LOOK > 0 || clock.monotonicMs() - startMs < TURN_MS) continue;
    await clock.yield();
    startMs = clock.monotonicMs();
  }
}

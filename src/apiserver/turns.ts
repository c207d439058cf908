import type { Clock } from "../base/index.ts";
import type { RequestContext } from "./contracts.ts";

/** From this size on the steps of the work on an object are taken in turns: together they would take tens of milliseconds. */
export const LARGE_BYTES = 128 * 1024;

type Steps = Pick<RequestContext, "isLarge" | "turn">;

/** To be awaited between two steps of the work on an object: of a large one, others have a turn first. */
export function betweenSteps({ isLarge, turn }: Steps): Promise<void> | undefined {
  return isLarge ? turn() : undefined;
}

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

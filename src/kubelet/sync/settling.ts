import type { ObservedContainer } from "./observed.ts";

/** The reason of an end that the kernel brought about for want of memory. */
export const OUT_OF_MEMORY = "OOMKilled";
/** How a process that SIGKILL ended is reported. */
const KILLED = 137;
/** How long after an end its reason may still change. */
const SETTLE_MS = 10_000;
const LOOK_AGAIN_MS_MIN = 100;

/**
 * Whether the reason of an end may still become another. A runtime hears of the kernel's killing a container for want of
 * memory by a message of its own, which may come after that of the end: until then it calls the end an error.
 */
export function isUnsettled(container: ObservedContainer): boolean {
  const { state, exitCode, reason } = container;
  return state === "Exited" && exitCode === KILLED && reason !== OUT_OF_MEMORY && ageMs(container) < SETTLE_MS;
}

/** When to ask again for what isn't settled: soon after an end, then less and less often. */
export function lookAgainAtMs(containers: readonly ObservedContainer[]): number | undefined {
  const times = containers
    .filter(isUnsettled)
    .map((each) => each.observedAtMs + Math.max(LOOK_AGAIN_MS_MIN, ageMs(each)));
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** How old the end was when it was looked at last; an end that a changed clock puts into the future counts as old as well. */
function ageMs({ observedAtMs, finishedAtMs }: ObservedContainer): number {
  return Math.abs(observedAtMs - finishedAtMs);
}

import type { Clock } from "../../base/index.ts";

/** Watchers woken in one turn of the event loop. */
const WAKES_PER_TURN = 64;
/** How much longer than waking many took the rest after it is. */
const REST_SHARE = 2;
/** The longest rest after many were woken. */
const REST_MAX_MS = 50;

/**
 * Wakes watchers, few in each turn of the event loop, and rests after many for twice as long as they took. What it saves:
 * when one change after the other concerns thousands of watchers, other requests get most of the time, and who waits
 * meanwhile collects events and writes them all at once: a write costs as much as 3 KB in it. A few watchers never wait.
 */
export class WatchTurns {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #left = WAKES_PER_TURN;
  #isTurning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `wake` in this turn or a later one; once for each call of this. */
  wake(wake: () => void): void {
    if (!this.#isTurning) {
      this.#isTurning = true;
      void this.#turns();
    }
    if (this.#left > 0) {
      this.#left--;
      wake();
    } else this.#waiting.push(wake);
  }

  async #turns(): Promise<void> {
    let startMs = this.#clock.monotonicMs();
    await this.#clock.yield();
    while (this.#waiting.length > 0) {
      const now = this.#waiting;
      this.#waiting = [];
      for (let at = 0; at < now.length; at += WAKES_PER_TURN) {
        for (const wake of now.slice(at, at + WAKES_PER_TURN)) wake();
        await this.#clock.yield();
      }
      const tookMs = this.#clock.monotonicMs() - startMs;
      if (now.length > WAKES_PER_TURN && tookMs > 0) await this.#rest(Math.min(REST_SHARE * tookMs, REST_MAX_MS));
      startMs = this.#clock.monotonicMs();
    }
    this.#left = WAKES_PER_TURN;
    this.#isTurning = false;
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.timer(ms, resolve);
    });
  }
}

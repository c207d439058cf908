import type { Clock } from "../base/index.ts";

/** Watchers woken in one turn of the event loop. */
const WAKES_PER_TURN = 64;

/**
 * Wakes watchers, few in each turn of the event loop. What it saves: when one change concerns thousands of watchers, other
 * requests are served in between, and who waits for its turn meanwhile collects more events and writes them all at once.
 * A few watchers never wait.
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
      void this.#turn();
    }
    if (this.#left > 0) {
      this.#left--;
      wake();
    } else this.#waiting.push(wake);
  }

  async #turn(): Promise<void> {
    do {
      await this.#clock.yield();
      const now = this.#waiting.splice(0, WAKES_PER_TURN);
      this.#left = WAKES_PER_TURN - now.length;
      for (const wake of now) wake();
    } while (this.#left < WAKES_PER_TURN);
    this.#isTurning = false;
  }
}

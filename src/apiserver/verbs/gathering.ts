import type { Clock } from "../../base/index.ts";

/** How long what can wait does so for others. */
const GATHER_MS = 25;
/** So many never wait longer. */
const WAITING_MAX = 128;

/**
 * Lets what nobody waits for, as a lease's renewal, be worked on together. What it saves: thousands of nodes renew one after
 * the other, and waking this thread and the disk's for each costs as much as the work itself. Who comes alone doesn't wait.
 */
export class Gathering {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  /** When the last ones went on. */
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the caller may go on; absent when that is now. */
  turn(): Promise<void> | undefined {
    const nowMs = this.#clock.monotonicMs();
    const leftMs = this.#lastMs + GATHER_MS - nowMs;
    if (this.#waiting.length === 0 && leftMs <= 0) {
      this.#lastMs = nowMs;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#clock.timer(leftMs, () => this.#release());
      else if (this.#waiting.length === WAITING_MAX) this.#release();
    });
  }

  #release(): void {
    if (this.#waiting.length === 0) return;
    this.#lastMs = this.#clock.monotonicMs();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }
}

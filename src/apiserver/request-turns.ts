import type { Clock } from "../base/index.ts";

/** How long requests are begun, and how long those take that are begun together, in one turn of the event loop. */
const TURN_MS = 8;

/**
 * Begins requests that come together a few at a time. What it saves: all that has come on a hundred connections is worked on
 * in one turn of the event loop, some tens of milliseconds in which nobody else, such as a timer or a watch, has one. A few
 * requests never wait.
 */
export class RequestTurns {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #startMs = 0;
  #isTurning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be awaited before the work on a request that is there as a whole; nothing while this turn has time for it. */
  begin(): Promise<void> | undefined {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#isTurning) {
      this.#isTurning = true;
      this.#startMs = nowMs;
      void this.#turns();
    }
    if (this.#waiting.length === 0 && nowMs - this.#startMs < TURN_MS) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #turns(): Promise<void> {
    // What a turn did is only known after it: as many as it had time for are begun in the next one.
    let begun = 1;
    await this.#clock.yield();
    while (this.#waiting.length > 0) {
      const nowMs = this.#clock.monotonicMs();
      const hadTime = nowMs - this.#startMs < TURN_MS;
      begun = hadTime ? 2 * begun : Math.max(1, begun >> 1);
      this.#startMs = nowMs;
      for (const resolve of this.#waiting.splice(0, begun)) resolve();
      await this.#clock.yield();
    }
    this.#isTurning = false;
  }
}

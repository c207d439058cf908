import { type Random, seededRandom, VirtualClock } from "../base/index.ts";

const RUN_LIMIT_MS = 10 * 60_000;

export interface Verdict {
  readonly seed: number;
  /** Empty: nothing is wrong. */
  readonly problems: readonly string[];
  /** Of everything that happened: the same seed gives the same. */
  readonly summary: string;
}

/** What every simulation is made of: virtual time, the randomness of a seed, and what has gone wrong so far. */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly clock = new VirtualClock();
  readonly problems: string[] = [];
  readonly #background = new Set<Promise<void>>();

  constructor(name: string, seed: number) {
    this.seed = seed;
    this.random = seededRandom(`${name}/${seed}`);
  }

  /** Lets virtual time run until work is over; work that never ends is a problem by itself. */
  async within(what: string, work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const limitMs = this.clock.monotonicMs() + RUN_LIMIT_MS;
    work.then(
      () => (isOver = true),
      (error) => {
        isOver = true;
        this.#failed(what, error);
      },
    );
    await this.clock.drain();
    while (!isOver && this.clock.monotonicMs() < limitMs) if (!(await this.clock.step())) break;
    if (!isOver) this.problems.push(`${what}: still busy after ${RUN_LIMIT_MS / 60_000} virtual minutes`);
  }

  /** Work that nobody waits for until the end. */
  spawn(what: string, work: Promise<unknown>): void {
    const running = work
      .then(
        () => {},
        (error) => this.#failed(what, error),
      )
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  /** Resolves when all that was spawned has ended. */
  async quiet(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  #failed(what: string, error: unknown): void {
    this.problems.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

import type { Revision } from "../store.ts";

/** Times nearer to each other than this are told apart only for the newest. */
const GRAIN_MS = 100;
/** Three hours of writes without a pause; what is older is forgotten first. */
const TIMES_MAX = 100_000;

interface Moment {
  readonly timeMs: number;
  readonly revision: Revision;
}

/** When which revision was the newest, since this process opened the store. */
export class RevisionTimes {
  #moments: Moment[];

  constructor(opened: Moment) {
    this.#moments = [opened];
  }

  note(moment: Moment): void {
    const before = this.#moments.at(-2);
    if (before && moment.timeMs - before.timeMs < GRAIN_MS) this.#moments.pop();
    this.#moments.push(moment);
    if (this.#moments.length > TIMES_MAX) this.#moments = this.#moments.slice(TIMES_MAX / 10);
  }

  /** What was the newest revision then; undefined for what lies before all that is known. */
  at(timeMs: number): Revision | undefined {
    let [low, high] = [0, this.#moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#moments[middle]!.timeMs <= timeMs) low = middle + 1;
      else high = middle;
    }
    return this.#moments[low - 1]?.revision;
  }

  /** Nothing before this is known. */
  get sinceMs(): number {
    return this.#moments[0]!.timeMs;
  }
}

import type { Revision } from "../store.ts";

/** Times nearer to each other than this are told apart only for the newest. */
const GRAIN_MS = 100;
/** Three hours of writes without a pause; what is older is forgotten first. */
const TIMES_MAX = 100_000;

/** When a revision was the newest: from this time on, until another one says otherwise. */
export interface Moment {
  readonly timeMs: number;
  readonly revision: Revision;
}

/** When which revision was the newest, as far back as the log tells. */
export class RevisionTimes {
  #moments: Moment[] = [];

  /** In the order of revisions; a clock that was set back stands still until it has caught up. */
  note({ timeMs, revision }: Moment): void {
    const last = this.#moments.at(-1);
    // A checkpoint knows of its last moment already, the log says it again with those before it.
    if (last && revision <= last.revision) return;
    const moment = { timeMs: Math.max(timeMs, last?.timeMs ?? timeMs), revision };
    const before = this.#moments.at(-2);
    if (before && moment.timeMs - before.timeMs < GRAIN_MS) this.#moments.pop();
    this.#moments.push(moment);
    if (this.#moments.length > TIMES_MAX) this.#moments = this.#moments.slice(TIMES_MAX / 10);
  }

  get isEmpty(): boolean {
    return this.#moments.length === 0;
  }

  /** What was the newest revision then; undefined for what lies before all that is known. */
  at(timeMs: number): Revision | undefined {
    return this.#before(({ timeMs: noted }) => noted <= timeMs)?.revision;
  }

  /** The last moment with no newer revision than this one. */
  of(revision: Revision): Moment | undefined {
    return this.#before((moment) => moment.revision <= revision);
  }

  /** The last moment that something holds of; it holds of all moments before it. */
  #before(holds: (moment: Moment) => boolean): Moment | undefined {
    let [low, high] = [0, this.#moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#moments[middle]!)) low = middle + 1;
      else high = middle;
    }
    return this.#moments[low - 1];
  }

  /** Nothing before this is known. */
  get sinceMs(): number {
    return this.#moments[0]!.timeMs;
  }
}

import type { Clock } from "../../base/index.ts";
import { type Change, LAST_KEY, type Store, type Watch } from "../../store/index.ts";

/** A change of the store with the time at which it was made. */
export interface LoggedChange {
  readonly atMs: number;
  readonly revision: number;
  readonly change: Change;
}

/** Everything that happened in a store. */
export class EventLog {
  readonly #changes: LoggedChange[] = [];
  readonly #watch: Watch;

  constructor(store: Store, clock: Clock) {
    this.#watch = store.watch(
      { start: "/", end: LAST_KEY, previous: true },
      {
        changes: (changes, revision) => {
          for (const change of changes) this.#changes.push({ atMs: clock.now(), revision, change });
        },
        progress: () => {},
        closed: () => {},
      },
    );
  }

  get length(): number {
    return this.#changes.length;
  }

  /** Changes from an index on. */
  since(index: number): readonly LoggedChange[] {
    return this.#changes.slice(index);
  }

  text(): string {
    const decoder = new TextDecoder();
    const line = ({ atMs, revision, change }: LoggedChange) =>
      change.type === "put"
        ? `${atMs} ${revision} put ${change.entry.key} ${decoder.decode(change.entry.value)}`
        : `${atMs} ${revision} delete ${change.key}`;
    return this.#changes.map(line).join("\n");
  }

  close(): void {
    this.#watch.close();
  }
}

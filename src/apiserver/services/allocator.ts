import type { Clock, Random } from "../../base/index.ts";
import { formatTime } from "../../base/index.ts";
import { prefixEnd, type Store } from "../../store/index.ts";

/** Who holds a number. */
export interface Holder {
  readonly namespace: string;
  readonly name: string;
}

export interface AllocatorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the records of what is taken live, with a closing slash. */
  readonly prefix: string;
  readonly first: number;
  readonly size: number;
  readonly format: (value: number) => string;
  /** What a record holds. */
  readonly record: (text: string, holder: Holder, made: { readonly uid: string; readonly at: string }) => unknown;
}

const RANDOM_TRIES = 16;
const STATIC_MIN = 16;
const STATIC_MAX = 256;
const STATIC_SHARE = 16;

/**
 * Gives out numbers of a range. Each taken one has a record of its own in the store, made only if it is absent, so that
 * several servers never give the same one.
 */
export class Allocator {
  readonly #options: AllocatorOptions;

  constructor(options: AllocatorOptions) {
    this.#options = options;
  }

  contains(value: number): boolean {
    const { first, size } = this.#options;
    return value >= first && value < first + size;
  }

  /** Takes one number; says whether it was free. */
  async take(value: number, holder: Holder): Promise<boolean> {
    const { store, format, record, random, clock } = this.#options;
    const key = this.#key(value);
    const content = record(format(value), holder, { uid: random.uuid(), at: formatTime(clock.now()) });
    const result = await store.transact({
      compare: [{ key, target: "modRevision", operator: "=", value: 0 }],
      success: [{ type: "put", key, value: new TextEncoder().encode(JSON.stringify(content)) }],
      failure: [],
    });
    return result.succeeded;
  }

  async isFree(value: number): Promise<boolean> {
    return (await this.#options.store.get(this.#key(value))).entry === undefined;
  }

  /** Takes any free number; undefined when there is none. The lowest ones are kept for those who ask for them by number. */
  async takeAny(holder: Holder): Promise<number | undefined> {
    const { first, size, random } = this.#options;
    const kept = size <= STATIC_MIN ? 0 : Math.min(STATIC_MAX, Math.max(STATIC_MIN, Math.floor(size / STATIC_SHARE)));
    for (let attempt = 0; attempt < RANDOM_TRIES; attempt++) {
      const value = first + kept + random.int(size - kept);
      if (await this.take(value, holder)) return value;
    }
    const taken = await this.#taken();
    for (let step = 0; step < size; step++) {
      const value = first + ((kept + step) % size);
      if (!taken.has(this.#key(value)) && (await this.take(value, holder))) return value;
    }
    return undefined;
  }

  async release(value: number): Promise<void> {
    const { store } = this.#options;
    await store.transact({ compare: [], success: [{ type: "delete", key: this.#key(value) }], failure: [] });
  }

  #key(value: number): string {
    return this.#options.prefix + this.#options.format(value);
  }

  async #taken(): Promise<Set<string>> {
    const { store, prefix } = this.#options;
    const { entries } = await store.range({ start: prefix, end: prefixEnd(prefix), keysOnly: true });
    return new Set(entries.map(({ key }) => key));
  }
}

import { internal } from "../../api/index.ts";
import type { Random } from "../../base/index.ts";
import { type Entry, prefixEnd, type Revision, type Store } from "../../store/index.ts";
import type { StorageMediaType } from "../stored/encoding.ts";
import type { Numbers } from "./allocator.ts";
import { decodeRange, encodeRange } from "./range-allocation.ts";

/** Where the original keeps it, too. */
const KEY = "/registry/ranges/servicenodeports";
/** Earlier versions had a record for each port here. */
const OLD_RECORDS = `${KEY}/`;
/** How often a change is tried while other servers change the same record. */
const TRIES_MAX = 64;
/** A port without a service is given back when so many repairs in a row have seen it: a service may just be being written. */
const LEAK_REPAIRS = 3;
const STATIC_MIN = 16;
const STATIC_MAX = 128;
const STATIC_SHARE = 32;

export interface PortRangeOptions {
  readonly store: Store;
  /** Default JSON. */
  readonly storageMediaType?: StorageMediaType;
  readonly random: Random;
  readonly first: number;
  readonly last: number;
  /** The ports that services hold, of whatever range: where there is no record one is made of these. */
  readonly held: () => Promise<readonly number[]>;
}

/** The record as it was last read or written; others may have changed it since. */
interface Seen {
  readonly taken: bigint;
  /** 0 when there is none. */
  readonly revision: Revision;
}

/** Which numbers are taken, while somebody changes it. */
class Taken {
  bits: bigint;

  constructor(bits: bigint) {
    this.bits = bits;
  }

  has(index: number): boolean {
    return ((this.bits >> BigInt(index)) & 1n) === 1n;
  }

  /** Says whether it was free. */
  add(index: number): boolean {
    if (this.has(index)) return false;
    this.bits |= 1n << BigInt(index);
    return true;
  }

  delete(index: number): void {
    if (this.has(index)) this.bits ^= 1n << BigInt(index);
  }
}

interface Waiting {
  /** Done again, on another state, when the first was out of date; its last result counts. */
  readonly change: (taken: Taken) => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gives out node ports. Which are taken is one record in the store, the original's, and each change is made on the newest
 * one: no two servers on a store give out the same port. Changes that come while one is being written go together.
 */
export class PortRange implements Numbers {
  /** Such as 30000-32767. */
  readonly range: string;
  readonly #options: PortRangeOptions;
  readonly #size: number;
  #seen: Seen | undefined;
  #waiting: Waiting[] = [];
  #isBusy = false;
  /** Ports that no service held at the last repairs, and how many more repairs they have. */
  #leaks: ReadonlyMap<number, number> = new Map();

  constructor(options: PortRangeOptions) {
    this.#options = options;
    this.range = `${options.first}-${options.last}`;
    this.#size = options.last - options.first + 1;
  }

  contains(port: number): boolean {
    return port >= this.#options.first && port <= this.#options.last;
  }

  /** Takes one port; says whether it was free. */
  take(port: number): Promise<boolean> {
    return this.#change((taken) => taken.add(this.#index(port)));
  }

  /** Takes any free port; undefined when there is none. The lowest ones are kept for those who ask for them by number. */
  takeAny(): Promise<number | undefined> {
    const size = this.#size;
    const kept = size <= STATIC_MIN ? 0 : Math.min(STATIC_MAX, Math.max(STATIC_MIN, Math.floor(size / STATIC_SHARE)));
    const free = size - kept;
    const from = this.#options.random.int(free);
    return this.#change((taken) => {
      for (let step = 0; step < size; step++) {
        const index = step < free ? kept + ((from + step) % free) : step - free;
        if (taken.add(index)) return this.#options.first + index;
      }
      return undefined;
    });
  }

  async isFree(port: number): Promise<boolean> {
    return !new Taken((await this.#read()).taken).has(this.#index(port));
  }

  async release(port: number): Promise<void> {
    await this.#change((taken) => taken.delete(this.#index(port)));
  }

  /** Brings the record in line with what services hold. */
  async repair(): Promise<void> {
    const { store, held } = this.#options;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      // The record first: what is taken while the services are read changes it, and then all is looked at again.
      const { entry } = await store.get(KEY);
      const found = entry && decodeRange(entry.value);
      const taken = this.#bitsOf(await held());
      const leaks = found?.range === this.range ? this.#leaksIn(new Taken(found.taken), taken) : new Map();
      for (const index of leaks.keys()) taken.add(index);
      const isRight = found?.range === this.range && found.taken === taken.bits;
      if (isRight || (await this.#write(taken.bits, entry?.modRevision ?? 0))) {
        this.#leaks = leaks;
        return this.#dropOldRecords();
      }
    }
    throw tooManyChanges();
  }

  #leaksIn(found: Taken, held: Taken): Map<number, number> {
    const leaks = new Map<number, number>();
    for (let index = 0; index < this.#size; index++) {
      if (!found.has(index) || held.has(index)) continue;
      const left = this.#leaks.get(index) ?? LEAK_REPAIRS;
      if (left > 1) leaks.set(index, left - 1);
    }
    return leaks;
  }

  async #dropOldRecords(): Promise<void> {
    const old = { start: OLD_RECORDS, end: prefixEnd(OLD_RECORDS) };
    const { store } = this.#options;
    if ((await store.range({ ...old, countOnly: true })).count === 0) return;
    await store.transact({ compare: [], success: [{ type: "deleteRange", ...old }], failure: [] });
  }

  #index(port: number): number {
    return port - this.#options.first;
  }

  #bitsOf(ports: readonly number[]): Taken {
    const taken = new Taken(0n);
    for (const port of ports) if (this.contains(port)) taken.add(this.#index(port));
    return taken;
  }

  #change<T>(change: (taken: Taken) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T;
      this.#waiting.push({
        change: (taken) => {
          result = change(taken);
        },
        done: () => resolve(result),
        failed: reject,
      });
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#changeTogether(group);
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.#isBusy = false;
  }

  async #changeTogether(group: readonly Waiting[]): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const known = this.#seen;
      const { taken, revision } = known ?? (await this.#read());
      const now = new Taken(taken);
      for (const { change } of group) change(now);
      if (now.bits === taken) {
        if (!known) return;
        // That there is nothing to write may be wrong by now.
        this.#seen = undefined;
      } else if (await this.#write(now.bits, revision)) return;
    }
    throw tooManyChanges();
  }

  /** The record as it is; made of what services hold where there is none, or one of another range. */
  async #read(): Promise<Seen> {
    const { entry } = await this.#options.store.get(KEY);
    return this.#seeing(entry);
  }

  async #seeing(entry: Entry | undefined): Promise<Seen> {
    const found = entry && decodeRange(entry.value);
    const taken = found?.range === this.range ? found.taken : this.#bitsOf(await this.#options.held()).bits;
    return { taken, revision: entry?.modRevision ?? 0 };
  }

  /** Writes the record if it is still of this revision; says whether it was. */
  async #write(taken: bigint, revision: Revision): Promise<boolean> {
    const { store, storageMediaType = "application/json" } = this.#options;
    const value = encodeRange({ range: this.range, taken }, storageMediaType);
    this.#seen = undefined;
    const result = await store.transact({
      compare: [{ key: KEY, target: "modRevision", operator: "=", value: revision }],
      success: [{ type: "put", key: KEY, value }],
      failure: [],
    });
    if (result.succeeded) this.#seen = { taken, revision: result.revision };
    return result.succeeded;
  }
}

function tooManyChanges(): Error {
  return internal("failed to change which node ports are taken: other servers change it all the time");
}

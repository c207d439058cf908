import { type Clock, type Random, formatTime } from "../../base/index.ts";
import type { KindDefinition, KubeObject } from "../../api/index.ts";
import { type Entry, prefixEnd, type Store } from "../../store/index.ts";
import { encodeStored, type StorageMediaType, storedJson } from "../stored/encoding.ts";

/** Who holds a number. */
export interface Holder {
  readonly namespace: string;
  readonly name: string;
}

/** How what is taken is written down. */
export interface Records {
  /** Where they live, with a closing slash. */
  readonly prefix: string;
  /** Records are objects of this kind. */
  readonly kind: KindDefinition;
  readonly write: (text: string, holder: Holder, made: { readonly uid: string; readonly at: string }) => unknown;
  /** Who holds what a record says is taken, and since when; undefined when someone else keeps the record. */
  readonly read: (record: unknown) => { readonly holder: Holder; readonly at: string } | undefined;
}

/** Numbers that are taken and given back. */
export interface Numbers {
  /** Says whether it was free. */
  take(value: number, holder: Holder): Promise<boolean>;
  release(value: number, holder: Holder): Promise<void>;
}

export interface AllocatorOptions {
  readonly store: Store;
  /** Default JSON. */
  readonly storageMediaType?: StorageMediaType;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: Records;
  readonly first: number;
  readonly size: number;
  readonly format: (value: number) => string;
}

const RANDOM_TRIES = 16;
const STATIC_MIN = 16;
const STATIC_MAX = 256;
const STATIC_SHARE = 16;

/**
 * Gives out numbers of a range. Each taken one has a record of its own in the store, made only if it is absent, so that
 * several servers never give the same one.
 */
export class Allocator implements Numbers {
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
    const { store, format, records, random, clock } = this.#options;
    const key = this.#key(value);
    const content = records.write(format(value), holder, { uid: random.uuid(), at: formatTime(clock.now()) });
    const result = await store.transact({
      compare: [{ key, target: "modRevision", operator: "=", value: 0 }],
      success: [{ type: "put", key, value: this.#encode(content) }],
      failure: [],
    });
    return result.succeeded;
  }

  #encode(content: unknown): Uint8Array {
    const { records, storageMediaType = "application/json" } = this.#options;
    return encodeStored(records.kind, content as KubeObject, storageMediaType).value;
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

  /** Gives back what this holder took; what another one holds by now stays. */
  async release(value: number, holder: Holder): Promise<void> {
    const { store, records, format } = this.#options;
    await releaseRecord({ store, records, holder }, format(value));
  }

  #key(value: number): string {
    return this.#options.records.prefix + this.#options.format(value);
  }

  async #taken(): Promise<Set<string>> {
    const { store, records } = this.#options;
    const { prefix } = records;
    const { entries } = await store.range({ start: prefix, end: prefixEnd(prefix), keysOnly: true });
    return new Set(entries.map(({ key }) => key));
  }
}

/** What a stored record says. */
export function readRecord(records: Records, { value }: Entry): ReturnType<Records["read"]> {
  return records.read(JSON.parse(new TextDecoder().decode(storedJson(value))));
}

/** Gives back what a holder took, whatever range it was of. */
export async function releaseRecord(
  { store, records, holder }: { readonly store: Store; readonly records: Records; readonly holder: Holder },
  text: string,
): Promise<void> {
  const { entry } = await store.get(records.prefix + text);
  if (entry && isSame(readRecord(records, entry)?.holder, holder)) await dropRecord(store, entry);
}

/** Deletes a record as long as it is as it was read. */
export async function dropRecord(store: Store, { key, modRevision }: Entry): Promise<void> {
  await store.transact({
    compare: [{ key, target: "modRevision", operator: "=", value: modRevision }],
    success: [{ type: "delete", key }],
    failure: [],
  });
}

function isSame(one: Holder | undefined, other: Holder): boolean {
  return one?.namespace === other.namespace && one.name === other.name;
}

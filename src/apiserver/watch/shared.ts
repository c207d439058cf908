import type { WatchItem } from "./watch.ts";

interface Chunk {
  readonly items: readonly WatchItem[];
  readonly bytes: Uint8Array;
}

/**
 * The last chunk in each encoding. What it saves: a thousand watchers that are owed the same events get one buffer, made
 * once, instead of a thousand copies.
 */
export class SharedChunks {
  readonly #last = new Map<string, Chunk>();

  /** The bytes of these events; `encode` makes them unless the last ones asked for were the same. */
  chunk(
    encoding: string,
    items: readonly WatchItem[],
    encode: (items: readonly WatchItem[]) => Uint8Array,
  ): Uint8Array {
    const last = this.#last.get(encoding);
    if (last && areSame(last.items, items)) return last.bytes;
    const bytes = encode(items);
    // Long ones are the start of a watch, which hardly any two have in common.
    if (items.length <= ITEMS_MAX) this.#last.set(encoding, { items, bytes });
    return bytes;
  }
}

const ITEMS_MAX = 256;

/** Items are shared between watchers, so that it is enough to compare which ones they are. */
function areSame(a: readonly WatchItem[], b: readonly WatchItem[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

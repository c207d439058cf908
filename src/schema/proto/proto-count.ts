/** Messages inside one another; what is nested deeper counts as more than anybody asks for. */
const DEPTH_MAX = 100;
/** What an encoded object begins with, before its first field. */
const MAGIC_BYTES = 4;

/**
 * Whether an encoded object of whatever type has more fields than so many, those of everything in it together. Text that
 * looks like a message counts as one, so that it may be said of an object with fewer.
 */
export function hasManyFields(bytes: Uint8Array, most: number): boolean {
  const counter = new FieldCounter(bytes, most);
  counter.count(MAGIC_BYTES, bytes.length, 0);
  return counter.left < 0;
}

class FieldCounter {
  readonly #bytes: Uint8Array;
  #at = 0;
  left: number;

  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    this.left = most;
  }

  /** Counts the fields from one place to another, up to the first thing that can't be one. */
  count(start: number, end: number, depth: number): void {
    if (depth > DEPTH_MAX) this.left = -1;
    this.#at = start;
    while (this.#at < end && this.left >= 0) {
      const key = this.#varint(end);
      const wire = key % 8;
      if (key < 8) return;
      if (wire === 0) this.#varint(end);
      else if (wire === 1) this.#at += 8;
      else if (wire === 5) this.#at += 4;
      else if (wire === 2) {
        const next = this.#varint(end) + this.#at;
        if (next > end) return;
        this.count(this.#at, next, depth + 1);
        this.#at = next;
      } else return;
      this.left--;
    }
  }

  /** A number, or one beyond all lengths where there is none. */
  #varint(end: number): number {
    let value = 0;
    for (let factor = 1; this.#at < end; factor *= 128) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
    return Number.POSITIVE_INFINITY;
  }
}

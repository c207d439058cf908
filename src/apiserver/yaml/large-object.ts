import { setOwn } from "../../schema/index.ts";

export type Named = readonly [name: string, value: unknown];

/** So many entries are put in order, or into the object, in one step: a millisecond or two. */
export const STEP_ENTRIES = 4096;

const byName = ([one]: Named, [other]: Named) => (one < other ? -1 : 1);

/** An object of entries in the order of their names. */
export function objectInOrder(entries: Named[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, value] of entries.sort(byName)) setOwn(object, name, value);
  return object;
}

/** The same of more entries than can be put in order at once: sorts parts of them, joins two of those after the other. */
export class LargeObject {
  readonly object: Record<string, unknown> = {};
  readonly #entries: readonly Named[];
  #next = 0;
  readonly #parts: (readonly Named[])[] = [];
  #joining: Joining | undefined;

  constructor(entries: readonly Named[]) {
    this.#entries = entries;
  }

  /** Does one step; says whether it was the last. */
  step(): boolean {
    if (this.#next < this.#entries.length) {
      this.#parts.push(this.#entries.slice(this.#next, this.#next + STEP_ENTRIES).sort(byName));
      this.#next += STEP_ENTRIES;
      return false;
    }
    if (this.#joining || this.#parts.length > 1) {
      this.#joining ??= { one: this.#parts.shift()!, other: this.#parts.shift()!, at: 0, otherAt: 0, joined: [] };
      if (!join(this.#joining)) return false;
      this.#parts.push(this.#joining.joined);
      this.#joining = undefined;
      return false;
    }
    return this.#fill(this.#parts[0] ?? []);
  }

  #filled = 0;

  #fill(sorted: readonly Named[]): boolean {
    const end = Math.min(this.#filled + STEP_ENTRIES, sorted.length);
    for (; this.#filled < end; this.#filled++) setOwn(this.object, ...(sorted[this.#filled] as [string, unknown]));
    return end === sorted.length;
  }
}

interface Joining {
  readonly one: readonly Named[];
  readonly other: readonly Named[];
  at: number;
  otherAt: number;
  readonly joined: Named[];
}

/** Joins two sorted parts further; says whether that is all. */
function join(parts: Joining): boolean {
  const { one, other, joined } = parts;
  for (let left = STEP_ENTRIES; left > 0; left--) {
    const [first, second] = [one[parts.at], other[parts.otherAt]];
    if (!first && !second) return true;
    if (!second || (first && first[0] <= second[0])) {
      joined.push(first!);
      parts.at++;
    } else {
      joined.push(second);
      parts.otherAt++;
    }
  }
  return false;
}

/** How long to leave something alone after it failed: twice as long each time, until it has been quiet for a while. */
export class Backoff {
  readonly #entries = new Map<string, { waitMs: number; sinceMs: number }>();
  readonly #firstMs: number;
  readonly #maxMs: number;

  constructor({ firstMs, maxMs }: { readonly firstMs: number; readonly maxMs: number }) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** Milliseconds still to wait. */
  remainingMs(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    return entry ? Math.max(0, entry.sinceMs + entry.waitMs - nowMs) : 0;
  }

  /** It failed again: the next wait begins. */
  failed(key: string, nowMs: number): void {
    for (const [other, { sinceMs }] of this.#entries)
      if (nowMs - sinceMs > 2 * this.#maxMs) this.#entries.delete(other);
    const entry = this.#entries.get(key);
    const waitMs = entry ? Math.min(entry.waitMs * 2, this.#maxMs) : this.#firstMs;
    this.#entries.set(key, { waitMs, sinceMs: nowMs });
  }
}

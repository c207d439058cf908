/**
 * What one end puts in and the other takes out, in order. `push` answers with a promise once more than the limit waits:
 * the producer's cue to stop until it resolves.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #sizeOf: (item: T) => number;
  readonly #limit: number;
  #size = 0;
  #ended = false;
  #dropped = false;
  #error: unknown;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: Array<() => void> = [];

  constructor(limit: number, sizeOf: (item: T) => number) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  push(item: T): Promise<void> | undefined {
    if (this.#ended || this.#dropped) return undefined;
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    this.#wake();
    if (this.#size <= this.#limit) return undefined;
    return new Promise((resolve) => this.#wakeWriters.push(resolve));
  }

  /** Nothing more comes; what waits is still read. */
  end(): void {
    this.#ended = true;
    this.#wake();
    this.#release();
  }

  /** Nothing more comes; the reader throws after what waits. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#error = error;
    this.end();
  }

  /** Nobody reads any more: what waits and what comes is dropped. */
  drop(): void {
    this.#dropped = true;
    this.#items.length = 0;
    this.#size = 0;
    this.end();
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#size -= this.#sizeOf(item);
        if (this.#size <= this.#limit) this.#release();
        return { done: false, value: item };
      }
      if (this.#ended) {
        if (this.#error !== undefined && !this.#dropped) throw this.#error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => this.next(),
      return: async () => {
        this.drop();
        return { done: true, value: undefined };
      },
    };
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  #release(): void {
    if (this.#wakeWriters.length === 0) return;
    const writers = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of writers) wake();
  }
}

/** Bytes that may wait on one stream before its sender is slowed down. */
const WAITING_BYTES_MAX = 256 * 1024;

export const byteQueue = (): AsyncQueue<Uint8Array> => new AsyncQueue(WAITING_BYTES_MAX, (chunk) => chunk.length);

import { type Clock, sleepOn, type Timer } from "./clock.ts";

interface Entry extends Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Time that moves only when told to. Timers that are due at the same instant fire in the order they were set, and between
 * two timers everything that is runnable runs, so a program on this clock does the same thing each time.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #startMs: number;
  #order = 0;
  #heap: Entry[] = [];
  #waiting: Array<() => void> = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs;
  }

  timer(delayMs: number, run: () => void): Timer {
    const entry: Entry = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order++,
      run,
      cancelled: false,
      cancel() {
        entry.cancelled = true;
      },
    };
    push(this.#heap, entry);
    return entry;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  yield(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The instant of the next live timer, or undefined when nothing is set. */
  nextTimerMs(): number | undefined {
    while (this.#heap[0]?.cancelled) pop(this.#heap);
    return this.#heap[0]?.atMs;
  }

  /** Runs what is runnable until nothing is, without moving time. */
  async drain(): Promise<void> {
    for (;;) {
      // One turn of the real event loop empties the microtask queue; only yields can make more work runnable.
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = this.#waiting;
      if (waiting.length === 0) return;
      this.#waiting = [];
      for (const resume of waiting) resume();
    }
  }

  /** Fires the timers of the next due instant, if that is not later than `limitMs`; says whether there was one. */
  async step(limitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.drain();
    const next = this.nextTimerMs();
    if (next === undefined || next > limitMs) return false;
    this.#nowMs = Math.max(this.#nowMs, next);
    const entry = pop(this.#heap);
    if (entry && !entry.cancelled) entry.run();
    return true;
  }

  /** Moves time forward by `durationMs`, firing every timer on the way. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#nowMs + durationMs;
    while (await this.step(until)) {}
    this.#nowMs = until;
    await this.drain();
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(entry, heap[parent]!)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
  return top;
}

import type { Clock, Random, Timer } from "../base/index.ts";

/**
 * Keys to work on: a key waits at most once, is never worked on twice at the same time (adding it meanwhile queues it
 * again for afterwards), may be added later, and comes back slower each time that work on it fails.
 */
export interface WorkQueue<Key> {
  add(key: Key): void;
  addAfter(key: Key, delayMs: number): void;
  /** Adds it after a delay that doubles with each call until {@link forget}. */
  addRateLimited(key: Key): void;
  /** Work on it succeeded: the next failure waits shortly again. */
  forget(key: Key): void;
  failures(key: Key): number;
  /** The next key to work on; undefined once the queue is closed. Call {@link done} afterwards. */
  next(): Promise<Key | undefined>;
  done(key: Key): void;
  /** Keys that wait now, without those that come later. */
  readonly size: number;
  /** Ends it: waiting calls of next get undefined. */
  close(): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly random?: Random;
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
}

interface Delayed {
  readonly atMs: number;
  readonly timer: Timer;
}

const DEFAULT_BACKOFF = { baseMs: 5, maxMs: 1_000_000 };

/** An empty queue. Keys are compared as Map keys are: use strings. */
export function createQueue<Key>({ clock, backoff = DEFAULT_BACKOFF }: QueueOptions): WorkQueue<Key> {
  const waiting = new Set<Key>();
  const working = new Set<Key>();
  const again = new Set<Key>();
  const delayed = new Map<Key, Delayed>();
  const failed = new Map<Key, number>();
  const takers: Array<(key: Key | undefined) => void> = [];
  let closed = false;

  const queue: WorkQueue<Key> = {
    add(key) {
      if (closed || waiting.has(key)) return;
      if (working.has(key)) {
        again.add(key);
        return;
      }
      waiting.add(key);
      const taker = takers.shift();
      if (taker) taker(take());
    },
    addAfter(key, delayMs) {
      if (closed) return;
      if (delayMs <= 0) return queue.add(key);
      const atMs = clock.monotonicMs() + delayMs;
      const known = delayed.get(key);
      if (known && known.atMs <= atMs) return;
      known?.timer.cancel();
      const fire = () => {
        delayed.delete(key);
        queue.add(key);
      };
      delayed.set(key, { atMs, timer: clock.timer(delayMs, fire) });
    },
    addRateLimited(key) {
      const failures = failed.get(key) ?? 0;
      failed.set(key, failures + 1);
      queue.addAfter(key, Math.min(backoff.baseMs * 2 ** Math.min(failures, 40), backoff.maxMs));
    },
    forget: (key) => void failed.delete(key),
    failures: (key) => failed.get(key) ?? 0,
    next() {
      if (closed) return Promise.resolve(undefined);
      if (waiting.size > 0) return Promise.resolve(take());
      return new Promise((resolve) => takers.push(resolve));
    },
    done(key) {
      working.delete(key);
      if (again.delete(key)) queue.add(key);
    },
    get size() {
      return waiting.size;
    },
    close() {
      closed = true;
      for (const { timer } of delayed.values()) timer.cancel();
      delayed.clear();
      waiting.clear();
      for (const taker of takers.splice(0)) taker(undefined);
    },
  };

  function take(): Key | undefined {
    const first = waiting.values().next();
    if (first.done) return undefined;
    waiting.delete(first.value);
    working.add(first.value);
    return first.value;
  }

  return queue;
}

import { onAbort } from "./aborted.ts";

/** A pending timer. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Instants are milliseconds since the Unix epoch; durations are milliseconds. */
export interface Clock {
  /** Wall-clock instant in ms since the epoch. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never goes back. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`. */
  timer(delayMs: number, run: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when that aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets other work run: long loops call this between slices, so that none stalls the event loop. */
  yield(): Promise<void>;
}

/** A clock on the machine's own time. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    timer(delayMs, run) {
      const handle = setTimeout(run, Math.min(Math.max(delayMs, 0), 0x7fffffff));
      return { cancel: () => clearTimeout(handle) };
    },
    sleep(delayMs, signal) {
      return sleepOn(this, delayMs, signal);
    },
    yield: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** Sleep for any clock that has timers. */
export function sleepOn(clock: Pick<Clock, "timer">, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.timer(delayMs, () => {
      forget?.();
      resolve();
    });
    const forget =
      signal &&
      onAbort(signal, () => {
        timer.cancel();
        reject(signal.reason);
      });
  });
}

/** An instant as Kubernetes writes it: RFC 3339 in UTC with whole seconds. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  // Nearly always the same one as the last time: each write asks several times.
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

let lastSecond = Number.NaN;
let lastText = "";

/** An instant with microseconds, as MicroTime fields are written. */
export function formatMicroTime(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.floor((ms - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micros).padStart(3, "0")}Z`;
}

/** Milliseconds since the epoch of an RFC 3339 string; NaN when it is none. */
export function parseTime(text: string): number {
  return Date.parse(text);
}

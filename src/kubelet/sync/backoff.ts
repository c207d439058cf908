const INITIAL_MS = 10_000;
const MAX_MS = 300_000;

interface Entry {
  readonly delayMs: number;
  readonly updatedMs: number;
}

/** Delays that double with each failure, from 10 s to 5 min, and are forgotten after twice the longest. */
export class Backoff {
  readonly #entries = new Map<string, Entry>();

  /** How long to wait still after a failure at `failedMs`; 0 for not at all. */
  remainingMs(key: string, failedMs: number, now: number): number {
    const entry = this.#entries.get(key);
    if (!entry || isStale(entry, failedMs)) return 0;
    return Math.max(0, failedMs + entry.delayMs - now);
  }

  /** The delay that counts now; 0 for none. */
  delayMs(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0;
  }

  /** Counts one more try after a failure at `failedMs`. */
  next(key: string, failedMs: number, now: number): void {
    const entry = this.#entries.get(key);
    const delayMs = !entry || isStale(entry, failedMs) ? INITIAL_MS : Math.min(entry.delayMs * 2, MAX_MS);
    this.#entries.set(key, { delayMs, updatedMs: now });
  }

  /** Forgets every key that starts with `prefix`. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }
}

function isStale(entry: Entry, failedMs: number): boolean {
  return failedMs - entry.updatedMs > 2 * MAX_MS;
}

/** A duration as Go writes it: 10s, 1m20s, 5m0s, 1.5s. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 1000) return `${ms}ms`;
  const seconds = ms / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  return hours > 0 ? `${hours}h${minutes}m${rest}` : minutes > 0 ? `${minutes}m${rest}` : rest;
}

import type { Clock, Log } from "../../base/index.ts";
import type { Revision, Store } from "../store.ts";

/** Which version this key has says whose turn it is; its value is a revision. The original's servers use it too. */
const KEY = "compact_rev_key";
const encoder = new TextEncoder();

/** What a server knows of the others that compact the same store. */
export interface Turn {
  /** Version of the key that it has seen last. */
  readonly version: number;
  /** The newest revision at that time; 0 before the first turn. */
  readonly revision: Revision;
}

export const FIRST_TURN: Turn = { version: 0, revision: 0 };

/**
 * Forgets what was old at the last turn, if nobody has had a turn since: of several servers the fastest one does it.
 * Everything stays readable for an interval at least.
 */
export async function compactInTurn(store: Store, { version, revision }: Turn): Promise<Turn> {
  const value = encoder.encode(String(revision));
  const result = await store.transact({
    compare: [{ key: KEY, target: "version", operator: "=", value: version }],
    success: [{ type: "put", key: KEY, value }],
    failure: [{ type: "range", start: KEY, end: `${KEY}\0` }],
  });
  if (!result.succeeded) {
    const [found] = result.results;
    const seen = found?.type === "range" ? (found.entries[0]?.version ?? 0) : 0;
    return { version: seen, revision: result.revision };
  }
  if (revision > 0) await store.compact(revision);
  return { version: version + 1, revision: result.revision };
}

/** Compacts now and then, until the signal. */
export async function keepCompacted(
  store: Store,
  {
    clock,
    log,
    intervalMs,
    signal,
  }: { readonly clock: Clock; readonly log: Log; readonly intervalMs: number; readonly signal: AbortSignal },
): Promise<void> {
  let turn = FIRST_TURN;
  while (!signal.aborted) {
    await clock.sleep(intervalMs, signal);
    try {
      turn = await compactInTurn(store, turn);
    } catch (error) {
      log.error("Store not compacted", { error });
    }
  }
}

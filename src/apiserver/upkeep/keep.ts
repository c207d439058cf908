import type { KindDefinition } from "../../api/index.ts";
import { type Clock, type Log, messageOf, onAbort, type Timer } from "../../base/index.ts";
import type { ServerCore } from "../core.ts";

const RETRY_MS = 1_000;

/** What the server keeps true by itself. */
export interface Kept {
  /** In the log, when it could not be looked at. */
  readonly what: string;
  /** Whose changes call for another look. */
  readonly kinds: () => readonly KindDefinition[];
  /**
   * Brings it to where it should be, and may say in how many milliseconds to look again though nothing changes; `again`
   * calls for that at once.
   */
  readonly look: (again: () => void) => Promise<number | void>;
}

export interface KeepOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Looks now, after each change, and soon once more where that failed, as while the store is out of reach; until the signal. */
export async function keep(core: ServerCore, kept: Kept, { clock, log, signal }: KeepOptions): Promise<void> {
  while (!signal.aborted) {
    const kinds = kept.kinds();
    const round = nextChange(core, kinds, signal);
    let timer: Timer | undefined;
    try {
      await Promise.all(kinds.map((kind) => core.registry(kind).cacher.start()));
      const withinMs = await kept.look(round.end);
      if (withinMs !== undefined) timer = clock.timer(withinMs, round.end);
    } catch (error) {
      // Somebody's admission may refuse it for now, or the store be out of reach.
      if (!signal.aborted) log.warn("Looking after something failed", { what: kept.what, error: messageOf(error) });
      timer = clock.timer(RETRY_MS, round.end);
    }
    await round.over;
    timer?.cancel();
  }
}

interface Round {
  /** Resolves when an object of one of the kinds has changed, or somebody ends it. */
  readonly over: Promise<void>;
  readonly end: () => void;
}

function nextChange(core: ServerCore, kinds: readonly KindDefinition[], signal: AbortSignal): Round {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const subscriptions = kinds.map((kind) =>
    core.registry(kind).cacher.subscribe({ events: () => end(), closed: () => end() }, undefined),
  );
  const forget = onAbort(signal, () => end());
  const end = () => {
    for (const { close } of subscriptions) close();
    forget();
    resolve();
  };
  if (signal.aborted) end();
  return { over, end };
}

import type { VirtualClock } from "../base/index.ts";
import type { EventLog, LoggedChange } from "./data/event-log.ts";

export interface SettleOptions {
  /** Nothing may happen for this long. Default a minute. */
  readonly quietMs?: number;
  /** Give up after this long. Default an hour. */
  readonly limitMs?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const NAMED_MAX = 5;

/** Moves time until only leases and heartbeats have changed for a while; throws when that never comes. */
export async function settle(
  clock: VirtualClock,
  log: EventLog,
  { quietMs = MINUTE_MS, limitMs = HOUR_MS }: SettleOptions,
): Promise<void> {
  const startMs = clock.now();
  let seen = log.length;
  let lastMs = startMs;
  const busy = new Map<string, number>();
  for (;;) {
    const moved = await clock.step(Math.min(lastMs + quietMs, startMs + limitMs));
    for (const logged of log.since(seen)) {
      if (isHeartbeat(logged)) continue;
      lastMs = logged.atMs;
      const key = keyOf(logged);
      busy.set(key, (busy.get(key) ?? 0) + 1);
    }
    seen = log.length;
    if (moved) continue;
    const quietUntil = lastMs + quietMs;
    if (quietUntil <= startMs + limitMs) {
      if (clock.now() < quietUntil) await clock.advance(quietUntil - clock.now());
      if (log.since(seen).every(isHeartbeat)) return;
      continue;
    }
    const names = [...busy]
      .sort(([, a], [, b]) => b - a)
      .slice(0, NAMED_MAX)
      .map(([key, count]) => `${key} (${count} changes)`);
    throw new Error(`settle: still busy after ${limitMs / 1000} s: ${names.join(", ")}`);
  }
}

function keyOf({ change }: LoggedChange): string {
  return change.type === "put" ? change.entry.key : change.key;
}

/** Leases, nodes that only say that they are alive, and events that expire. */
function isHeartbeat(logged: LoggedChange): boolean {
  const key = keyOf(logged);
  const { change } = logged;
  if (key.startsWith("/registry/leases/")) return true;
  if (key.startsWith("/registry/events/") && change.type === "delete") return true;
  if (!key.startsWith("/registry/minions/") || change.type !== "put" || !change.previous) return false;
  return withoutTimes(change.entry.value) === withoutTimes(change.previous.value);
}

const decoder = new TextDecoder();

function withoutTimes(value: Uint8Array): string {
  return decoder.decode(value).replace(/"(lastHeartbeatTime|time)":"[^"]*"/g, "");
}

import { isGone } from "../api/index.ts";

/** Where an informer is in its conversation with the server. */
export type WatchState =
  /** About to read everything. `from` says how fresh it must be: "0" any, "" the newest, else not older than that. */
  | { readonly at: "listing"; readonly from: string; readonly failures: number }
  /** Following changes after `revision`. */
  | { readonly at: "watching"; readonly revision: string; readonly failures: number }
  /** Waiting before the next try. */
  | { readonly at: "backingOff"; readonly delayMs: number; readonly next: WatchState & { at: "listing" | "watching" } };

export type WatchInput =
  | { readonly type: "listed"; readonly revision: string }
  | { readonly type: "progressed"; readonly revision: string }
  /** The server ended the watch as it does every few minutes. */
  | { readonly type: "ended" }
  | { readonly type: "failed"; readonly error: unknown }
  | { readonly type: "waited" };

const FIRST_BACKOFF_MS = 800;
const BACKOFF_MAX_MS = 30_000;

export const INITIAL: WatchState = { at: "listing", from: "0", failures: 0 };

/** The next state. Pure: whoever runs it lists, watches and waits as the state says. */
export function step(state: WatchState, input: WatchInput): WatchState {
  switch (input.type) {
    case "listed":
    case "progressed":
      return { at: "watching", revision: input.revision, failures: 0 };
    case "ended":
      return state.at === "watching" ? state : INITIAL;
    case "waited":
      return state.at === "backingOff" ? state.next : state;
    case "failed":
      return afterFailure(state, input.error);
    default:
      return input satisfies never;
  }
}

function afterFailure(state: WatchState, error: unknown): WatchState {
  if (state.at === "backingOff") return state;
  const failures = state.failures + 1;
  const delayMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
  if (!isGone(error)) return { at: "backingOff", delayMs, next: { ...state, failures } };
  // What we know has been compacted away: read everything, as new as there is. At once the first time.
  const next = { at: "listing", from: "", failures } as const;
  return failures === 1 ? next : { at: "backingOff", delayMs, next };
}

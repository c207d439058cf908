import type { Clock } from "../../base/index.ts";
import type { Authenticated } from "../contracts.ts";
import type { TokenReader } from "./bearer.ts";

/** How long a token that was found good counts as good without another look. */
const GOOD_MS = 10_000;
/** Tokens that are remembered. */
const TOKENS_MAX = 4096;

interface Known {
  readonly user: Authenticated;
  readonly untilMs: number;
}

/** Remembers whose a token is for some seconds, as the original does; that one is not good is never remembered. */
export function rememberingTokens(
  read: TokenReader,
  { clock, audiences: own }: { readonly clock: Pick<Clock, "monotonicMs">; readonly audiences: readonly string[] },
): TokenReader {
  const known = new Map<string, Known>();
  return async (token, audiences = own) => {
    const key = [token, ...audiences].join("\n");
    const now = clock.monotonicMs();
    const found = known.get(key);
    if (found && now < found.untilMs) return found.user;
    known.delete(key);
    const user = await read(token, audiences);
    if (!user) return undefined;
    // The oldest goes: entries are in the order in which they end.
    const [oldest] = known.size >= TOKENS_MAX ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    known.set(key, { user, untilMs: now + GOOD_MS });
    return user;
  };
}

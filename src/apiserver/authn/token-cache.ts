import type { Clock } from "../../base/index.ts";
import type { Authenticated } from "../contracts.ts";
import { KeptAnswers } from "../kept-answers.ts";
import type { TokenReader } from "./bearer.ts";

/** How long a token that was found good counts as good without another look. */
const GOOD_MS = 10_000;
/** Tokens that are remembered. */
const TOKENS_MAX = 4096;

/** Remembers whose a token is for some seconds, as the original does; that one is not good is never remembered. */
export function rememberingTokens(
  read: TokenReader,
  { clock, audiences: own }: { readonly clock: Pick<Clock, "monotonicMs">; readonly audiences: readonly string[] },
): TokenReader {
  const known = new KeptAnswers<Authenticated>(clock, TOKENS_MAX);
  return async (token, audiences = own) => {
    const key = [token, ...audiences].join("\n");
    const found = known.get(key);
    if (found) return found;
    const user = await read(token, audiences);
    if (user) known.set(key, user, GOOD_MS);
    return user;
  };
}

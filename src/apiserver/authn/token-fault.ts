import { unauthorized } from "../../api/index.ts";

/** Why a token is not good, as a review of it tells. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/** 401; why is for who reviews the token, not for who brings it. */
export function tokenFault(why: string): Error {
  return Object.assign(unauthorized(), { cause: new TokenError(why) });
}

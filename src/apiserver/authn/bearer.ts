import { unauthorized } from "../../api/index.ts";
import type { ApiRequest } from "../../net/message.ts";
import type { Authenticated, Authenticator } from "../contracts.ts";
import { TokenError, tokenFault } from "./token-fault.ts";

/** Whose token is this? undefined: not one that this reader knows. */
export type TokenReader = (token: string, audiences?: readonly string[]) => Promise<Authenticated | undefined>;

/** What says to who brings a token behind too many spaces that it isn't looked at. */
export const SPACED_TOKEN =
  "the provided Authorization header contains extra space before the bearer token, and is ignored";

/** The scheme of an Authorization header and what follows it, up to the next space. */
function credentials({ authorization = "" }: ApiRequest["headers"]): readonly [scheme: string, token?: string] {
  const [scheme = "", token] = authorization.trim().split(" ");
  return [scheme.toLowerCase(), token];
}

/** Whether a token isn't looked at because of the spaces before it. */
export function isSpacedToken(headers: ApiRequest["headers"]): boolean {
  const [scheme, token] = credentials(headers);
  return scheme === "bearer" && token === "";
}

function headerToken(headers: ApiRequest["headers"]): string | undefined {
  const [scheme, token] = credentials(headers);
  return scheme === "bearer" && token ? token : undefined;
}

/** Browsers can't set headers for a WebSocket, but offer protocols: one that begins so holds a token. */
const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";
const BASE64URL = /^[\w-]*$/;

interface Offered {
  /** Undefined when what was offered is no token; one that is empty is none. */
  readonly token: string | undefined;
}

/** The token among the protocols that a WebSocket is offered; there must be another protocol, which the server can choose. */
function protocolToken({ upgrade }: ApiRequest): Offered | undefined {
  if (upgrade?.protocol !== "websocket") return undefined;
  const tokens = upgrade.subprotocols.filter((one) => one.startsWith(TOKEN_PROTOCOL));
  if (tokens.length === 0) return undefined;
  const encoded = tokens[0]!.slice(TOKEN_PROTOCOL.length);
  if (encoded === "" && tokens.length === 1) return { token: "" };
  const isWhole = BASE64URL.test(encoded) && encoded.length % 4 !== 1;
  if (tokens.length > 1 || tokens.length === upgrade.subprotocols.length || !isWhole) return { token: undefined };
  try {
    const bytes = Buffer.from(encoded, "base64url");
    return { token: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { token: undefined };
  }
}

/** A request as those may see it who don't ask who is calling: the token is for nobody else, and no protocol to choose. */
export function withoutTokenProtocol(request: ApiRequest): ApiRequest {
  const { upgrade, headers } = request;
  if (!upgrade?.subprotocols.some((one) => one.startsWith(TOKEN_PROTOCOL))) return request;
  const subprotocols = upgrade.subprotocols.filter((one) => !one.startsWith(TOKEN_PROTOCOL));
  return {
    ...request,
    // Made when it is asked for, which costs something and no copy does.
    signal: request.signal,
    upgrade: { ...upgrade, subprotocols },
    headers: { ...headers, "sec-websocket-protocol": subprotocols.join(",") },
  };
}

/** Tries the token of a header, then that of a WebSocket's protocols, with several readers; 401 when none knows either. */
export function bearerTokens(readers: readonly TokenReader[]): Authenticator {
  return async (request, audiences) => {
    const inHeader = headerToken(request.headers);
    const offered = protocolToken(request);
    const faults: string[] = [];
    for (const token of [inHeader, offered?.token])
      for (const read of token ? readers : []) {
        const user = await orFault(read(token!, audiences), faults);
        if (user) return user;
      }
    if (inHeader === undefined && (offered === undefined || offered.token === "")) return undefined;
    throw faults.length > 0 ? tokenFault(faults.join(", ")) : unauthorized();
  };
}

/** The user that a reader knows; what it finds wrong with the token is kept, since another one may know it. */
async function orFault(reading: ReturnType<TokenReader>, faults: string[]): ReturnType<TokenReader> {
  try {
    return await reading;
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof TokenError)) throw error;
    faults.push(cause.message);
    return undefined;
  }
}

import { readBody } from "../body.ts";
import type { ApiRequest, ApiResponse, Handler, UserInfo } from "../message.ts";
import { Moved, passableBytes } from "./calls.ts";

/** A request as it is passed to another thread. */
export interface PassedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly address: string;
  readonly identity: UserInfo | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** The answer to one. */
export interface PassedResponse {
  readonly status: number;
  readonly headers: ApiResponse["headers"];
  readonly bytes: Uint8Array | undefined;
}

/** A request with its body as a whole. */
export async function passRequest(request: ApiRequest): Promise<PassedRequest> {
  const { method, path, query, headers, peer, body } = request;
  const bytes = body.type === "none" ? undefined : passableBytes(await readBody(request));
  const { address, identity } = peer;
  return { method, path, query, headers: { ...headers }, address, identity, bytes };
}

/** Answers a request that was passed here: the result is a {@link PassedResponse}. */
export async function answerPassed(
  handle: Handler,
  { bytes, address, identity, ...rest }: PassedRequest,
  signal: AbortSignal,
): Promise<Moved> {
  const body = bytes ? ({ type: "bytes", bytes } as const) : ({ type: "none" } as const);
  const response = await handle({ ...rest, body, peer: { address, ...(identity && { identity }) }, signal });
  const { status, headers } = response;
  if (response.body.type === "none") return new Moved({ status, headers, bytes: undefined }, []);
  // A copy, since what is answered may be kept for others.
  const answered = new Uint8Array(await readBody(response, Number.POSITIVE_INFINITY));
  return new Moved({ status, headers, bytes: answered }, [answered.buffer]);
}

/** An answer that another thread has given. */
export function responsePassed({ status, headers, bytes }: PassedResponse): ApiResponse {
  return { status, headers, body: bytes ? { type: "bytes", bytes } : { type: "none" } };
}

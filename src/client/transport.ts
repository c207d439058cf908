import { type Clock, realClock } from "../base/index.ts";
import { acceptingBytes, type ApiRequest, createHttpClient, type Handler, type UserInfo } from "../net/index.ts";

/** Calls a server in this process as `identity`: objects pass without encoding, and belong to all. */
export function directTransport(handle: Handler, identity: UserInfo): Handler {
  const peer = { address: "", identity };
  return (request) => handle({ ...request, peer });
}

/** The same for callers who may change what they get: it is read from bytes, and so their own. */
export function copyingTransport(handle: Handler, identity: UserInfo): Handler {
  const call = directTransport(handle, identity);
  return (request) => call({ ...request, headers: forBytes(request.headers) });
}

function forBytes(headers: ApiRequest["headers"]): ApiRequest["headers"] {
  return { ...headers, accept: acceptingBytes(headers.accept ?? "application/json") };
}

/** Where a server is and how to prove oneself to it; certificates and keys are PEM. */
export interface ConnectionOptions {
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** A bearer token, or where to get the current one. */
  readonly token?: string | (() => string | Promise<string>);
  readonly serverName?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** A handler whose connections end with `close`. */
export type HttpsTransport = Handler & { close(): void };

/** Calls a server over HTTP(S). */
export function httpsTransport(options: ConnectionOptions & { readonly clock?: Clock }): HttpsTransport {
  const { server, token, clock = realClock(), ca, cert, key, serverName, insecureSkipTlsVerify } = options;
  const http = createHttpClient({
    server,
    clock,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(serverName !== undefined && { serverName }),
      ...(insecureSkipTlsVerify !== undefined && { insecureSkipTlsVerify }),
    },
    ...(token !== undefined && { token }),
  });
  return Object.assign((request: ApiRequest) => http.handle(forTheWire(request)), { close: () => http.close() });
}

/** Objects stay in the process: what travels is JSON. */
export function forTheWire(request: ApiRequest): ApiRequest {
  // A request off a socket makes its signal when it is asked for it: a copy has none by itself.
  const sent = { ...request, headers: forBytes(request.headers), signal: request.signal };
  if (request.body.type !== "object") return sent;
  const bytes = new TextEncoder().encode(JSON.stringify(request.body.value));
  return { ...sent, body: { type: "bytes", bytes } };
}

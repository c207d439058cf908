import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Clock } from "../../base/index.ts";
import { SocketBody } from "../body.ts";
import { NetError } from "../errors.ts";
import type { ApiRequest, ApiResponse } from "../message.ts";
import { http, https } from "./node-http.ts";
import { pump, writableSink } from "./pump.ts";
import { endToEndHeaders, pathOf, type Target, tlsOptions, type SentHeaders } from "./target.ts";

const IDLE_SOCKETS_MAX = 16;

/** HTTP/1.1 with kept-alive connections. */
export class Http1Pool {
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #clock: Clock;
  readonly #connectTimeoutMs: number;

  constructor(target: Target, clock: Clock, connectTimeoutMs: number) {
    this.#target = target;
    this.#clock = clock;
    this.#connectTimeoutMs = connectTimeoutMs;
    const options = { keepAlive: true, maxFreeSockets: IDLE_SOCKETS_MAX };
    this.#agent = target.isSecure ? new https.Agent({ ...options, ...tlsOptions(target) }) : new http.Agent(options);
  }

  request(request: ApiRequest, headers: SentHeaders): Promise<ApiResponse> {
    const { body } = request;
    const own = endToEndHeaders(headers);
    if (body.type === "bytes") own["content-length"] = String(body.bytes.length);
    const out = startRequest(this.#target, request, { headers: own, agent: this.#agent });
    this.#limitConnecting(out);
    if (body.type === "stream")
      void pump(body, writableSink(out)).then(
        () => out.end(),
        (error) => out.destroy(error),
      );
    else out.end(body.type === "bytes" ? body.bytes : undefined);
    return new Promise((resolve, reject) => {
      failWith(out, request, (error) => {
        if (out.reusedSocket && error instanceof NetError && error.code === "connectionLost") lostIdle.add(error);
        reject(error);
      });
      out.once("response", (incoming) => resolve(responseOfHttp1(incoming)));
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The system's own limit for connecting is minutes. */
  #limitConnecting(out: ClientRequest): void {
    const limitMs = this.#connectTimeoutMs;
    out.once("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = this.#clock.timer(limitMs, () => out.destroy(new Error(`no connection within ${limitMs} ms`)));
      const settle = () => timer.cancel();
      socket.once("connect", settle).once("close", settle);
    });
  }
}

const lostIdle = new WeakSet<Error>();

/** Whether a request met a connection that the server had ended meanwhile, as when it was started again. */
export function wasIdleConnection(error: unknown): boolean {
  return error instanceof Error && lostIdle.has(error);
}

/** Starts an HTTP/1.1 request; the caller sends the body. */
export function startRequest(
  target: Target,
  request: ApiRequest,
  options: { readonly headers: SentHeaders; readonly agent: Agent | false },
): ClientRequest {
  const common = {
    host: target.host,
    port: target.port,
    method: request.method,
    path: pathOf(target, request),
    headers: { ...options.headers, host: String(options.headers.host ?? target.authority) },
    agent: options.agent,
  };
  return target.isSecure ? https.request({ ...common, ...tlsOptions(target) }) : http.request(common);
}

/** Rejects when the request fails or is aborted before its answer; an abort afterwards breaks the body. */
export function failWith(out: ClientRequest, { signal }: ApiRequest, reject: (error: unknown) => void): void {
  const onAbort = () => {
    reject(signal.reason);
    out.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  };
  out.on("error", (cause) => reject(requestFailed(cause)));
  out.once("close", () => signal.removeEventListener("abort", onAbort));
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
}

export function requestFailed(cause: Error): NetError {
  const { code = "" } = cause as { code?: string };
  const isLost = code === "ECONNRESET" || code === "EPIPE";
  return new NetError(isLost ? "connectionLost" : "connectFailed", `send request: ${cause.message}`, { cause });
}

export function responseOfHttp1(incoming: IncomingMessage): ApiResponse {
  const headers: Record<string, string | string[]> = {};
  for (const name in incoming.headers) headers[name] = incoming.headers[name] as string | string[];
  return {
    status: incoming.statusCode ?? 0,
    headers,
    body: {
      type: "stream",
      chunks: new SocketBody(incoming, { contentLength: incoming.headers["content-length"], side: "client" }),
    },
  };
}

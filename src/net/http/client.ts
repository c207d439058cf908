import { connect as connectSocket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Clock } from "../../base/index.ts";
import { NetError } from "../errors.ts";
import type { ApiRequest, ApiResponse, Handler } from "../message.ts";
import { requestUpgrade } from "../upgrade/connect.ts";
import { requestTunnel } from "../upgrade/tunnel.ts";
import { Http1Pool, wasIdleConnection } from "./client-http1.ts";
import { Http2Connection, wasNotProcessed } from "./client-http2.ts";
import { type ClientTls, type SentHeaders, type Target, targetOf, tlsOptions } from "./target.ts";

const CONNECT_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 32;
const ATTEMPTS_MAX = 3;
/** May be sent again when nobody knows whether they were heard. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export interface HttpClientOptions {
  /** "https://host:port", with a path prefix if there is one. */
  readonly server: string;
  readonly tls?: ClientTls;
  /** A bearer token, or where to get the current one before each request. */
  readonly token?: string | (() => string | Promise<string>);
  readonly clock: Clock;
  readonly connectTimeoutMs?: number;
  /** "auto" (the default) lets TLS choose between HTTP/2 and HTTP/1.1. */
  readonly protocol?: "auto" | "http1";
  /** What upgrades become: streams that this end knows (the default), or a tunnel for whatever the two ends speak. */
  readonly upgrades?: "streams" | "tunnel";
}

/** A server far away as a handler. */
export interface HttpClient {
  readonly handle: Handler;
  /** Ends all connections and what runs on them. */
  close(): void;
}

/**
 * Sends requests to a server: HTTP/2 where TLS agrees on it (watches share a connection), else kept-alive HTTP/1.1.
 * Upgrades get a connection of their own. Bodies of type object don't travel.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const connections = new Connections(options);
  return { handle: (request) => connections.handle(request), close: () => connections.close() };
}

class Connections {
  readonly #options: HttpClientOptions;
  readonly #target: Target;
  readonly #http1: Http1Pool;
  #http2: Http2Connection[] = [];
  #connecting: Promise<void> | undefined;
  #speaks: "unknown" | "http1" | "http2";
  #isClosed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#target = targetOf(options.server, options.tls);
    this.#http1 = new Http1Pool(this.#target, options.clock, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    this.#speaks = this.#target.isSecure && options.protocol !== "http1" ? "unknown" : "http1";
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    request.signal.throwIfAborted();
    const headers = await this.#headersOf(request);
    if (request.upgrade) {
      const upgrade = this.#options.upgrades === "tunnel" ? requestTunnel : requestUpgrade;
      return upgrade(this.#target, request, headers);
    }
    if (request.body.type === "object")
      throw new NetError("unsupported", "send request: an object can't leave the process, want bytes");
    for (let attempt = 1; ; attempt++) {
      try {
        const connection = await this.#connection(request.signal);
        return await (connection ?? this.#http1).request(request, headers);
      } catch (error) {
        const isReplayable = request.body.type !== "stream" && !request.signal.aborted && !this.#isClosed;
        const isUnheard = wasNotProcessed(error) || (SAFE.has(request.method) && wasIdleConnection(error));
        if (attempt >= ATTEMPTS_MAX || !isReplayable || !isUnheard) throw error;
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#http2) connection.close();
    this.#http1.close();
  }

  async #headersOf({ headers, repeatedHeaders }: ApiRequest): Promise<SentHeaders> {
    const { token } = this.#options;
    const all = repeatedHeaders ? { ...headers, ...repeatedHeaders } : headers;
    if (token === undefined || headers.authorization !== undefined) return all;
    return { ...all, authorization: `Bearer ${typeof token === "string" ? token : await token()}` };
  }

  /** A connection with room; undefined when the server speaks HTTP/1.1. */
  async #connection(signal: AbortSignal): Promise<Http2Connection | undefined> {
    for (;;) {
      if (this.#isClosed) throw new NetError("connectionLost", "send request: the client is closed");
      if (this.#speaks === "http1") return undefined;
      const free = this.#http2.find(({ hasRoom }) => hasRoom);
      if (free) return free;
      this.#http2 = this.#http2.filter(({ isUsable }) => isUsable);
      if (this.#http2.length >= CONNECTIONS_MAX)
        throw new NetError("connectFailed", `send request: ${CONNECTIONS_MAX} connections are all in use`);
      this.#connecting ??= this.#connect().finally(() => {
        this.#connecting = undefined;
      });
      await abortable(this.#connecting, signal);
    }
  }

  async #connect(): Promise<void> {
    const socket = await openTls(this.#target, this.#options);
    if (this.#isClosed) {
      socket.destroy();
    } else if (socket.alpnProtocol === "h2") {
      this.#speaks = "http2";
      this.#http2.push(new Http2Connection(socket, this.#target, this.#options.clock));
    } else {
      // The pool makes its own connections; a server that has no HTTP/2 now won't have it later.
      this.#speaks = "http1";
      socket.destroy();
    }
  }
}

function openTls(
  target: Target,
  { clock, connectTimeoutMs = CONNECT_TIMEOUT_MS }: HttpClientOptions,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const plain = connectSocket({ host: target.host, port: target.port, noDelay: true, keepAlive: true });
    // The system's own limit for connecting is minutes.
    const timer = clock.timer(connectTimeoutMs, () => {
      reject(new NetError("timeout", `connect to ${target.authority}: no connection within ${connectTimeoutMs} ms`));
      plain.destroy();
    });
    const fail = (cause: Error) => {
      timer.cancel();
      reject(new NetError("connectFailed", `connect to ${target.authority}: ${cause.message}`, { cause }));
      plain.destroy();
    };
    plain.once("error", fail);
    const options = { socket: plain, host: target.host, ALPNProtocols: ["h2", "http/1.1"], ...tlsOptions(target) };
    const secure = connectTls(options, () => {
      timer.cancel();
      secure.off("error", fail).on("error", () => {});
      resolve(secure);
    });
    secure.once("error", fail);
  });
}

function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** A request with everything that has a sensible default filled in. */
export function makeRequest(
  parts: Partial<ApiRequest> & { readonly path: string; readonly signal?: AbortSignal },
): ApiRequest {
  return {
    method: "GET",
    query: "",
    headers: {},
    body: { type: "none" },
    peer: { address: "" },
    signal: NEVER,
    ...parts,
  };
}

const NEVER = new AbortController().signal;

import { Buffer } from "node:buffer";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { Clock, Log } from "../../base/index.ts";
import { SocketBody } from "../body.ts";
import { NetError } from "../errors.ts";
import type { ApiResponse, Handler, Peer, RequestBody } from "../message.ts";
import { offerOf, serveUpgrade } from "../upgrade/serve.ts";
import { serveTunnel } from "../upgrade/tunnel.ts";
import { http } from "./node-http.ts";
import { refuseHttp1, refusePlain, refuseTwoHosts } from "./refuse.ts";
import { SocketRequest } from "./request.ts";
import { respondHttp1, respondHttp2 } from "./respond.ts";

/** A certificate chain with its key, both PEM. */
export interface ServingCertificate {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
}

export interface ServerTls extends ServingCertificate {
  /** Authorities of client certificates (PEM). Clients are asked for one; those without, or with another's, may come in. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Other certificates by the name that the client asks for ("a.example" or "*.example"). */
  readonly sni?: Readonly<Record<string, ServingCertificate>>;
}

export interface ServerLimits {
  readonly headerBytesMax: number;
  readonly streamsPerConnectionMax: number;
  /** A request's headers and body must arrive within this. */
  readonly requestTimeoutMs: number;
  readonly idleConnectionMs: number;
}

const DEFAULT_LIMITS: ServerLimits = {
  headerBytesMax: 1024 * 1024,
  streamsPerConnectionMax: 100,
  requestTimeoutMs: 300_000,
  idleConnectionMs: 120_000,
};
const HEADER_PAIRS_MAX = 256;
const KEEP_ALIVE_MS = 30_000;
/** How long the last answers may take to leave when the server closes. */
const FLUSH_MS = 100;
const STREAM_WINDOW_BYTES = 256 * 1024;
/** What may wait in one connection: as many streams as there may be, each with a piece to send and a window to read. */
const SESSION_MEGABYTES_MIN = 64;
const SESSION_MEGABYTES_PER_STREAM = 0.64;
const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;
/** Cancelled streams: so many at once, then so many a second, until the connection is ended (CVE-2023-44487). */
const RESET_BURST = 1000;
const RESETS_PER_SECOND = 33;
/** How often a client may change its settings; each time costs an answer, which waits in memory while it doesn't read. */
const SETTINGS_MAX = 1000;

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Without it the server speaks plain HTTP/1.1. */
  readonly tls?: ServerTls;
  readonly handler: Handler;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits?: Partial<ServerLimits>;
}

/** A server that listens. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Serves other certificates from now on; connections that exist keep theirs. */
  setTls(tls: ServerTls): void;
  /** Takes nothing new, ends watches, lets the rest finish for `graceMs`, then cuts. */
  close(graceMs: number): Promise<void>;
}

/** Serves a handler on a socket: HTTP/2 and HTTP/1.1 on one port with TLS, HTTP/1.1 without. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const adapter = new ServerAdapter(options);
  await adapter.listen();
  return adapter;
}

class ServerAdapter implements Listener {
  readonly #options: ListenOptions;
  readonly #limits: ServerLimits;
  readonly #turn: () => Promise<void>;
  readonly #server: Server | Http2SecureServer;
  readonly #sessions = new Set<Http2Session>();
  readonly #sockets = new Set<Socket>();
  readonly #longRunning = new Set<SocketRequest>();
  readonly #connections = new WeakMap<object, Connection>();
  /** Of HTTP/1: the answer that is under way on a socket. */
  readonly #answers = new WeakMap<object, ServerResponse>();
  #sniContexts: ReadonlyMap<string, SecureContext>;
  #inFlight = 0;
  #onIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#limits = limits;
    this.#turn = () => options.clock.yield();
    this.#sniContexts = sniContexts(options.tls);
    this.#server = options.tls
      ? secureServer(options.tls, limits, (name) => contextFor(this.#sniContexts, name))
      : plainServer(limits);
    this.#attach();
  }

  get address(): string {
    return (this.#server.address() as AddressInfo).address;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#options.log.warn("Listener failed", { error }));
        resolve();
      });
    });
  }

  setTls(tls: ServerTls): void {
    if (!("setSecureContext" in this.#server))
      throw new NetError("unsupported", "set certificate: the server speaks plain HTTP");
    this.#server.setSecureContext(contextOptions(tls));
    this.#sniContexts = sniContexts(tls);
  }

  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  #attach(): void {
    const server = this.#server;
    server.on("connection", (socket: Socket) => this.#track(socket));
    server.on("secureConnection", (socket: Socket) => this.#track(socket));
    if ("setSecureContext" in server) {
      const secure = server as Http2SecureServer;
      // With a "request" listener the server would also build its slower request objects for HTTP/2.
      secure.removeAllListeners("newListener");
      secure.on("session", (session) => this.#trackSession(session));
      secure.on("stream", (stream, headers, flags) => this.#onStream(stream as ServerHttp2Stream, headers, flags));
      secure.on("sessionError", (error) => this.#options.log.debug("HTTP/2 connection failed", { error }));
      secure.on("tlsClientError", (error, socket) => refusePlain(socket, error));
    }
    const http1 = server as Server;
    http1.on("request", (incoming, out) => this.#onRequest(incoming, out));
    http1.on("clientError", (error, socket) => this.#onClientError(error, socket));
    http1.on("upgrade", (incoming, socket, head) => this.#onUpgrade(incoming, socket, head));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // A client that vanished without a word would hold its watches for ever.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #trackSession(session: Http2Session): void {
    this.#sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.setTimeout(this.#limits.idleConnectionMs, () => {
      // An open watch may be silent for long.
      if (!this.#connections.get(session)?.requests) session.close();
    });
    session.once("close", () => this.#sessions.delete(session));
    let settings = 0;
    session.on("remoteSettings", () => {
      if (++settings > SETTINGS_MAX) session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  }

  #connectionOf(key: object, socket: NodeDuplex): Connection {
    let connection = this.#connections.get(key);
    if (!connection) this.#connections.set(key, (connection = { peer: peerOf(socket), requests: 0 }));
    return connection;
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number): void {
    stream.on("error", ignore);
    const session = stream.session;
    if (!session) return;
    const own: Record<string, string> = {};
    let headerBytes = 0;
    for (const name in headers) {
      const value = String(headers[name]);
      headerBytes += name.length + value.length;
      if (name.charCodeAt(0) !== 58) own[name] = value; // Not ":", a pseudo-header.
    }
    // The limit in the settings is advice; a client may send more.
    if (headerBytes > this.#limits.headerBytesMax) {
      stream.respond({ ":status": 431, "content-type": "text/html; charset=utf-8" });
      stream.end("<h1>HTTP Error 431</h1><p>Request Header Field(s) Too Large</p>");
      return;
    }
    own.host ??= headers[":authority"] ?? "";
    const method = headers[":method"] ?? "";
    const bodiless = (flags & 1) !== 0;
    const contentLength = headers["content-length"];
    const chunks = bodiless
      ? undefined
      : new SocketBody(stream, { contentLength, side: "serverStream", turn: this.#turn });
    const body: RequestBody = chunks ? { type: "stream", chunks } : NO_BODY;
    if (!bodiless && own.expect === "100-continue") stream.additionalHeaders({ ":status": 100 });
    const connection = this.#connectionOf(session, session.socket);
    const request = new SocketRequest({
      method,
      target: headers[":path"] ?? "",
      headers: own,
      body,
      peer: connection.peer,
      watchClient: (gone) => (stream.closed || stream.destroyed ? gone() : stream.once("close", gone)),
    });
    connection.requests++;
    void this.#serve(request, (response) => respondHttp2(stream, { method, response, unread: chunks }))
      .catch((error) => {
        this.#options.log.error("Request failed", { method, path: request.path, error });
        if (stream.destroyed) return;
        // Not close(): that would say first that the body is complete.
        if (stream.headersSent)
          stream.destroy(new NetError("aborted", "write body: its source failed", { cause: error }));
        else stream.respond({ ":status": 500 }, { endStream: true });
      })
      .finally(() => connection.requests--);
  }

  #onRequest(incoming: IncomingMessage, out: ServerResponse): void {
    const method = incoming.method ?? "";
    if ((incoming.headersDistinct.host?.length ?? 0) > 1) return refuseTwoHosts(out);
    const request = this.#http1Request(incoming, (gone) => (out.destroyed ? gone() : out.once("close", gone)));
    if (this.#closing) out.shouldKeepAlive = false;
    const { socket } = incoming;
    this.#answers.set(socket, out);
    out.once("close", () => this.#answers.delete(socket));
    void this.#serve(request, (response) => respondHttp1(out, method, response)).catch((error) =>
      this.#failHttp1(request, out, error),
    );
  }

  #onClientError(error: Error, socket: NodeDuplex): void {
    // What a refused client goes on sending is an error again, each time.
    if (socket.writableEnded) return;
    // In the middle of an answer nothing else can be said.
    if (this.#answers.get(socket)?.headersSent) socket.destroy();
    else refuseHttp1(socket, error, this.#options.clock);
  }

  #failHttp1(request: SocketRequest, out: ServerResponse, error: unknown): void {
    this.#options.log.error("Request failed", { method: request.method, path: request.path, error });
    if (out.headersSent) out.destroy();
    else out.writeHead(500, { "content-length": 0 }).end();
  }

  #http1Request(
    incoming: IncomingMessage,
    watchClient: (gone: () => void) => void,
    upgrade?: SocketRequest["upgrade"],
  ): SocketRequest {
    const { headers } = incoming;
    const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
    return new SocketRequest({
      method: incoming.method ?? "",
      target: originForm(incoming.url ?? ""),
      headers: headers as Record<string, string>,
      body:
        hasBody && !upgrade
          ? {
              type: "stream",
              chunks: new SocketBody(incoming, { contentLength: headers["content-length"], side: "server" }),
            }
          : NO_BODY,
      peer: this.#connectionOf(incoming.socket, incoming.socket).peer,
      watchClient,
      ...(upgrade && { upgrade }),
    });
  }

  #onUpgrade(incoming: IncomingMessage, socket: NodeDuplex, head: Buffer): void {
    const offer = offerOf(incoming.headers as Record<string, string>);
    // A protocol that we don't speak: the request is answered as if it hadn't asked.
    const request = this.#http1Request(
      incoming,
      (gone) => (socket.destroyed ? gone() : socket.once("close", gone)),
      offer,
    );
    const answer = (response: ApiResponse) => {
      const { body } = response;
      if (body.type === "upgrade" && offer) return serveUpgrade({ incoming, socket, head, offer, response, body });
      if (body.type === "tunnel") return serveTunnel({ socket, head, response, pipe: body.pipe });
      return this.#refuseUpgrade(incoming, socket, response);
    };
    void this.#serve(request, answer).catch((error) => {
      this.#options.log.error("Upgraded request failed", { method: request.method, path: request.path, error });
      socket.destroy();
    });
  }

  async #refuseUpgrade(incoming: IncomingMessage, socket: NodeDuplex, response: ApiResponse): Promise<void> {
    const out = new http.ServerResponse(incoming);
    out.shouldKeepAlive = false;
    out.assignSocket(socket as Socket);
    out.once("finish", () => {
      out.detachSocket(socket as Socket);
      socket.end();
    });
    await respondHttp1(out, incoming.method ?? "", response);
  }

  async #serve(request: SocketRequest, answer: (response: ApiResponse) => Promise<void>): Promise<void> {
    this.#inFlight++;
    try {
      const response = request.path.startsWith("/") ? await this.#options.handler(request) : BAD_REQUEST;
      if (response.body.type === "stream" && request.isLongRunning) await this.#serveLong(request, response, answer);
      else await answer(response);
    } finally {
      if (--this.#inFlight === 0) this.#onIdle?.();
    }
  }

  async #serveLong(
    request: SocketRequest,
    response: ApiResponse,
    answer: (response: ApiResponse) => Promise<void>,
  ): Promise<void> {
    if (this.#closing) request.abort();
    this.#longRunning.add(request);
    try {
      await answer(response);
    } finally {
      this.#longRunning.delete(request);
    }
  }

  async #close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const request of this.#longRunning) request.abort();
    for (const session of this.#sessions) session.close();
    if ("closeIdleConnections" in this.#server) this.#server.closeIdleConnections();
    const cut = () => {
      for (const session of this.#sessions) session.destroy();
      for (const socket of this.#sockets) socket.destroy();
    };
    const { promise: idleOrLate, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    if (this.#inFlight === 0) resolve();
    const timer = this.#options.clock.timer(graceMs, () => {
      cut();
      resolve();
    });
    await idleOrLate;
    if ("closeIdleConnections" in this.#server) this.#server.closeIdleConnections();
    // The last answers are on their way: sessions close by themselves, kept-alive sockets once they are flushed.
    timer.cancel();
    const flushing = this.#options.clock.timer(Math.min(graceMs, FLUSH_MS), cut);
    await closed;
    flushing.cancel();
  }
}

/** What is known of one connection. */
interface Connection {
  readonly peer: Peer;
  /** Unanswered ones (HTTP/2 only). */
  requests: number;
}

const NO_BODY: RequestBody = { type: "none" };
const BAD_REQUEST: ApiResponse = { status: 400, headers: {}, body: { type: "none" } };

function ignore(): void {}

/** Proxies' absolute form ("GET http://host/path") counts as its path. */
function originForm(target: string): string {
  return target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*(?=[/?]|$)/i, "") || "/";
}

function peerOf(socket: NodeDuplex): Peer {
  const address = ((socket as Socket).remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  const secure = socket as TLSSocket;
  if (!secure.encrypted || !secure.authorized) return { address };
  const certificate = secure.getPeerCertificate()?.raw;
  return certificate ? { address, certificate } : { address };
}

function plainServer(limits: ServerLimits): Server {
  return http.createServer({
    maxHeaderSize: limits.headerBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleConnectionMs,
    shouldUpgradeCallback,
  } as Parameters<typeof http.createServer>[0] & object);
}

/** Only protocols that this server speaks are offered to the handler as upgrades. */
function shouldUpgradeCallback(incoming: IncomingMessage): boolean {
  return offerOf(incoming.headers as Record<string, string>) !== undefined;
}

function secureServer(
  tls: ServerTls,
  limits: ServerLimits,
  contextFor: (name: string) => SecureContext | undefined,
): Http2SecureServer {
  const http1 = {
    allowHTTP1: true,
    maxHeaderSize: limits.headerBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleConnectionMs,
    shouldUpgradeCallback,
  };
  return createSecureServer({
    ...contextOptions(tls),
    ...http1,
    requestCert: tls.ca !== undefined,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    SNICallback: (name: string, give: (error: Error | null, context?: SecureContext) => void) =>
      give(null, contextFor(name)),
    maxHeaderListPairs: HEADER_PAIRS_MAX,
    settings: {
      maxConcurrentStreams: limits.streamsPerConnectionMax,
      maxHeaderListSize: limits.headerBytesMax,
      initialWindowSize: STREAM_WINDOW_BYTES,
      enablePush: false,
    },
    maxSessionMemory: Math.max(
      SESSION_MEGABYTES_MIN,
      Math.ceil(limits.streamsPerConnectionMax * SESSION_MEGABYTES_PER_STREAM),
    ),
    streamResetBurst: RESET_BURST,
    streamResetRate: RESETS_PER_SECOND,
  } as Parameters<typeof createSecureServer>[0] & object);
}

function contextOptions({ cert, key, ca }: ServerTls) {
  const bytes = (value: string | Uint8Array) => (typeof value === "string" ? value : Buffer.from(value));
  const list = ca === undefined ? undefined : typeof ca === "string" || ca instanceof Uint8Array ? [ca] : ca;
  return { cert: bytes(cert), key: bytes(key), ...(list && { ca: list.map(bytes) }) };
}

function sniContexts(tls: ServerTls | undefined): ReadonlyMap<string, SecureContext> {
  const entries = Object.entries(tls?.sni ?? {});
  return new Map(entries.map(([name, pair]) => [name.toLowerCase(), createSecureContext(contextOptions(pair))]));
}

function contextFor(contexts: ReadonlyMap<string, SecureContext>, name: string): SecureContext | undefined {
  const lower = name.toLowerCase();
  return contexts.get(lower) ?? contexts.get(`*${lower.slice(lower.indexOf("."))}`);
}

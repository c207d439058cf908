import { Buffer } from "node:buffer";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { Clock, Log } from "../../base/index.ts";
import { SocketBody } from "../body.ts";
import { NetError } from "../errors.ts";
import { type ConnectionLimits, ServerConnection } from "../http2/connection.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { ServerStream } from "../http2/stream.ts";
import type { ApiResponse, Handler, Peer, RequestBody } from "../message.ts";
import { offerOf, serveUpgrade } from "../upgrade/serve.ts";
import { serveTunnel } from "../upgrade/tunnel.ts";
import { http, https } from "./node-http.ts";
import { refuseHttp1, refusePlain, refuseTwoHosts } from "./refuse.ts";
import { SocketRequest } from "./request.ts";
import { respondHttp1, respondHttp2 } from "./respond.ts";
import { StreamBody } from "./stream-body.ts";

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
const KEEP_ALIVE_MS = 30_000;
/** How long the last answers may take to leave when the server closes. */
const FLUSH_MS = 100;
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

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
  readonly #server: Server | HttpsServer;
  readonly #http2Limits: ConnectionLimits;
  readonly #http2Connections = new Set<ServerConnection>();
  readonly #sockets = new Set<Socket>();
  readonly #longRunning = new Set<SocketRequest>();
  readonly #peers = new WeakMap<object, Peer>();
  /** Of HTTP/1: the answer that is under way on a socket. */
  readonly #answers = new WeakMap<object, ServerResponse>();
  #sniContexts: ReadonlyMap<string, SecureContext>;
  #dated = { second: Number.NaN, text: "" };
  #inFlight = 0;
  #onIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#limits = limits;
    this.#http2Limits = {
      streamsMax: limits.streamsPerConnectionMax,
      headerListBytesMax: limits.headerBytesMax,
      streamWindowBytes: STREAM_WINDOW_BYTES,
      connectionWindowBytes: CONNECTION_WINDOW_BYTES,
    };
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
    if (!isHttps(this.#server)) throw new NetError("unsupported", "set certificate: the server speaks plain HTTP");
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
    if (isHttps(server)) {
      const [http1] = server.listeners("secureConnection") as [(socket: TLSSocket) => void];
      server.removeAllListeners("secureConnection");
      server.on("secureConnection", (socket) => {
        this.#track(socket);
        if (socket.alpnProtocol === "h2") this.#speakHttp2(socket);
        else {
          http1.call(server, socket);
          readAsStream(socket);
        }
      });
      server.on("tlsClientError", (error, socket) => refusePlain(socket, error));
    }
    server.on("request", (incoming, out) => this.#onRequest(incoming, out));
    server.on("clientError", (error, socket) => this.#onClientError(error, socket));
    server.on("upgrade", (incoming, socket, head) => this.#onUpgrade(incoming, socket, head));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // A client that vanished without a word would hold its watches for ever.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #speakHttp2(socket: TLSSocket): void {
    const peer = peerOf(socket);
    const connection = new ServerConnection(socket, {
      clock: this.#options.clock,
      limits: this.#http2Limits,
      onRequest: (stream) => this.#onStream(stream, peer),
      onFault: (error) => this.#options.log.error("Connection failed", { error }),
    });
    this.#http2Connections.add(connection);
    socket.once("close", () => this.#http2Connections.delete(connection));
    // An open watch may be silent for long.
    socket.setTimeout(this.#limits.idleConnectionMs);
    // Each time: given to setTimeout it would be called once.
    socket.on("timeout", () => connection.endIfSilent());
    if (this.#closing) connection.close();
  }

  #onStream(stream: ServerStream, peer: Peer): void {
    const { headers } = stream;
    const method = stream.header(":method")!;
    const chunks = stream.isRequestWhole ? undefined : new StreamBody(stream);
    if (chunks) this.#limitRequest(stream);
    if (chunks && headers.expect === "100-continue") stream.inform(CONTINUE);
    const request = new SocketRequest({
      method,
      target: stream.header(":path")!,
      headers,
      linesOf: (name) => stream.lines(name),
      body: chunks ? { type: "stream", chunks } : NO_BODY,
      peer,
      watchClient: (gone) => (stream.isClosed ? gone() : void stream.onClosed(gone)),
    });
    void this.#serve(request, (response) =>
      respondHttp2(stream, { method, response, unread: chunks, date: this.#date() }),
    ).catch((error) => {
      this.#options.log.error("Request failed", { method, path: request.path, error });
      if (stream.hasResponded) stream.reset("internal");
      else stream.respondWhole(INTERNAL_ERROR);
    });
  }

  #limitRequest(stream: ServerStream): void {
    const timer = this.#options.clock.timer(this.#limits.requestTimeoutMs, () => {
      if (!stream.isRequestWhole) stream.reset("cancel");
    });
    stream.onClosed(() => timer.cancel());
  }

  /** Written anew once a second. */
  #date(): string {
    const second = Math.floor(this.#options.clock.now() / 1000);
    if (second !== this.#dated.second) this.#dated = { second, text: new Date(second * 1000).toUTCString() };
    return this.#dated.text;
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
      linesOf: (name) => incoming.headersDistinct[name] ?? [],
      body:
        hasBody && !upgrade
          ? {
              type: "stream",
              chunks: new SocketBody(incoming, { contentLength: headers["content-length"], side: "server" }),
            }
          : NO_BODY,
      peer: this.#peerOf(incoming.socket),
      watchClient,
      ...(upgrade && { upgrade }),
    });
  }

  #peerOf(socket: Socket): Peer {
    let peer = this.#peers.get(socket);
    if (!peer) this.#peers.set(socket, (peer = peerOf(socket)));
    return peer;
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
    for (const connection of this.#http2Connections) connection.close();
    this.#server.closeIdleConnections();
    const cut = () => {
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
    this.#server.closeIdleConnections();
    // The last answers are on their way: connections of HTTP/2 close by themselves, kept-alive sockets once they are flushed.
    timer.cancel();
    const flushing = this.#options.clock.timer(Math.min(graceMs, FLUSH_MS), cut);
    await closed;
    flushing.cancel();
  }
}

const NO_BODY: RequestBody = { type: "none" };
const BAD_REQUEST: ApiResponse = { status: 400, headers: {}, body: { type: "none" } };

const CONTINUE = encodeHeaders({ ":status": 100 });
const INTERNAL_ERROR = encodeHeaders({ ":status": 500 });

/**
 * Node's HTTP/1 parser takes what it reads from below the socket, until the socket has a listener for data. From below,
 * TLS goes on to hand over what it has read when the parser has stopped the socket (it does while an answer hasn't left),
 * and the parser takes that for a broken request.
 */
function readAsStream(socket: TLSSocket): void {
  const listener = () => {};
  socket.on("data", listener).off("data", listener);
}

function isHttps(server: Server | HttpsServer): server is HttpsServer {
  return "setSecureContext" in server;
}

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

/** Speaks HTTP/1.1 by itself; connections that choose HTTP/2 are the caller's. */
function secureServer(
  tls: ServerTls,
  limits: ServerLimits,
  contextFor: (name: string) => SecureContext | undefined,
): HttpsServer {
  return https.createServer({
    ...contextOptions(tls),
    ALPNProtocols: ["h2", "http/1.1"],
    maxHeaderSize: limits.headerBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleConnectionMs,
    shouldUpgradeCallback,
    requestCert: tls.ca !== undefined,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    SNICallback: (name: string, give: (error: Error | null, context?: SecureContext) => void) =>
      give(null, contextFor(name)),
  } as Parameters<typeof https.createServer>[0] & object);
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

import type { Buffer } from "node:buffer";
import {
  createServer,
  createSecureServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Clock, Log } from "../../base/index.ts";
import { drained } from "../http/pump.ts";
import type { ServerTls } from "../http/server.ts";
import { AsyncQueue } from "../queue.ts";
import type { Message } from "./codec.ts";
import { type AnswerPlain, alsoHttp1, respondPlain, withHttp1 } from "./plain.ts";
import { type GrpcMethod, type GrpcService, MessageReader } from "./service.ts";
import { encodeStatusMessage, GRPC_STATUS, GrpcError, type GrpcMetadata } from "./status.ts";

const WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
const WAITING_MESSAGES_MAX = 256;

/** What a handler knows of its call beside the messages. */
export interface GrpcCallContext {
  readonly metadata: GrpcMetadata;
  /** The common name of the client's certificate, where one was asked for and is good. */
  readonly clientName: string | undefined;
  /** Fires when the client goes or its deadline passes. */
  readonly signal: AbortSignal;
}

export type UnaryHandler = (request: never, context: GrpcCallContext) => Promise<object>;
export type StreamHandler = (requests: AsyncIterable<never>, context: GrpcCallContext) => AsyncIterable<object>;

/** The handlers of a service by method name: unary ones get a message, streaming ones (either side) a sequence. */
export interface GrpcImplementation {
  readonly service: GrpcService;
  readonly unary?: Readonly<Record<string, UnaryHandler>>;
  readonly streaming?: Readonly<Record<string, StreamHandler>>;
}

export interface GrpcServerOptions {
  /** "unix:///path" or "host:port" (port 0 for any). */
  readonly listen: string;
  readonly tls?: ServerTls;
  readonly implementations: readonly GrpcImplementation[];
  readonly log: Log;
  readonly clock: Clock;
  readonly messageBytesMax?: number;
  /** Connections without a certificate of the authority in `tls.ca` are cut. */
  readonly clientCertAuth?: boolean;
  /** Answers plain HTTP on the same port: HTTP/1.1, and what is not gRPC over HTTP/2. */
  readonly plain?: AnswerPlain;
}

export interface GrpcServer {
  /** 0 on a unix socket. */
  readonly port: number;
  close(graceMs: number): Promise<void>;
}

/** Serves gRPC on a unix socket or a TCP port. */
export async function listenGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const sessions = new Set<Http2Session>();
  const { tls } = options;
  const settings = { settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 10_000 } };
  const server: Http2Server | Http2SecureServer = tls
    ? createSecureServer({
        cert: tls.cert as string,
        key: tls.key as string,
        ca: tls.ca as string,
        requestCert: options.clientCertAuth ?? !!tls.ca,
        allowHTTP1: options.plain !== undefined,
        ...settings,
      })
    : createServer(settings);
  const { plain } = options;
  if (plain && tls) alsoHttp1(server as Http2SecureServer, plain);
  const front = plain && !tls ? withHttp1(server as Http2Server, plain) : server;
  const routes = routesOf(options.implementations);
  server.on("session", (session: Http2Session) => {
    sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.once("close", () => sessions.delete(session));
    session.on("error", () => {});
  });
  const sockets = new Set<Socket>();
  front.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("stream", (stream, headers) => serveCall(stream as ServerHttp2Stream, headers, routes, options));
  await new Promise<void>((resolve, reject) => {
    front.once("error", reject);
    front.listen(listenOptions(options.listen), resolve);
  });
  const address = front.address();
  return {
    port: typeof address === "object" && address ? (address as AddressInfo).port : 0,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => front.close(() => resolve()));
      for (const session of sessions) session.close();
      const timer = options.clock.timer(graceMs, () => {
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      });
      await closed;
      timer.cancel();
    },
  };
}

function listenOptions(where: string): { path: string } | { host: string; port: number } {
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(where)?.[1];
  if (path) return { path };
  const colon = where.lastIndexOf(":");
  return { host: where.slice(0, colon), port: Number(where.slice(colon + 1)) };
}

interface Route {
  readonly method: GrpcMethod;
  readonly unary?: UnaryHandler;
  readonly streaming?: StreamHandler;
}

function routesOf(implementations: readonly GrpcImplementation[]): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  for (const { service, unary = {}, streaming = {} } of implementations)
    for (const method of service.methods) {
      const isStream = method.isClientStreaming || method.isServerStreaming;
      const handler = isStream ? streaming[method.name] : unary[method.name];
      if (!handler) continue;
      routes.set(
        method.path,
        isStream ? { method, streaming: handler as StreamHandler } : { method, unary: handler as UnaryHandler },
      );
    }
  return routes;
}

const RESPONSE_HEADERS = { ":status": 200, "content-type": "application/grpc" } as const;

function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  routes: ReadonlyMap<string, Route>,
  options: GrpcServerOptions,
): void {
  stream.on("error", () => {});
  const route = routes.get(headers[":path"] ?? "");
  const isGrpc = String(headers["content-type"]).startsWith("application/grpc");
  if (!isGrpc && options.plain) {
    void respondPlain(stream, headers[":path"] ?? "/", options.plain);
    return;
  }
  if (!isGrpc) return stream.respond({ ":status": 415 }, { endStream: true });
  if (!route) {
    const status = {
      "grpc-status": String(GRPC_STATUS.unimplemented),
      "grpc-message": `unknown method ${headers[":path"]}`,
    };
    return stream.respond({ ...RESPONSE_HEADERS, ...status }, { endStream: true });
  }
  const call = new ServedCall(headers, stream);
  const timeoutMs = parseTimeout(String(headers["grpc-timeout"] ?? ""));
  const timer =
    timeoutMs === undefined
      ? undefined
      : options.clock.timer(timeoutMs, () => call.end(new GrpcError("deadlineExceeded", "deadline exceeded")));
  stream.once("close", () => {
    timer?.cancel();
    call.end();
  });
  const limitBytes = options.messageBytesMax ?? MESSAGE_BYTES_MAX;
  const answer = route.unary
    ? serveUnary(stream, { route, limitBytes, call })
    : serveStream(
        stream,
        route.method,
        route.streaming!(requestsOf(stream, route.method, limitBytes) as AsyncIterable<never>, call),
      );
  answer.then(
    () => finish(stream, OK_TRAILERS),
    (error) => finish(stream, statusOf(error, route, options.log)),
  );
}

const OK_TRAILERS = { "grpc-status": "0" };

/** What a handler may ask of its call. Most ask for nothing: the parts are made when they are wanted. */
class ServedCall implements GrpcCallContext {
  readonly #headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;

  constructor(headers: IncomingHttpHeaders, stream: ServerHttp2Stream) {
    this.#headers = headers;
    this.#stream = stream;
  }

  get clientName(): string | undefined {
    const socket = this.#stream.session?.socket as Partial<TLSSocket> | undefined;
    if (!socket?.authorized) return undefined;
    const name = socket.getPeerCertificate?.().subject?.CN;
    return Array.isArray(name) ? name[0] : name;
  }

  get metadata(): GrpcMetadata {
    return metadataOf(this.#headers);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended) this.#controller.abort(this.#ended.reason);
    return this.#controller.signal;
  }

  end(reason?: unknown): void {
    this.#ended ??= { reason };
    this.#controller?.abort(reason);
  }
}

function statusOf(error: unknown, { method }: Route, log: Log): Record<string, string> {
  if (error instanceof GrpcError)
    return {
      ...error.trailers,
      "grpc-status": String(GRPC_STATUS[error.code]),
      "grpc-message": encodeStatusMessage(error.message),
    };
  log.error("gRPC call failed", { method: method.path, error });
  return { "grpc-status": String(GRPC_STATUS.unknown), "grpc-message": "internal error" };
}

function finish(stream: ServerHttp2Stream, trailers: Record<string, string>): void {
  if (stream.destroyed || stream.closed || stream.writableEnded) return;
  if (!stream.headersSent) stream.respond({ ...RESPONSE_HEADERS, ...trailers }, { endStream: true });
  else {
    stream.once("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end();
  }
  stream.resume();
}

async function serveUnary(
  stream: ServerHttp2Stream,
  { route, limitBytes, call }: { readonly route: Route; readonly limitBytes: number; readonly call: ServedCall },
): Promise<void> {
  const { method } = route;
  const response = await route.unary!((await onlyRequest(stream, method, limitBytes)) as never, call);
  if (stream.destroyed) return;
  stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers(OK_TRAILERS));
  stream.end(method.frameResponse(response as Message));
}

/** The one message of a unary call. By events: much cheaper than a queue. */
function onlyRequest(stream: ServerHttp2Stream, method: GrpcMethod, limitBytes: number): Promise<Message> {
  return new Promise((resolve, reject) => {
    const reader = new MessageReader(limitBytes);
    let request: Message | undefined;
    stream.on("data", (chunk: Buffer) => {
      try {
        for (const message of reader.push(chunk)) {
          if (request) throw new GrpcError("internal", "read request: two messages, want one");
          request = method.decodeRequest(message);
        }
      } catch (error) {
        reject(error);
      }
    });
    let isWhole = false;
    stream.once("end", () => {
      isWhole = true;
      if (request) resolve(request);
      else reject(new GrpcError("internal", "read request: no message, want one"));
    });
    stream.once("close", () => {
      if (!isWhole) reject(new GrpcError("cancelled", "read requests: the client went away"));
    });
  });
}

async function serveStream(
  stream: ServerHttp2Stream,
  method: GrpcMethod,
  responses: AsyncIterable<object>,
): Promise<void> {
  const source = responses[Symbol.asyncIterator]();
  stream.once("close", () => void Promise.resolve(source.return?.()).catch(() => {}));
  // At once: a client may wait for the headers before it goes on.
  stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  for (;;) {
    const { done, value } = await source.next();
    if (done || stream.destroyed) return;
    if (!stream.write(method.frameResponse(value as Message))) await drained(stream);
  }
}

function requestsOf(stream: ServerHttp2Stream, method: GrpcMethod, limitBytes: number): AsyncIterable<Message> {
  const queue = new AsyncQueue<Message>(WAITING_MESSAGES_MAX, () => 1);
  const reader = new MessageReader(limitBytes);
  stream.on("data", (chunk: Buffer) => {
    try {
      for (const message of reader.push(chunk)) {
        const full = queue.push(method.decodeRequest(message));
        if (!full) continue;
        stream.pause();
        void full.then(() => stream.resume());
      }
    } catch (error) {
      queue.fail(error);
    }
  });
  let isWhole = false;
  stream.once("end", () => {
    isWhole = true;
    queue.end();
  });
  stream.once("close", () => {
    if (!isWhole) queue.fail(new GrpcError("cancelled", "read requests: the client went away"));
  });
  return queue;
}

function metadataOf(headers: IncomingHttpHeaders): GrpcMetadata {
  const metadata: Record<string, string> = {};
  for (const name in headers) if (!name.startsWith(":")) metadata[name] = String(headers[name]);
  return metadata;
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

function parseTimeout(value: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(value);
  return match ? Number(match[1]) * UNIT_MS[match[2]!]! : undefined;
}

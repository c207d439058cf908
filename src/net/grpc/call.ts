import type { TLSSocket } from "node:tls";
import { type Clock, type Log, own } from "../../base/index.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { ServerStream } from "../http2/stream.ts";
import { AsyncQueue } from "../queue.ts";
import type { Message } from "./codec.ts";
import { CallIntake, type Intake } from "./intake.ts";
import { type AnswerPlain, respondPlain } from "./plain.ts";
import { type GrpcMethod, type GrpcService, MESSAGE_PREFIX_BYTES, MessageReader } from "./service.ts";
import { encodeStatusMessage, GRPC_STATUS, GrpcError, type GrpcMetadata } from "./status.ts";

const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
/** Requests of a stream that wait for its handler, before the client is slowed down; each counts as a small one at least. */
const WAITING_BYTES_MAX = 1024 * 1024;
const WAITING_BYTES_LEAST = 4096;

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

/** What a server says of all calls. */
interface CallOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly messageBytesMax?: number;
  /** Answers what is not gRPC. */
  readonly plain?: AnswerPlain;
}

interface Route {
  readonly method: GrpcMethod;
  readonly unary?: UnaryHandler;
  readonly streaming?: StreamHandler;
}

export function routesOf(implementations: readonly GrpcImplementation[]): ReadonlyMap<string, Route> {
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
const RESPONSE_BLOCK = encodeHeaders(RESPONSE_HEADERS);
const OK_BLOCK = encodeHeaders({ "grpc-status": "0" });

/** What a connection's calls have in common. */
interface Serving {
  readonly routes: ReadonlyMap<string, Route>;
  readonly intake: Intake;
  readonly options: CallOptions;
}

export function serveCall(stream: ServerStream, { routes, intake, options }: Serving): void {
  const path = stream.header(":path")!;
  const isGrpc = stream.header("content-type")?.startsWith("application/grpc");
  if (!isGrpc && options.plain) {
    void respondPlain(stream, options.plain);
    return;
  }
  if (!isGrpc) return stream.respondWhole(encodeHeaders({ ":status": 415 }));
  const route = routes.get(path);
  if (!route) {
    const status = {
      "grpc-status": GRPC_STATUS.unimplemented,
      "grpc-message": encodeStatusMessage(`unknown method ${path}`),
    };
    return stream.respondWhole(encodeHeaders({ ...RESPONSE_HEADERS, ...status }));
  }
  const call = new ServedCall(stream);
  const timeoutMs = parseTimeout(stream.header("grpc-timeout") ?? "");
  const timer =
    timeoutMs === undefined
      ? undefined
      : options.clock.timer(timeoutMs, () => call.end(new GrpcError("deadlineExceeded", "deadline exceeded")));
  const closed = () => {
    timer?.cancel();
    call.end();
  };
  const limitBytes = options.messageBytesMax ?? MESSAGE_BYTES_MAX;
  const { method, unary, streaming } = route;
  const held = new CallIntake(intake);
  const parts = { method, limitBytes, stream, closed, held };
  const answer = unary
    ? serveUnary({ ...parts, handle: (request) => unary(request, call) })
    : serveStream({ ...parts, handle: (requests) => streaming!(requests, call) });
  answer
    .then(
      () => stream.end(OK_BLOCK),
      (error) => finish(stream, statusOf(error, route, options.log)),
    )
    .finally(() => held.end());
}

/** What a handler may ask of its call. Most ask for nothing: the parts are made when they are wanted. */
class ServedCall implements GrpcCallContext {
  readonly #stream: ServerStream;
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;

  constructor(stream: ServerStream) {
    this.#stream = stream;
  }

  get clientName(): string | undefined {
    const socket = this.#stream.socket as Partial<TLSSocket>;
    if (!socket.authorized) return undefined;
    const name = socket.getPeerCertificate?.().subject?.CN;
    return Array.isArray(name) ? name[0] : name;
  }

  get metadata(): GrpcMetadata {
    return this.#stream.headers;
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

function finish(stream: ServerStream, trailers: Record<string, string>): void {
  if (stream.hasResponded) stream.end(encodeHeaders(trailers));
  else stream.respondWhole(encodeHeaders({ ...RESPONSE_HEADERS, ...trailers }));
}

/** A call as the one that serves it needs it. */
interface Served<Given, Answer> {
  readonly method: GrpcMethod;
  readonly limitBytes: number;
  readonly stream: ServerStream;
  /** To be called once the stream is over. */
  readonly closed: () => void;
  readonly held: CallIntake;
  readonly handle: (given: Given) => Answer;
}

async function serveUnary(call: Served<never, Promise<object>>): Promise<void> {
  const { stream, method } = call;
  const request = await onlyRequest(call);
  // Taken back in what came with it: nobody waits for an answer.
  if (stream.isClosed) throw clientGone();
  const response = await call.handle(request as never);
  stream.respond(RESPONSE_BLOCK);
  stream.write(method.frameResponse(response as Message));
}

/** The one message of a unary call. By events: much cheaper than a queue. */
function onlyRequest({ stream, method, limitBytes, closed, held }: Served<never, unknown>): Promise<Message> {
  return new Promise((resolve, reject) => {
    const reader = new MessageReader(limitBytes);
    let request: Message | undefined;
    let hasFailed = false;
    stream.reader = {
      data(chunk) {
        // Until its client hears of it more may come.
        if (hasFailed) return;
        try {
          held.take(chunk.length);
          for (const message of reader.push(chunk)) {
            if (request) throw new GrpcError("internal", "read request: two messages, want one");
            request = method.decodeRequest(message);
          }
        } catch (error) {
          hasFailed = true;
          reject(error);
        }
      },
      end() {
        if (request) resolve(request);
        else reject(new GrpcError("internal", "read request: no message, want one"));
      },
      closed() {
        // Without effect where the request was whole.
        reject(clientGone());
        closed();
      },
    };
  });
}

async function serveStream(call: Served<AsyncIterable<never>, AsyncIterable<object>>): Promise<void> {
  const { stream, method } = call;
  let source: AsyncIterator<object> | undefined;
  const closed = () => {
    call.closed();
    void Promise.resolve(source?.return?.()).catch(() => {});
  };
  const requests = requestsOf({ ...call, closed });
  // What came with it may take it back.
  await undefined;
  if (stream.isClosed) throw clientGone();
  source = call.handle(requests as AsyncIterable<never>)[Symbol.asyncIterator]();
  // At once: a client may wait for the headers before it goes on.
  stream.respond(RESPONSE_BLOCK);
  for (;;) {
    const { done, value } = await source.next();
    if (done || stream.isClosed) return;
    if (!stream.write(method.frameResponse(value as Message))) await stream.drained();
  }
}

/** A request that waits for its handler. */
interface WaitingRequest {
  readonly message: Message;
  readonly bytes: number;
}

function requestsOf({ stream, method, limitBytes, closed, held }: Served<never, unknown>): AsyncIterable<Message> {
  const queue = new AsyncQueue<WaitingRequest>(WAITING_BYTES_MAX, ({ bytes }) => Math.max(bytes, WAITING_BYTES_LEAST));
  const reader = new MessageReader(limitBytes);
  let isWhole = false;
  let hasFailed = false;
  stream.reader = {
    data(chunk) {
      // Until its handler hears of it the client goes on.
      if (hasFailed) return;
      try {
        held.take(chunk.length);
        for (const message of reader.push(chunk)) {
          const full = queue.push({
            message: method.decodeRequest(message),
            bytes: MESSAGE_PREFIX_BYTES + message.length,
          });
          if (!full) continue;
          stream.pause();
          void full.then(() => stream.resume());
        }
      } catch (error) {
        hasFailed = true;
        queue.fail(error);
      }
    },
    end() {
      isWhole = true;
      queue.end();
    },
    closed() {
      if (!isWhole) queue.fail(clientGone());
      closed();
    },
  };
  return messagesOf(queue, held);
}

/** What was handed over is the handler's. */
async function* messagesOf(queue: AsyncQueue<WaitingRequest>, held: CallIntake): AsyncGenerator<Message> {
  for await (const { message, bytes } of queue) {
    held.give(bytes);
    yield message;
  }
}

function clientGone(): GrpcError {
  return new GrpcError("cancelled", "read requests: the client went away");
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

function parseTimeout(value: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(value);
  return match ? Number(match[1]) * own(UNIT_MS, match[2]!)! : undefined;
}

import type { Buffer } from "node:buffer";
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { connect as connectSocket } from "node:net";
import type { Clock, Timer } from "../../base/index.ts";
import { http2 } from "../http/node-http.ts";
import { drained } from "../http/pump.ts";
import { type ClientTls, targetOf, tlsOptions } from "../http/target.ts";
import { AsyncQueue } from "../queue.ts";
import { type GrpcMethod, MessageReader } from "./service.ts";
import { decodeStatusMessage, GrpcError, type GrpcMetadata, statusName, statusOfHttp } from "./status.ts";

const WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
/** Far above the usual 4 MiB: lists of images and ranges of keys are longer. */
const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;
/** Answers of a stream that wait for their reader, before the server is slowed down. */
const WAITING_MESSAGES_MAX = 256;

export interface GrpcChannelOptions {
  /** "unix:///run/x.sock", "http://host:port" or "https://host:port". */
  readonly target: string;
  readonly tls?: ClientTls;
  /** Goes with each call. */
  readonly metadata?: GrpcMetadata;
  readonly clock: Clock;
  readonly messageBytesMax?: number;
  /** Asks a silent server, while there are calls, whether it is still there; calls to one that isn't end as unavailable. */
  readonly keepAlive?: KeepAlive;
}

export interface KeepAlive {
  readonly everyMs: number;
  readonly timeoutMs: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** The call ends with deadlineExceeded after this; the server hears of it too. */
  readonly timeoutMs?: number;
  readonly metadata?: GrpcMetadata;
}

/** A gRPC server to call. One HTTP/2 connection, made on first use and again when it was lost. */
export interface GrpcChannel {
  unary<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    request: Request,
    options?: CallOptions,
  ): Promise<Response>;
  /** Server, client and bidirectional streaming: sends `requests` as they come. Leaving the loop cancels the call. */
  stream<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    requests: AsyncIterable<Request> | readonly Request[],
    options?: CallOptions,
  ): AsyncIterable<Response>;
  /** Ends the connection and its calls; the next call makes another. */
  reset(): void;
  close(): void;
}

/** Opens nothing yet: the first call connects. */
export function createGrpcChannel(options: GrpcChannelOptions): GrpcChannel {
  return new Channel(options);
}

class Channel implements GrpcChannel {
  readonly #options: GrpcChannelOptions;
  #session: ClientHttp2Session | undefined;
  #calls = 0;
  #isClosed = false;

  constructor(options: GrpcChannelOptions) {
    this.#options = options;
  }

  async unary<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    const stream = this.#start(method, options);
    stream.end(method.frameRequest(request));
    let answer: Uint8Array | undefined;
    const call = new Call(stream, { ...this.#options, ...options, method: method.name }, (message) => {
      if (answer) throw new GrpcError("internal", `call ${method.name}: two answers, want one`);
      answer = message;
    });
    await call.done;
    if (!answer) throw new GrpcError("internal", `call ${method.name}: no answer, want one`);
    return method.decodeResponse(answer);
  }

  async *stream<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    requests: AsyncIterable<Request> | readonly Request[],
    options: CallOptions = {},
  ): AsyncGenerator<Response> {
    const stream = this.#start(method, options);
    const answers = new AsyncQueue<Uint8Array>(WAITING_MESSAGES_MAX, () => 1);
    const call = new Call(stream, { ...this.#options, ...options, method: method.name }, (message) => {
      const full = answers.push(message);
      if (!full) return;
      stream.pause();
      void full.then(() => stream.resume());
    });
    call.done.then(
      () => answers.end(),
      (error) => answers.fail(error),
    );
    void sendAll(stream, method.frameRequest, requests).catch((error) => call.fail(error));
    try {
      for await (const message of answers) yield method.decodeResponse(message);
    } finally {
      call.cancel();
    }
  }

  reset(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#session?.destroy();
  }

  #start(method: { readonly path: string }, { timeoutMs, metadata, signal }: CallOptions): ClientHttp2Stream {
    signal?.throwIfAborted();
    const headers: OutgoingHttpHeaders = {
      ":method": "POST",
      ":path": method.path,
      "content-type": "application/grpc",
      te: "trailers",
      ...this.#options.metadata,
      ...metadata,
      ...(timeoutMs !== undefined && { "grpc-timeout": timeoutHeader(timeoutMs) }),
    };
    try {
      const stream = this.#connection().request(headers);
      this.#calls++;
      stream.once("close", () => this.#calls--);
      return stream;
    } catch (cause) {
      throw new GrpcError("unavailable", `call ${method.path}: no connection`, { cause });
    }
  }

  #connection(): ClientHttp2Session {
    if (this.#isClosed) throw new GrpcError("unavailable", "use channel: it is closed");
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = openSession(this.#options);
    const drop = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on("error", drop).on("close", drop).on("goaway", drop);
    session.once("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    if (this.#options.keepAlive) this.#keepAlive(session, this.#options.keepAlive);
    this.#session = session;
    return session;
  }

  /** A server that was stopped or cut off closes no connection: only a question without an answer shows it. */
  #keepAlive(session: ClientHttp2Session, { everyMs, timeoutMs }: KeepAlive): void {
    const { clock, target } = this.#options;
    let timer: Timer | undefined;
    const ask = () => {
      timer = clock.timer(everyMs, () => {
        // Servers take questions on a connection without calls for an attack.
        if (this.#calls === 0) return ask();
        timer = clock.timer(timeoutMs, () =>
          session.destroy(new GrpcError("unavailable", `ask ${target}: no sign of life within ${timeoutMs} ms`)),
        );
        const waiting = timer;
        session.ping(() => {
          waiting.cancel();
          if (!session.destroyed) ask();
        });
      });
    };
    session.once("close", () => timer?.cancel());
    ask();
  }
}

function openSession({ target, tls }: GrpcChannelOptions): ClientHttp2Session {
  const settings = { settings: { initialWindowSize: WINDOW_BYTES, enablePush: false } };
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(target)?.[1];
  if (path) return http2().connect("http://localhost", { ...settings, createConnection: () => connectSocket(path) });
  const where = targetOf(target, tls);
  return http2().connect(`${where.isSecure ? "https" : "http"}://${where.authority}`, {
    ...settings,
    ...(where.isSecure && tlsOptions(where)),
  });
}

/** At most eight digits and a unit. */
function timeoutHeader(timeoutMs: number): string {
  const whole = Math.max(1, Math.ceil(timeoutMs));
  return whole < 1e8 ? `${whole}m` : `${Math.ceil(whole / 1000)}S`;
}

async function sendAll<Request extends object>(
  stream: ClientHttp2Stream,
  frame: (request: Request) => Uint8Array,
  requests: AsyncIterable<Request> | readonly Request[],
): Promise<void> {
  const source = Symbol.asyncIterator in requests ? requests[Symbol.asyncIterator]() : requests[Symbol.iterator]();
  stream.once("close", () => void source.return?.(undefined));
  for (;;) {
    const { done, value } = await source.next();
    if (done || stream.destroyed || stream.writableEnded) break;
    if (!stream.write(frame(value))) await drained(stream);
  }
  if (!stream.destroyed) stream.end();
}

/** The answering half of one call: messages to `onMessage`, and how it ended. */
class Call {
  readonly done: Promise<void>;
  readonly #stream: ClientHttp2Stream;
  readonly #method: string;
  #settle!: { resolve: () => void; reject: (error: unknown) => void };
  #trailers: IncomingHttpHeaders | undefined;
  #httpStatus = 0;
  #error: unknown;
  #timer: Timer | undefined;

  constructor(
    stream: ClientHttp2Stream,
    options: CallOptions & GrpcChannelOptions & { readonly method: string },
    onMessage: (message: Uint8Array) => void,
  ) {
    const { clock, timeoutMs, signal, method, messageBytesMax = MESSAGE_BYTES_MAX } = options;
    this.#stream = stream;
    this.#method = method;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => {});
    const reader = new MessageReader(messageBytesMax);
    stream.on("data", (chunk: Buffer) => {
      try {
        for (const message of reader.push(chunk)) onMessage(message);
      } catch (error) {
        this.fail(error);
      }
    });
    stream.once("response", (headers) => {
      this.#httpStatus = headers[":status"] ?? 0;
      if (headers["grpc-status"] !== undefined) this.#trailers = headers;
    });
    stream.once("trailers", (trailers) => {
      this.#trailers = trailers;
    });
    stream.on("error", (error) => {
      this.#error ??= error;
    });
    const onAbort = () => this.fail(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined)
      this.#timer = clock.timer(timeoutMs, () =>
        this.fail(new GrpcError("deadlineExceeded", `call ${method}: no answer within ${timeoutMs} ms`)),
      );
    stream.once("close", () => {
      signal?.removeEventListener("abort", onAbort);
      this.#timer?.cancel();
      this.#finish();
    });
  }

  /** Ends the call with our own error. */
  fail(error: unknown): void {
    this.#settle.reject(error);
    this.cancel();
  }

  cancel(): void {
    if (this.#stream.closed) return;
    this.#stream.close(http2().constants.NGHTTP2_CANCEL);
    this.#stream.resume();
  }

  #finish(): void {
    const status = this.#trailers?.["grpc-status"];
    if (status === "0") return this.#settle.resolve();
    this.#settle.reject(status === undefined ? this.#lost() : this.#statusError(Number(status)));
  }

  #statusError(code: number): GrpcError {
    const trailers: Record<string, string> = {};
    for (const name in this.#trailers) if (!name.startsWith(":")) trailers[name] = String(this.#trailers[name]);
    return new GrpcError(statusName(code), decodeStatusMessage(trailers["grpc-message"] ?? ""), { trailers });
  }

  #lost(): GrpcError {
    if (this.#httpStatus !== 0 && this.#httpStatus !== 200)
      return new GrpcError(statusOfHttp(this.#httpStatus), `call ${this.#method}: HTTP status ${this.#httpStatus}`);
    const cause = this.#error instanceof Error ? this.#error : undefined;
    const reason = this.#stream.rstCode === http2().constants.NGHTTP2_CANCEL ? "cancelled" : "unavailable";
    return new GrpcError(cause ? "unavailable" : reason, `call ${this.#method}: the connection was lost`, { cause });
  }
}

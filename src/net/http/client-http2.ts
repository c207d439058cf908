import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import type { Duplex as NodeDuplex } from "node:stream";
import type { Clock, Timer } from "../../base/index.ts";
import { SocketBody } from "../body.ts";
import { NetError } from "../errors.ts";
import type { ApiRequest, ApiResponse, ResponseBody } from "../message.ts";
import { http2 } from "./node-http.ts";
import { pump, writableSink } from "./pump.ts";
import { endToEndHeaders, pathOf, type Target, type SentHeaders } from "./target.ts";

const STREAM_WINDOW_BYTES = 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
/** Bodies that wait to be sent count, those of uploads that the server has answered early for good. */
const SESSION_MEGABYTES_MAX = 1000;
/** A connection that is silent for so long is asked whether it is alive, and given up without an answer. */
const SILENT_MS = 30_000;
const PING_TIMEOUT_MS = 15_000;
const FLAG_END_STREAM = 1;

/** One HTTP/2 connection to a server. */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #target: Target;
  readonly #clock: Clock;
  #openStreams = 0;
  #isUsable = true;
  #heardMs: number;
  #timer: Timer | undefined;

  constructor(socket: NodeDuplex, target: Target, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs();
    this.#session = http2().connect(`https://${target.authority}`, {
      createConnection: () => socket,
      maxSessionMemory: SESSION_MEGABYTES_MAX,
      settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
    });
    const session = this.#session;
    const stop = () => {
      this.#isUsable = false;
    };
    session.on("error", stop).on("goaway", stop).on("close", stop);
    session.once("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    socket.on("data", () => {
      this.#heardMs = clock.monotonicMs();
    });
    session.once("close", () => this.#timer?.cancel());
    this.#watchLife();
  }

  /** Whether another request may start here. */
  get hasRoom(): boolean {
    const limit = this.#session.remoteSettings?.maxConcurrentStreams ?? 100;
    return this.#isUsable && !this.#session.closed && !this.#session.destroyed && this.#openStreams < limit;
  }

  get isUsable(): boolean {
    return this.#isUsable && !this.#session.destroyed;
  }

  request(request: ApiRequest, headers: SentHeaders): Promise<ApiResponse> {
    const { method, body } = request;
    const own = endToEndHeaders(headers);
    delete own.host;
    const stream = this.#session.request(
      {
        ...own,
        ":method": method,
        ":path": pathOf(this.#target, request),
        ":authority": String(headers.host || this.#target.authority),
      },
      { endStream: body.type === "none" },
    );
    this.#openStreams++;
    stream.once("close", () => this.#openStreams--);
    if (body.type === "bytes") stream.end(body.bytes);
    else if (body.type === "stream")
      void pump(body, writableSink(stream)).then(
        () => stream.end(),
        (error) => stream.destroy(error),
      );
    return responseOf(stream, request);
  }

  close(): void {
    this.#isUsable = false;
    this.#session.destroy();
  }

  #watchLife(): void {
    this.#timer = this.#clock.timer(SILENT_MS, () => {
      if (this.#clock.monotonicMs() - this.#heardMs < SILENT_MS) this.#watchLife();
      else this.#ask();
    });
  }

  #ask(): void {
    const session = this.#session;
    if (session.destroyed) return;
    this.#timer = this.#clock.timer(PING_TIMEOUT_MS, () => session.destroy(new Error("no answer to a ping")));
    session.ping(() => {
      this.#timer?.cancel();
      this.#heardMs = this.#clock.monotonicMs();
      if (!session.destroyed) this.#watchLife();
    });
  }
}

function responseOf(stream: ClientHttp2Stream, { signal, method }: ApiRequest): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason);
      // While a body is being sent, close() would say first that it is complete.
      if (stream.writableEnded) stream.close(http2().constants.NGHTTP2_CANCEL);
      // With an error: a body that is cut must not look like one that ended.
      stream.destroy(new NetError("aborted", "read body: the request was aborted", { cause: signal.reason }));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    stream.on("error", (cause) => reject(lost(cause)));
    stream.once("close", () => {
      signal.removeEventListener("abort", onAbort);
      reject(lost());
    });
    stream.once("response", (received: IncomingHttpHeaders & { ":status"?: number }, flags: number) => {
      const headers: Record<string, string | string[]> = {};
      for (const name in received) if (name.charCodeAt(0) !== 58) headers[name] = received[name] as string | string[];
      const isEmpty = (flags & FLAG_END_STREAM) !== 0 || method === "HEAD";
      if (isEmpty) stream.resume();
      const body: ResponseBody = isEmpty
        ? { type: "none" }
        : {
            type: "stream",
            chunks: new SocketBody(stream, { contentLength: received["content-length"], side: "client" }),
          };
      resolve({ status: received[":status"] ?? 0, headers, body });
    });
  });
}

function lost(cause?: Error): NetError {
  return new NetError("connectionLost", "send request: the connection ended before the answer", { cause });
}

/** Whether the server certainly did nothing with the request, so that it can be sent again. */
export function wasNotProcessed(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: string };
    if (code === "ERR_HTTP2_GOAWAY_SESSION" || code === "ERR_HTTP2_INVALID_SESSION") return true;
    if (code === "ERR_HTTP2_STREAM_ERROR" && cause.message.includes("REFUSED_STREAM")) return true;
  }
  return false;
}

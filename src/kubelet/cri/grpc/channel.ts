import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { CriError, type CriErrorCode } from "../errors.ts";
import { decodeMessage, encodeMessage, type Message } from "./codec.ts";

const CODES: Readonly<Record<number, CriErrorCode>> = {
  1: "cancelled",
  3: "invalid-argument",
  4: "deadline-exceeded",
  5: "not-found",
  6: "already-exists",
  9: "failed-precondition",
  12: "unimplemented",
  14: "unavailable",
};
const WINDOW_BYTES = 4 * 1024 * 1024;
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
const PREFIX_BYTES = 5;

/** Unary gRPC calls to a runtime's socket over one connection, made again when it is lost. */
export class CriChannel {
  readonly #socketPath: string;
  #session: ClientHttp2Session | undefined;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async call(service: string, method: string, request: Message, signal: AbortSignal): Promise<Message> {
    signal.throwIfAborted();
    const body = encodeMessage(`runtime.v1.${method}Request`, request);
    const answer = await this.#exchange(`/runtime.v1.${service}/${method}`, body, signal);
    return decodeMessage(`runtime.v1.${method}Response`, answer);
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #connection(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = connectHttp2("http://localhost", {
      createConnection: () => connect(this.#socketPath),
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
    });
    const drop = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on("error", drop);
    session.on("close", drop);
    session.on("goaway", drop);
    this.#session = session;
    return session;
  }

  #exchange(path: string, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const stream = this.#connection().request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const abort = () => {
      stream.close(constants.NGHTTP2_CANCEL);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    const chunks: Buffer[] = [];
    let size = 0;
    let status: number | undefined;
    let message = "";
    const take = (headers: Record<string, unknown>) => {
      if (headers["grpc-status"] === undefined) return;
      status = Number(headers["grpc-status"]);
      message = decodeText(String(headers["grpc-message"] ?? ""));
    };
    stream.on("response", take);
    stream.on("trailers", take);
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MESSAGE_BYTES_MAX) stream.close(constants.NGHTTP2_CANCEL);
      else chunks.push(chunk);
    });
    stream.on("error", (error) =>
      reject(new CriError("unavailable", `call ${path}: ${error.message}`, { cause: error })),
    );
    stream.on("close", () => {
      signal.removeEventListener("abort", abort);
      if (status === undefined) reject(new CriError("unavailable", `call ${path}: the connection was lost`));
      else if (status !== 0) reject(new CriError(CODES[status] ?? "unknown", message));
      else resolve(Buffer.concat(chunks).subarray(PREFIX_BYTES));
    });
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(body.length, 1);
    stream.end(Buffer.concat([prefix, body]));
    return promise;
  }
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import { type ClientHttp2Session, connect, constants } from "node:http2";
import { performance } from "node:perf_hooks";
import type { Access, BenchServer } from "./server.ts";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly accept?: string;
}

const NEWLINE = 10;
/** What client-go allows a server to send before it is told that it was read: of one stream, of all of a connection. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 1024 * 1024 * 1024;

/** Connections to one server; calls go round them. */
export class Connections implements Disposable {
  readonly #access: Access;
  readonly #sessions: ClientHttp2Session[];
  #next = 0;

  constructor(access: Access, count: number) {
    this.#access = access;
    this.#sessions = Array.from({ length: count }, () => this.#connect());
  }

  #connect(): ClientHttp2Session {
    const { url, ca, cert, key } = this.#access;
    const settings = { initialWindowSize: STREAM_WINDOW_BYTES };
    // In megabytes: what was not sent of a body that the server refused counts on.
    const session = connect(url, { ca, cert, key, settings, maxSessionMemory: 1000 });
    session.on("error", () => {});
    session.once("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    return session;
  }

  /** The next one; made anew when the server has closed it, as it does with those that nothing came over for long. */
  #session(): ClientHttp2Session {
    const index = this.#next++ % this.#sessions.length;
    const session = this.#sessions[index]!;
    if (!session.closed && !session.destroyed) return session;
    return (this.#sessions[index] = this.#connect());
  }

  /** One request to its whole answer. */
  call({ method, path, body, type, accept }: Call): Promise<Answer> {
    const session = this.#session();
    return new Promise((resolve, reject) => {
      const headers = {
        [constants.HTTP2_HEADER_METHOD]: method,
        [constants.HTTP2_HEADER_PATH]: path,
        accept: accept ?? "application/json",
        // As client-go does, which knows how long its bodies are.
        ...(body !== undefined && {
          "content-type": type ?? "application/json",
          "content-length": Buffer.byteLength(body),
        }),
      };
      const stream = session.request(headers, { endStream: body === undefined });
      const chunks: Buffer[] = [];
      let status = 0;
      stream.on("response", (headers) => (status = Number(headers[":status"])));
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => resolve({ status, body: Buffer.concat(chunks) }));
      stream.on("error", reject);
      if (body !== undefined) stream.end(body);
    });
  }

  /** A stream of watch events; `take` gets the number of events in each piece that arrives. */
  watch(path: string, take: (events: number) => void): { close(): void; readonly open: Promise<void> } {
    const session = this.#session();
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path, accept: "application/json" });
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => {
      let count = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++;
      take(count);
    });
    const open = new Promise<void>((resolve) => stream.on("response", () => resolve()));
    return { open, close: () => stream.close(constants.NGHTTP2_CANCEL) };
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions) session.destroy();
  }
}

/** What a load came to. */
export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The server's CPU time for one operation, in microseconds. */
  readonly cpuMicros: number;
}

/** Does `total` operations with `workers` at a time; each worker waits for its answer. */
export async function load(
  server: BenchServer,
  { workers, total, operation }: { workers: number; total: number; operation: (index: number) => Promise<Answer> },
): Promise<Figures> {
  const delays: number[] = [];
  let next = 0;
  const cpuBefore = server.cpuSeconds();
  const startedMs = performance.now();
  const worker = async () => {
    while (next < total) {
      const index = next++;
      const beganMs = performance.now();
      const { status, body } = await operation(index);
      if (status >= 300) throw new Error(`operation ${index}: answered ${status}: ${body.toString().slice(0, 200)}`);
      delays.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  const seconds = (performance.now() - startedMs) / 1000;
  return {
    perSecond: total / seconds,
    ...percentiles(delays),
    cpuMicros: ((server.cpuSeconds() - cpuBefore) / total) * 1e6,
  };
}

function percentiles(delaysMs: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = [...delaysMs].sort((a, b) => a - b);
  return { p50Ms: sorted[sorted.length >> 1] ?? 0, p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

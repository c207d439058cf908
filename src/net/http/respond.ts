import type { ServerResponse } from "node:http";
import { NetError } from "../errors.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { ServerStream } from "../http2/stream.ts";
import type { ApiResponse } from "../message.ts";
import { pump, streamSink, writableSink } from "./pump.ts";
import type { StreamBody } from "./stream-body.ts";

/** Headers about one connection of HTTP/1: they mean nothing in HTTP/2, which forbids them. */
const CONNECTION_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"]);

export interface Http2Answer {
  readonly method: string;
  readonly response: ApiResponse;
  /** The request's body, if it has one. */
  readonly unread: StreamBody | undefined;
  /** Now, as HTTP writes it. */
  readonly date: string;
}

/** Writes a response to an HTTP/2 stream; resolves when the last byte is handed over. */
export async function respondHttp2(stream: ServerStream, answer: Http2Answer): Promise<void> {
  const { response } = answer;
  if (stream.isClosed) return dismiss(response);
  await orDismiss(response, () => writeHttp2(stream, answer));
}

async function writeHttp2(stream: ServerStream, { method, response, unread, date }: Http2Answer): Promise<void> {
  const headers: Record<string, string | number | readonly string[]> = { ":status": response.status, date };
  for (const name in response.headers)
    if (!CONNECTION_HEADERS.has(name)) headers[name] = response.headers[name] as string | string[];
  const { body } = response;
  if (isBodiless(response.status)) {
    stream.respondWhole(encodeHeaders(headers));
    dismiss(response);
  } else if (body.type === "bytes") {
    headers["content-length"] ??= body.bytes.length;
    if (method === "HEAD" || body.bytes.length === 0) stream.respondWhole(encodeHeaders(headers));
    else {
      stream.respond(encodeHeaders(headers));
      const isHandedOver = stream.write(body.bytes);
      stream.end();
      if (!isHandedOver) {
        // Who is still sending may not read before that is over.
        unread?.dismiss();
        await stream.drained();
      }
    }
  } else if (body.type === "none" || method === "HEAD") {
    stream.respondWhole(encodeHeaders(headers));
    dismiss(response);
  } else if (body.type === "stream") {
    stream.respond(encodeHeaders(headers));
    await pump(body, streamSink(stream));
    stream.end();
  } else throw unwritable(body.type);
  unread?.dismiss();
}

/** Answers that end with their headers, whatever was asked. */
const isBodiless = (status: number) => status === 204 || status === 304;

/** Writes a response as HTTP/1.1; resolves when the last byte is handed over. */
export async function respondHttp1(out: ServerResponse, method: string, response: ApiResponse): Promise<void> {
  if (out.destroyed) return dismiss(response);
  await orDismiss(response, () => writeHttp1(out, method, response));
}

async function writeHttp1(out: ServerResponse, method: string, response: ApiResponse): Promise<void> {
  const { body } = response;
  const headers: Record<string, string | number | string[]> = {};
  for (const name in response.headers) headers[name] = response.headers[name] as string | string[];
  if (body.type === "bytes") {
    headers["content-length"] ??= body.bytes.length;
    out.writeHead(response.status, headers);
    out.end(method === "HEAD" ? undefined : body.bytes);
  } else if (body.type === "none" || method === "HEAD") {
    if (body.type === "none" && response.status !== 204 && response.status !== 304 && method !== "HEAD")
      headers["content-length"] ??= 0;
    out.writeHead(response.status, headers);
    out.end();
    dismiss(response);
  } else if (body.type === "stream") {
    out.writeHead(response.status, headers);
    out.flushHeaders();
    await pump(body, writableSink(out));
    out.end();
  } else throw unwritable(body.type);
}

/** Where writing fails, as it does with headers that can't be written, what makes the body has to hear of it too. */
async function orDismiss(response: ApiResponse, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    dismiss(response);
    throw error;
  }
}

/** Ends the source of a response that nobody will read. */
function dismiss({ body }: ApiResponse): void {
  if (body.type !== "stream") return;
  void Promise.resolve(body.chunks[Symbol.asyncIterator]().return?.()).catch(() => {});
}

function unwritable(type: string): NetError {
  return new NetError("unsupported", `write response: a body of type ${type} can't leave the process, want bytes`);
}

import type { ServerResponse } from "node:http";
import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { SocketBody } from "../body.ts";
import { NetError } from "../errors.ts";
import type { ApiResponse } from "../message.ts";
import { pump } from "./pump.ts";

/** Headers about one connection of HTTP/1: they mean nothing in HTTP/2, which forbids them. */
const CONNECTION_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"]);

const END_STREAM = { endStream: true } as const;

export interface Http2Answer {
  readonly method: string;
  readonly response: ApiResponse;
  /** The request's body: what is left of it must not hold the stream open. */
  readonly unread: SocketBody | undefined;
}

/**
 * What is written to a stream at a time. All that waits in a connection counts against its memory, beyond which Node refuses
 * every other request on it: one long list that nobody reads yet must not do that.
 */
const PIECE_BYTES = 256 * 1024;

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Writes a response to an HTTP/2 stream; resolves when the last byte is handed over. */
export async function respondHttp2(stream: ServerHttp2Stream, answer: Http2Answer): Promise<void> {
  const { method, response, unread } = answer;
  if (stream.destroyed) return dismiss(response);
  const headers: OutgoingHttpHeaders = { ":status": response.status };
  for (const name in response.headers)
    if (!CONNECTION_HEADERS.has(name)) headers[name] = response.headers[name] as string | string[];
  const { body } = response;
  if (body.type === "bytes") {
    headers["content-length"] ??= body.bytes.length;
    if (method === "HEAD" || body.bytes.length === 0) stream.respond(headers, END_STREAM);
    else {
      stream.respond(headers);
      if (body.bytes.length <= PIECE_BYTES) stream.end(body.bytes);
      else {
        // Who is still sending may not read before that is over.
        unread?.dismiss();
        await pump({ chunks: pieces(body.bytes) }, stream);
        stream.end();
      }
    }
  } else if (body.type === "none" || method === "HEAD") {
    stream.respond(headers, END_STREAM);
    dismiss(response);
  } else if (body.type === "stream") {
    stream.respond(headers);
    await pump(body, stream);
    stream.end();
  } else throw unwritable(body.type);
  unread?.dismiss();
}

/** Writes a response as HTTP/1.1; resolves when the last byte is handed over. */
export async function respondHttp1(out: ServerResponse, method: string, response: ApiResponse): Promise<void> {
  if (out.destroyed) return dismiss(response);
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
    await pump(body, out);
    out.end();
  } else throw unwritable(body.type);
}

/** Ends the source of a response that nobody will read. */
export function dismiss({ body }: ApiResponse): void {
  if (body.type !== "stream") return;
  void Promise.resolve(body.chunks[Symbol.asyncIterator]().return?.()).catch(() => {});
}

function unwritable(type: string): NetError {
  return new NetError("unsupported", `write response: a body of type ${type} can't leave the process, want bytes`);
}

import type { Duplex } from "../../../net/index.ts";
import { Pipe } from "./commands.ts";
import type { SimulatedRequest, WholeResponse } from "./http.ts";

const HEAD_BYTES_MAX = 64 * 1024;
export const HTTP_BODY_BYTES_MAX = 3 * 1024 * 1024;
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  301: "Moved Permanently",
  302: "Found",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** What arrived on a connection, before anyone says whose it is. */
export type ReceivedRequest = Pick<SimulatedRequest, "method" | "path" | "query" | "headers" | "body">;
export type Answerer = (request: ReceivedRequest) => Promise<WholeResponse>;

/** The inside end of a connection on which requests are answered one after the other, as HTTP/1.1 has it. */
export function httpConnection(answer: Answerer): Duplex & { end(): Promise<void> } {
  const output = new Pipe();
  const requests = new RequestReader();
  let last: Promise<void> = Promise.resolve();
  const take = async () => {
    for (;;) {
      const next = requests.next();
      if (next === undefined) return;
      const done = next === "malformed" ? reply(output, MALFORMED) : await exchange(output, next, answer);
      if (done) return output.finish();
    }
  };
  return {
    incoming: output,
    write(chunk) {
      requests.push(chunk);
      if (requests.wantsContinue()) output.push(new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n"));
      // Not waited for: who writes two requests at once must not hold the reader of the first answer.
      last = last.then(take).catch(() => output.finish());
      return Promise.resolve();
    },
    end: () => last.then(() => output.finish()),
    close: () => output.finish(),
  };
}

interface Reply {
  readonly response: Omit<WholeResponse, "afterMs">;
  readonly isHead: boolean;
  readonly isLast: boolean;
}

const MALFORMED: Reply = {
  response: {
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: new TextEncoder().encode("400 Bad Request"),
  },
  isHead: false,
  isLast: true,
};

/** Whether the connection is over with this one. */
async function exchange(output: Pipe, received: Received, answer: Answerer): Promise<boolean> {
  const { request, isLast } = received;
  return reply(output, { response: await answer(request), isHead: request.method === "HEAD", isLast });
}

function reply(output: Pipe, { response, isHead, isLast }: Reply): boolean {
  const { status, headers, body } = response;
  const hasBody = status >= 200 && status !== 204 && status !== 304;
  const lines = Object.entries({
    ...headers,
    ...(hasBody && { "content-length": String(body.length) }),
    ...(isLast && { connection: "close" }),
  }).map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, " ")}\r\n`);
  output.push(new TextEncoder().encode(`HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${lines.join("")}\r\n`));
  if (hasBody && !isHead) output.push(body);
  return isLast;
}

interface Received {
  readonly request: ReceivedRequest;
  readonly isLast: boolean;
}

interface Head extends Omit<ReceivedRequest, "body"> {
  readonly isLast: boolean;
  /** Where the body begins. */
  readonly lengthBytes: number;
}

/** Cuts a stream of bytes into requests. */
class RequestReader {
  #bytes = new Uint8Array(0);
  #isMalformed = false;
  #hasContinued = false;

  push(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + chunk.length);
    joined.set(this.#bytes);
    joined.set(chunk, this.#bytes.length);
    this.#bytes = joined;
  }

  /** Whether the sender waits for a word before it sends the body; true once for each request. */
  wantsContinue(): boolean {
    const head = this.#head();
    const wants = typeof head === "object" && head.headers.expect === "100-continue" && !this.#hasContinued;
    if (wants) this.#hasContinued = true;
    return wants;
  }

  /** The next whole request; undefined when more has to come. Nothing follows what is malformed. */
  next(): Received | "malformed" | undefined {
    if (this.#isMalformed) return undefined;
    const head = this.#head();
    const body = typeof head === "object" ? this.#body(head) : head;
    if (body === "malformed") this.#isMalformed = true;
    if (body === "malformed" || body === undefined || typeof head !== "object") return body as undefined | "malformed";
    this.#bytes = this.#bytes.slice(body.endIndex);
    this.#hasContinued = false;
    const { isLast, lengthBytes: _, ...rest } = head;
    return { request: { ...rest, body: body.bytes }, isLast };
  }

  #head(): Head | "malformed" | undefined {
    const text = latin1(this.#bytes.subarray(0, HEAD_BYTES_MAX));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) return this.#bytes.length >= HEAD_BYTES_MAX || cannotBeHttp(text) ? "malformed" : undefined;
    return parseHead(text.slice(0, end), end + 4);
  }

  #body({ headers, lengthBytes }: Head): { bytes: Uint8Array; endIndex: number } | "malformed" | undefined {
    if (headers["transfer-encoding"] !== undefined) return readChunks(this.#bytes, lengthBytes);
    const length = Number(headers["content-length"] ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > HTTP_BODY_BYTES_MAX) return "malformed";
    const endIndex = lengthBytes + length;
    return this.#bytes.length < endIndex ? undefined : { bytes: this.#bytes.slice(lengthBytes, endIndex), endIndex };
  }
}

/** A TLS greeting, or whatever else is no line of text, won't become a request by waiting for more. */
function cannotBeHttp(text: string): boolean {
  return text !== "" && !/^[A-Z]+( |$)/.test(text.slice(0, text.indexOf(" ") + 1 || 20));
}

function parseHead(text: string, lengthBytes: number): Head | "malformed" {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, target, minor] = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(first) ?? [];
  if (method === undefined || target === undefined) return "malformed";
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return "malformed";
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const path = target.replace(/^https?:\/\/[^/?]*/, "") || "/";
  const question = path.indexOf("?");
  const wanted = headers.connection?.toLowerCase();
  return {
    method,
    path: question < 0 ? path : path.slice(0, question),
    query: question < 0 ? "" : path.slice(question + 1),
    headers,
    isLast: wanted === "close" || (minor === "0" && wanted !== "keep-alive"),
    lengthBytes,
  };
}

/** A body in chunks. */
function readChunks(
  bytes: Uint8Array,
  from: number,
): { bytes: Uint8Array; endIndex: number } | "malformed" | undefined {
  const parts: Uint8Array[] = [];
  let total = 0;
  let index = from;
  for (;;) {
    const lineEnd = indexOfLineEnd(bytes, index);
    if (lineEnd < 0) return undefined;
    const size = latin1(bytes.subarray(index, lineEnd)).split(";")[0]!.trim();
    const length = /^[0-9a-fA-F]{1,8}$/.test(size) ? Number.parseInt(size, 16) : -1;
    total += length;
    if (length < 0 || total > HTTP_BODY_BYTES_MAX) return "malformed";
    index = lineEnd + 2;
    if (length === 0) break;
    if (bytes.length < index + length + 2) return undefined;
    parts.push(bytes.slice(index, index + length));
    index += length + 2;
  }
  // What follows the last chunk is lines, the last one empty.
  for (;;) {
    const lineEnd = indexOfLineEnd(bytes, index);
    if (lineEnd < 0) return undefined;
    const isEmpty = lineEnd === index;
    index = lineEnd + 2;
    if (isEmpty) return { bytes: joined(parts, total), endIndex: index };
  }
}

function indexOfLineEnd(bytes: Uint8Array, from: number): number {
  for (let index = from; index + 1 < bytes.length; index++)
    if (bytes[index] === 13 && bytes[index + 1] === 10) return index;
  return -1;
}

function joined(parts: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let index = 0;
  for (const part of parts) {
    bytes.set(part, index);
    index += part.length;
  }
  return bytes;
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

import { groupVersion, type KindDefinition, statusError, StatusError } from "../api/index.ts";
import { type ApiResponse, readBody, type WatchFrame } from "../net/index.ts";

type Kind<T> = KindDefinition<T>;

/** The value of an answer; throws the StatusError that it carries when it isn't success. */
export async function answerOf(response: ApiResponse, decode?: (bytes: Uint8Array) => unknown): Promise<unknown> {
  const value = await bodyValue(response, decode);
  if (response.status >= 400) throw errorOf(response, value);
  return value;
}

async function bodyValue(response: ApiResponse, decode?: (bytes: Uint8Array) => unknown): Promise<unknown> {
  const { body } = response;
  switch (body.type) {
    case "none":
      return undefined;
    case "object":
      return body.value;
    case "bytes":
      return parseBytes(response, body.bytes, decode);
    case "stream":
      return parseBytes(response, await readBody(response, Number.POSITIVE_INFINITY), decode);
    case "events":
    case "upgrade":
    case "tunnel":
      throw statusError({ code: 500, reason: "InternalError", message: `unexpected ${body.type} as an answer` });
    default:
      return body satisfies never;
  }
}

function parseBytes(response: ApiResponse, bytes: Uint8Array, decode?: (bytes: Uint8Array) => unknown): unknown {
  if (bytes.length === 0) return undefined;
  const type = contentType(response);
  if (type.startsWith("application/vnd.kubernetes.protobuf")) return decodeOrThrow(decode, bytes);
  const text = new TextDecoder().decode(bytes);
  if (!type.startsWith("application/json")) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw statusError({ code: 500, reason: "InternalError", message: "decode answer: not JSON" }, { cause });
  }
}

function contentType({ headers }: ApiResponse): string {
  const value = headers["content-type"];
  return typeof value === "string" ? value : (value?.[0] ?? "application/json");
}

function errorOf(response: ApiResponse, value: unknown): StatusError {
  if (isStatus(value)) return new StatusError(value as ConstructorParameters<typeof StatusError>[0]);
  const message =
    typeof value === "string" && value ? value : `the server answered with HTTP status ${response.status}`;
  return statusError({ code: response.status, reason: REASONS[response.status] ?? "Unknown", message });
}

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** Whether a value is a Status. */
export function isStatus(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { kind?: string }).kind === "Status";
}

/** Names the type on an object that came without it, as items of lists do. */
export function named<T>(kind: Kind<T>, object: unknown): T {
  if ((object as { kind?: string }).kind) return object as T;
  return { kind: kind.kind, apiVersion: groupVersion(kind), ...(object as object) } as T;
}

/** Batches of watch frames from whatever the transport gives. */
export async function* frames(
  response: ApiResponse,
  decodeFrame: (bytes: Uint8Array) => WatchFrame,
): AsyncIterable<readonly WatchFrame[]> {
  const { body } = response;
  if (response.status >= 400 || body.type === "none") {
    await answerOf(response);
    return;
  }
  if (body.type === "events") yield* body.batches;
  else if (body.type === "stream") {
    if (contentType(response).startsWith("application/vnd.kubernetes.protobuf"))
      yield* protobufFrames(body.chunks, decodeFrame);
    else yield* jsonFrames(body.chunks);
  } else if (body.type === "bytes") yield* jsonFrames(one(body.bytes));
  else throw statusError({ code: 500, reason: "InternalError", message: `unexpected ${body.type} as a watch` });
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** One JSON document a line; all that one chunk completes is a batch. */
async function* jsonFrames(chunks: AsyncIterable<Uint8Array>): AsyncIterable<readonly WatchFrame[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end < 0) {
      // Not looked through again with each piece that comes: a line may be long.
      rest += text;
      continue;
    }
    const lines = (rest + text.slice(0, end)).split("\n");
    rest = text.slice(end + 1);
    const batch = lines.filter((line) => line !== "").map(frameOf);
    if (batch.length > 0) yield batch;
  }
}

const FRAME_TYPES: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]);

function frameOf(line: string): WatchFrame {
  const frame = parsed(line) as Partial<WatchFrame> | null;
  const { type, object } = typeof frame === "object" && frame !== null ? frame : {};
  if (FRAME_TYPES.has(type) && typeof object === "object" && object !== null) return frame as WatchFrame;
  throw statusError({ code: 500, reason: "InternalError", message: "decode watch: a line is no event" });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw statusError({ code: 500, reason: "InternalError", message: "decode watch: a line is not JSON" }, { cause });
  }
}

/** Frames of a four-byte length and a message. */
async function* protobufFrames(
  chunks: AsyncIterable<Uint8Array>,
  decodeFrame: (bytes: Uint8Array) => WatchFrame,
): AsyncIterable<readonly WatchFrame[]> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const batch: WatchFrame[] = [];
    let at = 0;
    while (rest.length - at >= 4) {
      const length = new DataView(rest.buffer, rest.byteOffset + at, 4).getUint32(0);
      if (rest.length - at - 4 < length) break;
      batch.push(decodeFrame(rest.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    rest = rest.subarray(at);
    if (batch.length > 0) yield batch;
  }
}

function decodeOrThrow(decode: ((bytes: Uint8Array) => unknown) | undefined, bytes: Uint8Array): unknown {
  if (!decode)
    throw statusError({ code: 500, reason: "InternalError", message: "decode answer: protobuf was not asked for" });
  return decode(bytes);
}

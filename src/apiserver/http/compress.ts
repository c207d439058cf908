import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import { type ApiRequest, type ApiResponse, pump, writableSink } from "../../net/index.ts";

const COMPRESS_FROM_BYTES = 128 * 1024;
const OPTIONS = { level: constants.Z_BEST_SPEED };

/** Packs large answers for clients that take gzip, beside the event loop. */
export async function compressed(request: ApiRequest, response: ApiResponse): Promise<ApiResponse> {
  const { body } = response;
  if (body.type !== "bytes" || body.bytes.length < COMPRESS_FROM_BYTES || decided.has(body)) return response;
  if (!takesGzip(request)) return response;
  return packed(response, { type: "bytes", bytes: await promisify(gzip)(body.bytes, OPTIONS) });
}

/** Bodies of which it has been decided whether they are packed. */
const decided = new WeakSet<ApiResponse["body"]>();

/** An answer that is the same for all. */
export function neverPacked(response: ApiResponse): ApiResponse {
  decided.add(response.body);
  return response;
}

/** Packs an answer of any size for who `prefers` that; what tells that it may differ is left to the answer. */
export async function packedWhere(
  request: ApiRequest,
  response: ApiResponse,
  prefers: (accepted: ReadonlyMap<string, number>) => boolean,
): Promise<ApiResponse> {
  const { body } = response;
  if (body.type !== "bytes" || !prefers(qualities(request))) return neverPacked(response);
  const bytes = await promisify(gzip)(body.bytes, OPTIONS);
  const headers = { ...response.headers, "content-encoding": "gzip" };
  return neverPacked({ ...response, headers, body: { type: "bytes", bytes } });
}

const QUALITY = /^\s*([^\s;]+)\s*(?:;\s*q=(\d(?:\.\d*)?)\s*)?$/;

/** How much a client wants each way of packing; what can't be read isn't wanted. */
function qualities({ headers }: ApiRequest): ReadonlyMap<string, number> {
  const accepted = new Map<string, number>();
  for (const clause of (headers["accept-encoding"] ?? "").split(",")) {
    const match = QUALITY.exec(clause);
    if (match) accepted.set(match[1]!, Number(match[2] ?? 1));
  }
  return accepted;
}

/** The same for an answer that comes in pieces, such as a long list: packs them as they come. */
export function compressedStream(request: ApiRequest, response: ApiResponse): ApiResponse {
  const { body } = response;
  if (body.type !== "stream" || !takesGzip(request)) return response;
  const chunks = createGzip(OPTIONS);
  pump(body, writableSink(chunks)).then(
    () => chunks.end(),
    (error) => chunks.destroy(error),
  );
  return packed(response, { type: "stream", chunks });
}

function packed(response: ApiResponse, body: ApiResponse["body"]): ApiResponse {
  const headers = { ...response.headers, "content-encoding": "gzip", vary: "Accept-Encoding" };
  return { ...response, headers, body };
}

function takesGzip({ headers }: ApiRequest): boolean {
  // The original looks for the bare word: who says how much it is wanted doesn't get it.
  return (headers["accept-encoding"] ?? "").split(",").some((one) => one.trim() === "gzip");
}

import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import { type ApiRequest, type ApiResponse, pump, writableSink } from "../../net/index.ts";

const COMPRESS_FROM_BYTES = 128 * 1024;
const OPTIONS = { level: constants.Z_BEST_SPEED };

/** Packs large answers for clients that take gzip, beside the event loop. */
export async function compressed(request: ApiRequest, response: ApiResponse): Promise<ApiResponse> {
  const { body } = response;
  if (body.type !== "bytes" || body.bytes.length < COMPRESS_FROM_BYTES || !takesGzip(request)) return response;
  return packed(response, { type: "bytes", bytes: await promisify(gzip)(body.bytes, OPTIONS) });
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
  return (headers["accept-encoding"] ?? "").split(",").some((one) => one.split(";")[0]!.trim() === "gzip");
}

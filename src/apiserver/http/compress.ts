import { constants, gzipSync } from "node:zlib";
import type { ApiRequest, ApiResponse } from "../../net/message.ts";

const COMPRESS_FROM_BYTES = 128 * 1024;

/** Packs large answers for clients that take gzip. */
export function compressed(request: ApiRequest, response: ApiResponse): ApiResponse {
  const { body } = response;
  if (body.type !== "bytes" || body.bytes.length < COMPRESS_FROM_BYTES || !takesGzip(request)) return response;
  const bytes = gzipSync(body.bytes, { level: constants.Z_BEST_SPEED });
  return {
    ...response,
    headers: { ...response.headers, "content-encoding": "gzip", vary: "Accept-Encoding" },
    body: { type: "bytes", bytes },
  };
}

function takesGzip({ headers }: ApiRequest): boolean {
  return (headers["accept-encoding"] ?? "").split(",").some((one) => one.split(";")[0]!.trim() === "gzip");
}

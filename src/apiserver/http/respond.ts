import { messageOf } from "../../base/index.ts";
import { YamlError, yamlText } from "../yaml/index.ts";
import { internal, Status, StatusError } from "../../api/index.ts";
import { encodeProtoObject, goJson } from "../../schema/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import { type Format, contentType } from "./negotiate.ts";

const encoder = new TextEncoder();

/** An answer from JSON data. */
export function respond(status: number, value: unknown, format: Format): ApiResponse {
  if (format.encoding === "object")
    return { status, headers: { "content-type": "application/json" }, body: { type: "object", value } };
  if (format.encoding !== "yaml") return respondBytes(status, encodeText(value, format), "application/json");
  try {
    return respondBytes(status, encodeText(value, format), YAML);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return respondBytes(500, encodeText(unwritable(error.message), format), YAML);
  }
}

const YAML = "application/yaml";

/** What can't be written in the form asked for is a failure that has no name. */
function unwritable(message: string): unknown {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code: 500 };
}

function encodeText(value: unknown, { encoding, pretty }: Format): Uint8Array {
  if (encoding === "yaml") return encoder.encode(yamlText(value));
  // What is indented ends without a line break, as the original's does.
  return encoder.encode(pretty ? goJson(value, 2) : `${goJson(value)}\n`);
}

/** An answer from bytes. */
export function respondBytes(status: number, bytes: Uint8Array, type: string): ApiResponse {
  return {
    status,
    headers: { "content-type": type, "cache-control": "no-cache, private" },
    body: { type: "bytes", bytes },
  };
}

/** Plain text, as health checks and unknown paths answer. */
export function respondText(status: number, text: string): ApiResponse {
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-cache, private",
    "x-content-type-options": "nosniff",
  };
  return { status, headers, body: { type: "bytes", bytes: encoder.encode(text) } };
}

/** The answer for an error: the one place where an HTTP status is chosen. */
export function respondError(error: unknown, format: Format): ApiResponse {
  const known = error instanceof StatusError ? error : internal(messageOf(error), { cause: error });
  const response = statusResponse(known, format);
  const seconds = known.status.details?.retryAfterSeconds;
  return seconds ? { ...response, headers: { ...response.headers, "retry-after": String(seconds) } } : response;
}

function statusResponse({ code, status }: StatusError, format: Format): ApiResponse {
  const { reason, ...rest } = status;
  const shown = reason ? status : rest;
  if (format.encoding !== "protobuf") return respond(code, shown, { ...format, as: "object" });
  const bytes = encodeProtoObject(Status, shown as { apiVersion: string; kind: string });
  return respondBytes(code, bytes, contentType(format, false));
}

import { kindFor } from "../../api/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import { decodeProto, goJson, openProtoEnvelope } from "../../schema/index.ts";
import { parse } from "yaml";

type Json = Readonly<Record<string, unknown>>;

/** How a Status begins, as it is written for most. */
const STATUS = Buffer.from('{"kind":"Status"');

/** Whether an answer is a Status, which tells more than its code. */
export function isStatus({ body }: ApiResponse): boolean {
  return (
    body.type === "bytes" &&
    STATUS.equals(Buffer.from(body.bytes.buffer, body.bytes.byteOffset, Math.min(body.bytes.length, STATUS.length)))
  );
}

/** The object that was answered, as JSON on one line; undefined when it was no object. */
export function answeredJson({ body, headers }: ApiResponse): string | undefined {
  if (body.type === "object") return goJson(body.value);
  if (body.type !== "bytes" || body.bytes.length === 0) return undefined;
  const type = String(headers["content-type"] ?? "");
  const object = objectIn(body.bytes, type);
  if (object === undefined) return undefined;
  if (typeof object.kind !== "string" || typeof object.apiVersion !== "string") return undefined;
  return goJson(object);
}

function objectIn(bytes: Uint8Array, type: string): Json | undefined {
  const text = () => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  if (type.startsWith("application/json")) return JSON.parse(text()) as Json;
  if (type.startsWith("application/yaml")) return parse(text()) as Json;
  return type.startsWith("application/vnd.kubernetes.protobuf") ? fromProto(bytes) : undefined;
}

function fromProto(bytes: Uint8Array): Json | undefined {
  const { apiVersion, kind, raw } = openProtoEnvelope(bytes);
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const known = kindFor({ group, version, kind });
  return known && { kind, apiVersion, ...(decodeProto(known.struct, raw) as Json) };
}

/** A copy without managedFields, of the object and of those that it lists. */
export function withoutManagers(object: Json): Json {
  const { metadata, items } = object as { metadata?: Json; items?: readonly Json[] };
  const { managedFields: _, ...rest } = metadata ?? {};
  return {
    ...object,
    ...(metadata && { metadata: rest }),
    ...(Array.isArray(items) && { items: items.map(withoutManagers) }),
  };
}

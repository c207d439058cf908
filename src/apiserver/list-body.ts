import { groupVersion, type KindDefinition } from "../api/index.ts";
import type { Clock } from "../base/index.ts";
import type { ApiResponse } from "../net/message.ts";
import { encodeProto, protoEnvelope } from "../schema/index.ts";
import type { JsonPart, StoredObject } from "./registry/stored.ts";
import { inTurns } from "./turns.ts";

/** A list is sent in pieces of this size, with a turn for other requests after each. */
const CHUNK_BYTES = 256 * 1024;
/** Up to this size, about, it is one piece. */
const WHOLE_BYTES_MAX = 512 * 1024;

/** Where the bytes of a list come from, piece by piece. */
interface Source {
  readonly head: Uint8Array;
  readonly end: Uint8Array;
  readonly count: number;
  bytesOf(index: number): number;
  /** Writes an item; returns where it ends. */
  copy(index: number, target: Buffer, at: number): number;
}

export interface ListBodyCall {
  readonly head: { readonly kind: string; readonly apiVersion: string };
  readonly metadata: unknown;
  readonly items: readonly StoredObject[];
  readonly clock: Clock;
}

const encoder = new TextEncoder();
const JSON_END = encoder.encode("]}\n");
const COMMA = 0x2c;

/** A list from the stored bytes of its items, none of which is parsed, encoded or held twice. */
export function listJson(call: ListBodyCall & { readonly part: JsonPart }): ApiResponse {
  const { head, metadata, items, part, clock } = call;
  const source: Source = {
    head: encoder.encode(
      `{"kind":${JSON.stringify(head.kind)},"apiVersion":${JSON.stringify(head.apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`,
    ),
    end: JSON_END,
    count: items.length,
    bytesOf: (index) => items[index]!.jsonBytes(part) + (index > 0 ? 1 : 0),
    copy(index, target, at) {
      if (index > 0) target[at++] = COMMA;
      return items[index]!.copyJson(part, target, at);
    },
  };
  return answer("application/json", source, { bytesAbout: storedBytes(items), clock });
}

/** The message of an object, of which its envelope, its watch events and lists are made. */
export function protoMessage(kind: KindDefinition, stored: StoredObject): Uint8Array {
  return stored.form("protobuf message", (object) =>
    encodeProto(kind.struct, object as unknown as Record<string, unknown>),
  );
}

/** An object in protobuf with what says its type. */
export function protoObject(kind: KindDefinition, stored: StoredObject): Uint8Array {
  const message = protoMessage(kind, stored);
  const { head, end } = protoEnvelope({ kind: kind.kind, apiVersion: groupVersion(kind) }, message.length);
  return Buffer.concat([head, message, end]);
}

const METADATA_FIELD = 1;
const ITEMS_FIELD = 2;
const ITEM_TAG = ITEMS_FIELD * 8 + 2;

/** A list of the messages of its items, each encoded at most once while it is in use. */
export async function listProto(
  kind: KindDefinition,
  { head, metadata, items, clock }: ListBodyCall,
): Promise<ApiResponse> {
  const fields = kind.list.fields;
  if (fields.get("metadata")?.number !== METADATA_FIELD || fields.get("items")?.number !== ITEMS_FIELD)
    throw new Error(`list ${kind.plural}: its protobuf form has other fields than metadata and items`);
  const messages: Uint8Array[] = [];
  await inTurns(items, clock, (stored) => messages.push(protoMessage(kind, stored)));
  const listMetadata = encodeProto(kind.list, { metadata });
  const bytes = messages.reduce((sum, { length }) => sum + 1 + varintBytes(length) + length, listMetadata.length);
  const envelope = protoEnvelope(head, bytes);
  const source: Source = {
    head: Buffer.concat([envelope.head, listMetadata]),
    end: envelope.end,
    count: messages.length,
    bytesOf: (index) => 1 + varintBytes(messages[index]!.length) + messages[index]!.length,
    copy(index, target, at) {
      const message = messages[index]!;
      target[at] = ITEM_TAG;
      const start = writeVarint(target, at + 1, message.length);
      target.set(message, start);
      return start + message.length;
    },
  };
  return answer("application/vnd.kubernetes.protobuf", source, { bytesAbout: bytes, clock });
}

function storedBytes(items: readonly StoredObject[]): number {
  let bytes = 0;
  for (const { entry } of items) bytes += entry.value.length;
  return bytes;
}

function answer(
  type: string,
  source: Source,
  { bytesAbout, clock }: { bytesAbout: number; clock: Clock },
): ApiResponse {
  const headers = { "content-type": type, "cache-control": "no-cache, private" };
  if (bytesAbout > WHOLE_BYTES_MAX)
    return { status: 200, headers, body: { type: "stream", chunks: chunksOf(source, clock) } };
  return { status: 200, headers, body: { type: "bytes", bytes: wholeOf(source) } };
}

function wholeOf({ head, end, count, bytesOf, copy }: Source): Uint8Array {
  let bytes = head.length + end.length;
  for (let index = 0; index < count; index++) bytes += bytesOf(index);
  const target = Buffer.allocUnsafe(bytes);
  target.set(head);
  let at = head.length;
  for (let index = 0; index < count; index++) at = copy(index, target, at);
  target.set(end, at);
  return target;
}

async function* chunksOf({ head, end, count, bytesOf, copy }: Source, clock: Clock): AsyncGenerator<Uint8Array> {
  let target = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  target.set(head);
  let at = head.length;
  for (let index = 0; index < count; index++) {
    const bytes = bytesOf(index);
    if (at + bytes > target.length) {
      yield target.subarray(0, at);
      await clock.yield();
      target = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
      at = 0;
    }
    at = copy(index, target, at);
  }
  yield target.subarray(0, at);
  yield end;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

function writeVarint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > 127) {
    target[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  target[end++] = rest;
  return end;
}

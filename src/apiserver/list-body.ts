import { groupVersion, type KindDefinition } from "../api/index.ts";
import type { Clock } from "../base/index.ts";
import type { ApiResponse } from "../net/message.ts";
import { encodeProto, JsonToProto, protoEnvelope, ProtoWriter, varintBytes } from "../schema/index.ts";
import { answerFrom, type Source } from "./chunks.ts";
import type { JsonPart, StoredObject } from "./registry/stored.ts";
import { inTurns } from "./turns.ts";

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
  return answerFrom("application/json", source, { bytesAbout: storedBytes(items), clock });
}

const transcoder = new JsonToProto();
const writer = new ProtoWriter();
let scratch = Buffer.allocUnsafeSlow(16 * 1024);
const SCRATCH_BYTES_MAX = 256 * 1024;

/** The message of an object, until the next one is made. */
export function messageOf(kind: KindDefinition, stored: StoredObject): Uint8Array {
  const bytes = stored.jsonBytes("withoutType");
  const json = bytes > SCRATCH_BYTES_MAX ? Buffer.allocUnsafeSlow(bytes) : scratchOf(bytes);
  const end = stored.copyJson("withoutType", json, 0);
  writer.clear();
  transcoder.write(writer, kind.struct, json.subarray(0, end));
  return writer.view();
}

function scratchOf(bytes: number): Buffer {
  if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(Math.min(bytes * 2, SCRATCH_BYTES_MAX));
  return scratch;
}

/** The message of an object, kept. */
function protoMessage(kind: KindDefinition, stored: StoredObject): Uint8Array {
  return stored.form("protobuf message", () => {
    const message = messageOf(kind, stored);
    stored.protoBytes = message.length;
    return Buffer.from(message);
  });
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

/** Stored bytes of a list whose messages are kept, as those of single objects are. */
const KEPT_BYTES_MAX = 24 * 1024 * 1024;

/**
 * A list of the messages of its items. Its length stands in front, so that each item's must be known before the first is
 * sent: a long list, whose messages aren't kept, encodes an item twice when it is the first that the item is in.
 */
export async function listProto(
  kind: KindDefinition,
  { head, metadata, items, clock }: ListBodyCall,
): Promise<ApiResponse> {
  const fields = kind.list.fields;
  if (fields.get("metadata")?.number !== METADATA_FIELD || fields.get("items")?.number !== ITEMS_FIELD)
    throw new Error(`list ${kind.plural}: its protobuf form has other fields than metadata and items`);
  const listMetadata = encodeProto(kind.list, { metadata });
  const make = storedBytes(items) <= KEPT_BYTES_MAX ? protoMessage : messageOf;
  let bytes = listMetadata.length;
  await inTurns(items, clock, (stored) => {
    stored.protoBytes ??= make(kind, stored).length;
    bytes += 1 + varintBytes(stored.protoBytes) + stored.protoBytes;
  });
  const envelope = protoEnvelope(head, bytes);
  const source: Source = {
    head: Buffer.concat([envelope.head, listMetadata]),
    end: envelope.end,
    count: items.length,
    bytesOf(index) {
      const length = items[index]!.protoBytes!;
      return 1 + varintBytes(length) + length;
    },
    copy(index, target, at) {
      const message = make(kind, items[index]!);
      target[at] = ITEM_TAG;
      const start = writeVarint(target, at + 1, message.length);
      target.set(message, start);
      return start + message.length;
    },
  };
  return answerFrom("application/vnd.kubernetes.protobuf", source, { bytesAbout: bytes, clock });
}

function storedBytes(items: readonly StoredObject[]): number {
  let bytes = 0;
  for (const { entry } of items) bytes += entry.value.length;
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

import { groupVersion, type KindDefinition } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import {
  encodeProto,
  JsonToProto,
  protoEnvelope,
  ProtoWriter,
  type StructNode,
  varintBytes,
} from "../../schema/index.ts";
import { answerFrom, type Source } from "./chunks.ts";
import type { JsonPart, StoredObject } from "../stored/stored.ts";
import { inTurns } from "../turns.ts";

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
export async function listProto(kind: KindDefinition, call: ListBodyCall): Promise<ApiResponse> {
  const { items, clock } = call;
  const make = storedBytes(items) <= KEPT_BYTES_MAX ? protoMessage : messageOf;
  await inTurns(items, clock, (stored) => {
    stored.protoBytes ??= make(kind, stored).length;
  });
  return protoAnswer(kind.list, call, {
    bytesOf: (index) => items[index]!.protoBytes!,
    message: (index) => make(kind, items[index]!),
  });
}

/** A list of what is made of its items and kept until it is sent, as their metadata. */
export async function listProtoOf(
  list: StructNode,
  call: ListBodyCall,
  make: (stored: StoredObject) => Uint8Array,
): Promise<ApiResponse> {
  const messages: Uint8Array[] = [];
  await inTurns(call.items, call.clock, (stored) => messages.push(make(stored)));
  return protoAnswer(list, call, {
    bytesOf: (index) => messages[index]!.length,
    message: (index) => messages[index]!,
  });
}

interface Messages {
  bytesOf(index: number): number;
  message(index: number): Uint8Array;
}

function protoAnswer(
  list: StructNode,
  { head, metadata, items, clock }: ListBodyCall,
  { bytesOf, message }: Messages,
): ApiResponse {
  if (list.fields.get("metadata")?.number !== METADATA_FIELD || list.fields.get("items")?.number !== ITEMS_FIELD)
    throw new Error(`list ${list.name}: its protobuf form has other fields than metadata and items`);
  const listMetadata = encodeProto(list, { metadata });
  const itemBytes = (index: number) => 1 + varintBytes(bytesOf(index)) + bytesOf(index);
  let bytes = listMetadata.length;
  for (let index = 0; index < items.length; index++) bytes += itemBytes(index);
  const envelope = protoEnvelope(head, bytes);
  const source: Source = {
    head: Buffer.concat([envelope.head, listMetadata]),
    end: envelope.end,
    count: items.length,
    bytesOf: itemBytes,
    copy(index, target, at) {
      const made = message(index);
      target[at] = ITEM_TAG;
      const start = writeVarint(target, at + 1, made.length);
      target.set(made, start);
      return start + made.length;
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

import {
  behaviorOf,
  canonicalQuantity,
  groupVersion,
  type KindDefinition,
  type KubeObject,
  PartialObjectMetadata,
  Status,
} from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import type { WatchFrame } from "../../net/message.ts";
import {
  decodeJson,
  encodeProtoObject,
  goJson,
  protoEnvelope,
  ProtoWriter,
  type StructNode,
  varintBytes,
} from "../../schema/index.ts";
import { takeBuffer } from "../list/chunks.ts";
import type { Format } from "../http/negotiate.ts";
import { messageOf } from "../list/body.ts";
import type { StoredObject } from "../stored/stored.ts";
import { partialMetadata, protoMetadata, tableOf, type TableOptions, tableOptions } from "../list/table.ts";
import type { SharedChunks } from "./shared.ts";
import type { WatchItem } from "./watch.ts";

export interface EventEncoderOptions {
  /** The version that the client speaks. */
  readonly kind: KindDefinition;
  /** The version that is stored. */
  readonly hub: KindDefinition;
  readonly format: Format;
  readonly query: URLSearchParams;
  readonly clock: Clock;
  /** Chunks that watchers of the same version of the kind get in common. */
  readonly shared?: SharedChunks;
}

type Extra = Extract<WatchItem, { readonly object: unknown }>;
type Kept = Extract<WatchItem, { readonly stored: StoredObject }>;

const encoder = new TextEncoder();
const EVENT_END = encoder.encode("}\n");
const EVENT_HEADS = Object.fromEntries(
  ["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"].map((type) => [
    type,
    encoder.encode(`{"type":"${type}","object":`),
  ]),
);

/** Turns the events of one watch into bytes, in the format that its client asked for. */
export class EventEncoder {
  readonly #options: EventEncoderOptions;
  readonly #table: TableOptions | undefined;
  #hasColumns = false;

  constructor(options: EventEncoderOptions) {
    this.#options = options;
    this.#table = options.format.as === "table" ? tableOptions(options.query) : undefined;
  }

  /** All events as one chunk. It may be shared: nobody changes it, and only `giveBack` knows what may be used again. */
  encode(items: readonly WatchItem[]): Uint8Array {
    const { format, shared } = this.#options;
    if (format.as !== "object" || !shared || isInitial(items[0])) return this.encodeAlone(items);
    return shared.chunk(format.encoding, items, (all) => this.encodeAlone(all));
  }

  /** The same without looking for what another watcher has got. */
  encodeAlone(items: readonly WatchItem[]): Uint8Array {
    if (this.#options.format.encoding === "protobuf") return Buffer.concat(items.map((item) => this.#frame(item)));
    if (this.#options.format.as === "object") return this.#jsonObjects(items);
    const parts: Uint8Array[] = [];
    for (const item of items) parts.push(EVENT_HEADS[item.type]!, this.#json(item), EVENT_END);
    return Buffer.concat(parts);
  }

  /** One event by itself, which comes in a message that tells its length. */
  message(item: WatchItem): Uint8Array {
    const bytes = this.encode([item]);
    return this.isText ? bytes : bytes.subarray(FRAME_HEADER_BYTES);
  }

  get isText(): boolean {
    return this.#options.format.encoding !== "protobuf";
  }

  /** The same for a caller in this process: objects that are shared and never changed. */
  frames(items: readonly WatchItem[]): WatchFrame[] {
    return items.map((item) => ({ type: item.type, object: "stored" in item ? this.#shown(item) : this.#extra(item) }));
  }

  #shown({ stored }: Kept): unknown {
    const { kind, format } = this.#options;
    return format.as === "object" ? stored.as(kind).object : partialMetadata(stored.object, format.viewVersion);
  }

  /** Copies what is stored, none of which is kept in another form for it. */
  #jsonObjects(items: readonly WatchItem[]): Uint8Array {
    const { kind } = this.#options;
    const extras = new Map<WatchItem, Uint8Array>();
    let bytes = 0;
    for (const item of items) {
      bytes += EVENT_HEADS[item.type]!.length + EVENT_END.length;
      if ("stored" in item) bytes += item.stored.as(kind).jsonBytes("whole");
      else {
        const json = this.#json(item);
        extras.set(item, json);
        bytes += json.length;
      }
    }
    const target = isInitial(items[0]) && bytes > LONG_BYTES ? takeBuffer(bytes) : Buffer.allocUnsafe(bytes);
    let at = 0;
    const put = (part: Uint8Array) => {
      target.set(part, at);
      at += part.length;
    };
    for (const item of items) {
      put(EVENT_HEADS[item.type]!);
      if ("stored" in item) at = item.stored.as(kind).copyJson("whole", target, at);
      else put(extras.get(item)!);
      put(EVENT_END);
    }
    return target.subarray(0, at);
  }

  #json(item: WatchItem): Uint8Array {
    if (!("stored" in item)) return encoder.encode(goJson(this.#extra(item)));
    const { format, hub } = this.#options;
    const stored = item.stored.as(hub);
    if (format.as === "table") return encoder.encode(goJson(this.#row(stored, stored.revision)));
    const { viewVersion } = format;
    return stored.form(`metadata ${viewVersion}`, ({ object }) =>
      encoder.encode(goJson(partialMetadata(object, viewVersion))),
    );
  }

  #row(item: { readonly object: KubeObject }, revision: number | string): unknown {
    const { hub, format, clock } = this.#options;
    const withoutColumns = this.#hasColumns;
    this.#hasColumns = true;
    const metadata = { resourceVersion: String(revision) };
    return tableOf(hub, [item], { metadata, nowMs: clock.now(), format, withoutColumns, ...this.#table! });
  }

  /** A bookmark in the view of the watch, of an object that has nothing but a version; an error is what it is. */
  #extra({ type, object }: Extra): unknown {
    const { format, hub, kind } = this.#options;
    if (type === "ERROR") return object;
    const bookmark = object as KubeObject;
    if (format.as === "table")
      return this.#row({ object: blank(hub, bookmark) as KubeObject }, bookmark.metadata.resourceVersion);
    return format.as === "object" ? blank(kind, bookmark) : partialMetadata(bookmark, format.viewVersion);
  }

  #frame(item: WatchItem): Uint8Array {
    const { kind, format } = this.#options;
    if (!("stored" in item)) return frame(item.type, this.#protoExtra(item));
    if (format.as !== "object") return frame(item.type, protoMetadata(item.stored, format.viewVersion));
    const message = messageOf(kind, item.stored.as(kind));
    const { head, end } = protoEnvelope({ kind: kind.kind, apiVersion: groupVersion(kind) }, message.length);
    return frame(item.type, head, message, end);
  }

  #protoExtra(item: Extra): Uint8Array {
    const { kind, format } = this.#options;
    const type: StructNode =
      item.type === "ERROR" ? Status : format.as === "object" ? kind.struct : PartialObjectMetadata;
    return encodeProtoObject(type, this.#extra(item) as { apiVersion: string; kind: string });
  }
}

/** A bookmark with what no object of its kind is written without. */
function blank(kind: KindDefinition, bookmark: KubeObject): unknown {
  if (kind.custom) return bookmark;
  const object = { ...decodeJson(kind.struct, bookmark, { quantity: canonicalQuantity }).value, ...bookmark };
  object.metadata = { ...bookmark.metadata };
  behaviorOf(kind).fillBlank?.(object as never);
  return object;
}

/** From here on it's worth a buffer that is used again, which is as long as a piece of a list. */
const LONG_BYTES = 64 * 1024;
const FRAME_HEADER_BYTES = 4;

/** One event of a protobuf watch: its length, then a meta.v1.WatchEvent, whose object is a message in a message. */
function frame(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  const writer = new ProtoWriter();
  writer.text(1, type);
  writer.tag(2, 2);
  writer.varint(1 + varintBytes(bytes) + bytes);
  writer.tag(1, 2);
  writer.varint(bytes);
  const head = writer.view();
  const whole = Buffer.allocUnsafe(FRAME_HEADER_BYTES + head.length + bytes);
  whole.writeUInt32BE(head.length + bytes);
  whole.set(head, FRAME_HEADER_BYTES);
  let at = FRAME_HEADER_BYTES + head.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function isInitial(item: WatchItem | undefined): boolean {
  return item !== undefined && "isInitial" in item;
}

import {
  canonicalQuantity,
  type KindDefinition,
  type KubeObject,
  PartialObjectMetadata,
  Status,
} from "../api/index.ts";
import type { Clock } from "../base/index.ts";
import { decodeJson, encodeProtoObject, goJson, ProtoWriter, type StructNode } from "../schema/index.ts";
import type { Format } from "./http/negotiate.ts";
import { protoObject } from "./list-body.ts";
import { partialMetadata, protoMetadata, tableOf, type TableOptions, tableOptions } from "./table.ts";
import type { SharedChunks } from "./watch-shared.ts";
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

  /** All events as one chunk. It may be shared: nobody changes it. */
  encode(items: readonly WatchItem[]): Uint8Array {
    const { format, shared } = this.#options;
    if (format.as !== "object" || !shared) return this.encodeAlone(items);
    return shared.chunk(format.encoding, items, (all) => this.encodeAlone(all));
  }

  /** The same without looking for what another watcher has got. */
  encodeAlone(items: readonly WatchItem[]): Uint8Array {
    if (this.#options.format.encoding === "protobuf") return Buffer.concat(items.map((item) => this.#frame(item)));
    const parts: Uint8Array[] = [];
    for (const item of items) parts.push(EVENT_HEADS[item.type]!, this.#json(item), EVENT_END);
    return Buffer.concat(parts);
  }

  #json(item: WatchItem): Uint8Array {
    if (!("stored" in item)) return encoder.encode(goJson(this.#extra(item)));
    const { kind, format } = this.#options;
    const { stored } = item;
    if (format.as === "object") return stored.as(kind).json;
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

  /** A bookmark in the view of the watch; an error is what it is. */
  #extra({ type, object }: Extra): unknown {
    const { format, hub } = this.#options;
    if (type === "ERROR" || format.as === "object") return object;
    const bookmark = object as KubeObject;
    if (format.as !== "table") return partialMetadata(bookmark, format.viewVersion);
    const blank = decodeJson(hub.struct, object, { quantity: canonicalQuantity }).value;
    return this.#row({ object: { ...blank, ...bookmark } }, bookmark.metadata.resourceVersion);
  }

  #frame(item: WatchItem): Uint8Array {
    const { kind, format } = this.#options;
    if (!("stored" in item)) return frame(item.type, this.#protoExtra(item));
    if (format.as !== "object") return frame(item.type, protoMetadata(item.stored, format.viewVersion));
    return frame(item.type, protoObject(kind, item.stored.as(kind)));
  }

  #protoExtra(item: Extra): Uint8Array {
    const { kind, format } = this.#options;
    const type: StructNode =
      item.type === "ERROR" ? Status : format.as === "object" ? kind.struct : PartialObjectMetadata;
    return encodeProtoObject(type, this.#extra(item) as { apiVersion: string; kind: string });
  }
}

const FRAME_HEADER_BYTES = 4;

/** One event of a protobuf watch: its length, then a meta.v1.WatchEvent, whose object is a message in a message. */
function frame(type: string, raw: Uint8Array): Uint8Array {
  const writer = new ProtoWriter();
  writer.text(1, type);
  writer.message(2, () => writer.bytes(1, raw));
  const message = writer.finish();
  const whole = Buffer.allocUnsafe(FRAME_HEADER_BYTES + message.length);
  whole.writeUInt32BE(message.length);
  whole.set(message, FRAME_HEADER_BYTES);
  return whole;
}

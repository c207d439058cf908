import {
  DeleteOptions,
  kindFor,
  ListMeta,
  PartialObjectMetadata,
  PartialObjectMetadataList,
  PartialObjectMetadataListV1beta1,
  Status,
} from "../../../../src/api/index.ts";
import { type Field, list, type Node, ref, struct, type StructNode } from "../../../../src/schema/index.ts";

/** One field of a message, in the order in which the message has it. */
export interface WireField {
  readonly number: number;
  readonly wire: number;
  /** Digits of wire type 0, bytes of 1 and 5 and of what is read no further, fields of a message. */
  readonly value: bigint | Buffer | readonly WireField[];
  /** What the schema says of the field; undefined for one that it doesn't have. */
  readonly node: Node | undefined;
  readonly name: string;
}

export const MAGIC = Buffer.from("6b387300", "hex");

/** The struct that an envelope names; undefined when it is none of ours. */
function structOf(apiVersion: string, kind: string): StructNode | undefined {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  if (apiVersion === "meta.k8s.io/v1beta1" && kind === "PartialObjectMetadataList")
    return PartialObjectMetadataListV1beta1;
  const known = kindFor({ group, version, kind })?.struct ?? META[kind];
  if (known) return known;
  const item = kind.endsWith("List") ? kindFor({ group, version, kind: kind.slice(0, -"List".length) }) : undefined;
  return item && listStruct(item.struct);
}

const META: Readonly<Record<string, StructNode>> = {
  Status,
  DeleteOptions,
  PartialObjectMetadata,
  PartialObjectMetadataList,
};

const listStruct = (item: StructNode): StructNode =>
  struct(`${item.name}List`, () => ({ metadata: ref(1, ListMeta), items: list(2, item) }));

/** Reads a message by its schema; throws when it is cut short. */
export function fieldsOfMessage(bytes: Buffer, messageStruct: StructNode | undefined): readonly WireField[] {
  const byNumber = new Map<number, [string, Field]>(
    [...(messageStruct?.fields ?? [])].map(([name, field]) => [field.number, [name, field]]),
  );
  const found: WireField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const key = varintAt(bytes, at);
    const [number, wire] = [Number(key.value >> 3n), Number(key.value & 7n)];
    const [name, field] = byNumber.get(number) ?? [`#${number}`, undefined];
    const { value, end } = valueAt(bytes, key.end, wire);
    found.push({ number, wire, name, node: field?.node, value: opened(value, field?.node) });
    at = end;
  }
  return found;
}

function opened(value: bigint | Buffer, node: Node | undefined): WireField["value"] {
  if (!Buffer.isBuffer(value) || node === undefined) return value;
  switch (node.kind) {
    case "struct":
      return fieldsOfMessage(value, node);
    case "list":
      return node.element.kind === "list"
        ? fieldsOfMessage(
            value,
            struct("list", () => ({ items: { number: 1, node: node.element, options: {} } })),
          )
        : opened(value, node.element);
    case "map":
      return fieldsOfMessage(value, entryOf(node.value));
    case "scalar":
      return value;
  }
}

const entryOf = (value: Node): StructNode =>
  struct("entry", () => ({
    key: { number: 1, node: { kind: "scalar", type: "string" }, options: {} },
    value: { number: 2, node: value, options: {} },
  }));

function valueAt(bytes: Buffer, at: number, wire: number): { value: bigint | Buffer; end: number } {
  if (wire === 0) return varintAt(bytes, at);
  const head = wire === 2 ? varintAt(bytes, at) : { value: wire === 1 ? 8n : 4n, end: at };
  if (![1, 2, 5].includes(wire)) throw new Error(`read a message: wire type ${wire}`);
  const end = head.end + Number(head.value);
  if (end > bytes.length) throw new Error("read a message: it ends too soon");
  return { value: bytes.subarray(head.end, end), end };
}

function varintAt(bytes: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = start; at < bytes.length; at++) {
    value |= BigInt(bytes[at]! & 127) << BigInt(7 * (at - start));
    if (bytes[at]! < 128) return { value, end: at + 1 };
  }
  throw new Error("read a message: it ends too soon");
}

/** What {@link fieldsOfMessage} has read, or a change of it, as bytes. */
export function messageOf(fields: readonly WireField[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wire, value }) => {
      const tag = varint(BigInt(number * 8 + wire));
      if (typeof value === "bigint") return [tag, varint(value)];
      const bytes = Buffer.isBuffer(value) ? value : messageOf(value as readonly WireField[]);
      return wire === 2 ? [tag, varint(BigInt(bytes.length)), bytes] : [tag, bytes];
    }),
  );
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** An object's envelope: its parts, each only if it is given. */
export function envelope(parts: {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly raw?: Buffer;
  readonly contentEncoding?: string;
  readonly contentType?: string;
}): Buffer {
  const { apiVersion, kind, raw, contentEncoding, contentType } = parts;
  const text = (number: number, value: string | Buffer | undefined) =>
    value === undefined ? [] : [{ number, wire: 2, value: Buffer.from(value), node: undefined, name: "" }];
  const type = messageOf([...text(1, apiVersion), ...text(2, kind)]);
  return Buffer.concat([
    MAGIC,
    messageOf([...text(1, type), ...text(2, raw), ...text(3, contentEncoding), ...text(4, contentType)]),
  ]);
}

/** An answer in protobuf as what two servers' can be compared by: which fields are there, too, and nothing of lengths. */
export function shownProtobuf(bytes: Buffer): unknown {
  try {
    if (!bytes.subarray(0, 4).equals(MAGIC)) return bytes.toString("base64");
    const parts = fieldsOfMessage(bytes.subarray(4), undefined);
    const [apiVersion = "", kind = ""] = textsOf(parts.find(({ number }) => number === 1)?.value as Buffer);
    const known = structOf(apiVersion, kind);
    const shown = parts.map(({ number, value }): [string, unknown] => {
      const bytes = value as Buffer;
      if (number === 2 && known) return ["raw", shownFields(fieldsOfMessage(bytes, known))];
      return [`#${number}`, number === 1 ? [apiVersion, kind] : bytes.toString("base64")];
    });
    return { protobuf: Object.fromEntries(shown) };
  } catch {
    return bytes.toString("base64");
  }
}

/** A watch's frames, each an event with an object in an envelope. */
export function shownEvents(bytes: Buffer): unknown {
  const events: unknown[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const event = fieldsOfMessage(bytes.subarray(at + 4, end), undefined);
    events.push(
      event.map(({ number, value }) => [number, number === 2 ? shownObject(value as Buffer) : String(value)]),
    );
    at = end;
  }
  return events;
}

function shownObject(bytes: Buffer): unknown {
  return fieldsOfMessage(bytes, undefined).map(({ number, value }) => [number, shownProtobuf(value as Buffer)]);
}

function textsOf(bytes: Buffer): string[] {
  return fieldsOfMessage(bytes, undefined).map(({ value }) => String(value));
}

function shownFields(fields: readonly WireField[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { name, node, value } of fields) {
    const isMany = node?.kind === "list" || node?.kind === "map";
    const one = shownValue(value, node?.kind === "list" ? node.element : node);
    if (isMany) shown[name] = [...((shown[name] as unknown[]) ?? []), one];
    else shown[Object.hasOwn(shown, name) ? `${name} again` : name] = one;
  }
  return shown;
}

function shownValue(value: WireField["value"], node: Node | undefined): unknown {
  if (typeof value === "bigint") return String(value);
  if (!Buffer.isBuffer(value)) return shownFields(value as readonly WireField[]);
  if (node?.kind !== "scalar") return value.toString("base64");
  switch (node.type) {
    case "string":
      return value.toString();
    case "time":
    case "microTime":
      return shownTime(value);
    case "raw":
    case "any":
    case "deduced":
      return shownRaw(value);
    case "quantity":
    case "intOrString":
      return fieldsOfMessage(value, undefined).map(({ number, value }) => `${number}:${String(value)}`);
    default:
      return value.toString("base64");
  }
}

function shownTime(bytes: Buffer): string {
  const [seconds, nanos] = [1, 2].map((wanted) =>
    fieldsOfMessage(bytes, undefined).find(({ number }) => number === wanted),
  );
  if (!seconds) return bytes.toString("hex");
  const time = new Date(Number(BigInt.asIntN(64, seconds.value as bigint)) * 1000).toISOString().slice(0, -5);
  return `${time}Z${nanos ? `+${String(nanos.value).replace(/[1-9]\d*/, "n")}` : ""}`;
}

function shownRaw(bytes: Buffer): unknown {
  return fieldsOfMessage(bytes, undefined).map(({ number, value }) => {
    const text = String(value);
    try {
      return [number, JSON.parse(text)];
    } catch {
      return [number, text];
    }
  });
}

import { own } from "../../base/index.ts";
import type { Field, Node, ScalarNode, StructNode } from "../dsl.ts";
import { rawDigits } from "../json/parse.ts";
import { ProtoError, ProtoWriter } from "./proto-wire.ts";

type Json = Record<string, unknown>;

/** What every object's message begins with. */
export const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/** An object as Kubernetes sends it in protobuf: marked, with its type outside. */
export function encodeProtoObject(
  struct: StructNode,
  object: { readonly apiVersion: string; readonly kind: string },
): Uint8Array {
  const writer = new ProtoWriter();
  writer.raw(MAGIC);
  writer.message(1, () => {
    writer.text(1, object.apiVersion);
    writer.text(2, object.kind);
  });
  writer.message(2, () => writeStruct(writer, struct, object as unknown as Json));
  writer.text(3, "");
  writer.text(4, "");
  return writer.finish();
}

const TYPE_ENDS = Uint8Array.of(0x1a, 0, 0x22, 0);

/** What comes before a message of this many bytes, and after it, to make it what {@link encodeProtoObject} makes. */
export function protoEnvelope(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  messageBytes: number,
): { readonly head: Uint8Array; readonly end: Uint8Array } {
  const writer = new ProtoWriter();
  writer.raw(MAGIC);
  writer.message(1, () => {
    writer.text(1, apiVersion);
    writer.text(2, kind);
  });
  writer.tag(2, 2);
  writer.varint(messageBytes);
  return { head: writer.finish(), end: TYPE_ENDS };
}

/** One message without an envelope. */
export function encodeProto(struct: StructNode, value: Json): Uint8Array {
  const writer = new ProtoWriter();
  writeStruct(writer, struct, value);
  return writer.finish();
}

const ordered = new WeakMap<StructNode, readonly (readonly [string, Field])[]>();

/** Fields that protobuf knows, by number. */
export function fieldsOf(struct: StructNode): readonly (readonly [string, Field])[] {
  let fields = ordered.get(struct);
  if (!fields) {
    fields = [...struct.fields].filter(([, field]) => field.number > 0).sort(([, a], [, b]) => a.number - b.number);
    ordered.set(struct, fields);
  }
  return fields;
}

function writeStruct(writer: ProtoWriter, struct: StructNode, value: Json): void {
  for (const [name, field] of fieldsOf(struct)) {
    if (field.options.inline) writer.message(field.number, () => writeStruct(writer, field.node as StructNode, value));
    else writeField(writer, field, value[name]);
  }
}

function writeField(writer: ProtoWriter, { node, number, options }: Field, value: unknown): void {
  const absent = value === undefined || value === null;
  switch (node.kind) {
    case "struct":
      if (absent && (options.ptr || options.omitZero)) return;
      return writer.message(number, () => writeStruct(writer, node, (value ?? {}) as Json));
    case "list":
      if (absent) return;
      if (options.boxed) return writeElement(writer, number, node, value);
      for (const element of value as unknown[]) writeElement(writer, number, node.element, element);
      return;
    case "map":
      if (!absent) writeMap(writer, number, node.value, value as Json);
      return;
    case "scalar":
      if (absent && (options.ptr || node.type === "bytes" || node.type === "any")) return;
      return writeScalar(writer, number, node, value);
  }
}

/** One element of a list, the value of a map, or a value that is always written. */
export function writeElement(writer: ProtoWriter, number: number, node: Node, value: unknown): void {
  if (node.kind === "struct") writer.message(number, () => writeStruct(writer, node, (value ?? {}) as Json));
  else if (node.kind === "scalar") writeScalar(writer, number, node, value);
  else if (node.kind === "list")
    writer.message(number, () => (value as unknown[]).forEach((one) => writeElement(writer, 1, node.element, one)));
  else throw new ProtoError("encode: a map inside a list has no protobuf form");
}

function writeMap(writer: ProtoWriter, number: number, node: Node, value: Json): void {
  for (const key of Object.keys(value).sort()) {
    writer.message(number, () => {
      writer.text(1, key);
      writeElement(writer, 2, node, value[key]);
    });
  }
}

function writeScalar(writer: ProtoWriter, number: number, node: ScalarNode, value: unknown): void {
  switch (node.type) {
    case "string":
      return writer.text(number, String(value ?? ""));
    case "boolean":
      writer.tag(number, 0);
      return writer.varint(value ? 1 : 0);
    case "int32":
    case "int64": {
      writer.tag(number, 0);
      const digits = rawDigits(value);
      return writer.signed(digits === undefined ? Number(value ?? 0) : BigInt(digits));
    }
    case "float64":
      writer.tag(number, 1);
      return writer.double(Number(value ?? 0));
    case "bytes":
      return writer.bytes(number, Buffer.from(String(value), "base64"));
    case "quantity":
      return writer.message(number, () => writer.text(1, String(value ?? "0")));
    case "intOrString":
      return writer.message(number, () => writeIntOrString(writer, value));
    case "time":
    case "microTime":
      return writer.message(number, () => writeTime(writer, value, node.type === "microTime"));
    case "duration":
      return writer.message(number, () => {
        writer.tag(1, 0);
        writer.signed(durationNanos(String(value ?? "0s")));
      });
    case "raw":
    case "any":
    case "deduced":
      return writer.message(number, () => {
        if (value !== undefined && value !== null) writer.text(1, JSON.stringify(value));
      });
    default:
      return node.type satisfies never;
  }
}

function writeIntOrString(writer: ProtoWriter, value: unknown): void {
  const isText = typeof value === "string";
  writer.tag(1, 0);
  writer.varint(isText ? 1 : 0);
  writer.tag(2, 0);
  writer.signed(isText ? 0 : Number(value ?? 0));
  writer.text(3, isText ? value : "");
}

function writeTime(writer: ProtoWriter, value: unknown, micro: boolean): void {
  if (typeof value !== "string") return;
  const ms = Date.parse(value);
  writer.tag(1, 0);
  writer.signed(Math.floor(ms / 1000));
  writer.tag(2, 0);
  const fraction = micro ? (/\.(\d+)/.exec(value)?.[1] ?? "") : "";
  writer.varint(Number(fraction.slice(0, 6).padEnd(6, "0")) * 1000);
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };

function durationNanos(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g))
    total += Number(amount) * own(UNITS, unit!)!;
  return Math.round(text.startsWith("-") ? -total : total);
}

import { formatTime, own } from "../base/index.ts";
import { keep } from "./decode.ts";
import type { Field, Node, ScalarNode, StructNode } from "./dsl.ts";
import { parseJsonValue, rawDigits, rawNumber, setOwn } from "./parse.ts";
import { ProtoError, ProtoReader, ProtoWriter } from "./proto-wire.ts";

type Json = Record<string, unknown>;

const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);
const DEPTH_MAX = 200;

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

/** What stands outside the message of an object. */
export interface ProtoEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** Opens the envelope; throws {@link ProtoError} when it is none. */
export function openProtoEnvelope(bytes: Uint8Array): ProtoEnvelope {
  if (bytes.length < 4 || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new ProtoError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  let apiVersion = "";
  let kind = "";
  let raw: Uint8Array = new Uint8Array(0);
  const reader = new ProtoReader(bytes.subarray(4));
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === 2) [apiVersion, kind] = readTypeMeta(reader.bytes());
    else if (number === 2 && wire === 2) raw = reader.bytes();
    else reader.skip(wire);
  }
  return { apiVersion, kind, raw };
}

function readTypeMeta(bytes: Uint8Array): [string, string] {
  const found = ["", ""];
  const reader = new ProtoReader(bytes);
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (wire === 2 && (number === 1 || number === 2)) found[number - 1] = reader.bytes().toString("utf8");
    else reader.skip(wire);
  }
  return found as [string, string];
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
      if (!absent) for (const element of value as unknown[]) writeElement(writer, number, node.element, element);
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

/** Reads one message into the JSON form of its type. */
export function decodeProto(struct: StructNode, bytes: Uint8Array): Json {
  return readStruct(new ProtoReader(bytes), struct, 0);
}

type FieldEntries = readonly (readonly [string, Field])[];

interface ReadPlan {
  /** By their numbers, which are small. */
  readonly byNumber: readonly (readonly [string, Field] | undefined)[];
  /** The names in the order of their declaration, where the numbers are in another, in which they come. */
  readonly order: readonly string[] | undefined;
}

const readPlans = new WeakMap<StructNode, ReadPlan>();

function readPlanOf(struct: StructNode): ReadPlan {
  let plan = readPlans.get(struct);
  if (!plan) {
    const byNumber: (readonly [string, Field] | undefined)[] = [];
    for (const entry of fieldsOf(struct)) byNumber[entry[1].number] = entry;
    const declared = namesOf(struct, ({ fields }) => [...fields]);
    const isSame = namesOf(struct, fieldsOf).every((name, index) => name === declared[index]);
    readPlans.set(struct, (plan = { byNumber, order: isSame ? undefined : declared }));
  }
  return plan;
}

/** Those of embedded structs at their place, and none that protobuf doesn't have. */
function namesOf(struct: StructNode, fieldsOf: (struct: StructNode) => FieldEntries): readonly string[] {
  return fieldsOf(struct).flatMap(([name, { number, node, options }]) =>
    number <= 0 ? [] : options.inline ? namesOf(node as StructNode, fieldsOf) : [name],
  );
}

/** Its fields are in the order of their declaration, as those of an object that is written again must be. */
function readStruct(reader: ProtoReader, struct: StructNode, depth: number): Json {
  const value: Json = {};
  readFields(reader, { struct, value, depth });
  const { order } = readPlanOf(struct);
  return order ? inOrder(value, order) : value;
}

function inOrder(value: Json, order: readonly string[]): Json {
  const ordered: Json = {};
  for (const name of order) {
    const field = value[name];
    if (field !== undefined) ordered[name] = field;
  }
  return ordered;
}

interface Target {
  readonly struct: StructNode;
  readonly value: Json;
  readonly depth: number;
}

function readFields(reader: ProtoReader, { struct, value, depth }: Target): void {
  if (depth > DEPTH_MAX) throw new ProtoError("exceeded max depth");
  const { byNumber } = readPlanOf(struct);
  while (!reader.done) {
    const key = reader.key();
    const entry = byNumber[key >>> 3];
    if (!entry) {
      reader.skip(key & 7);
      continue;
    }
    const [name, field] = entry;
    if (field.options.inline) {
      const end = reader.enter();
      readFields(reader, { struct: field.node as StructNode, value, depth: depth + 1 });
      reader.leave(end);
    } else readField(reader, { name, field, value, depth });
  }
}

interface FieldTarget {
  readonly name: string;
  readonly field: Field;
  readonly value: Json;
  readonly depth: number;
}

function readField(reader: ProtoReader, { name, field, value, depth }: FieldTarget): void {
  const { node } = field;
  switch (node.kind) {
    case "list": {
      const element = readElement(reader, node.element, depth);
      const list = value[name] as unknown[] | undefined;
      if (list) list.push(element);
      else value[name] = [element];
      return;
    }
    case "map": {
      value[name] ??= {};
      const [key, element] = readEntry(reader.message(), node.value, depth);
      setOwn(value[name] as Json, key, element);
      return;
    }
    default: {
      // What JSON leaves out when it is empty is always written here.
      const element = readElement(reader, node, depth);
      const kept = element === undefined ? undefined : keep(field, element);
      if (kept !== undefined) value[name] = kept;
      else if (element !== undefined) delete value[name];
    }
  }
}

function readEntry(reader: ProtoReader, node: Node, depth: number): [string, unknown] {
  let key = "";
  let value: unknown;
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1) key = reader.text();
    else if (number === 2) value = readElement(reader, node, depth);
    else reader.skip(wire);
  }
  return [key, value ?? (node.kind === "scalar" && node.type === "string" ? "" : value)];
}

function readElement(reader: ProtoReader, node: Node, depth: number): unknown {
  switch (node.kind) {
    case "struct": {
      const end = reader.enter();
      const value = readStruct(reader, node, depth + 1);
      reader.leave(end);
      return value;
    }
    case "list": {
      const inner = reader.message();
      const list: unknown[] = [];
      while (!inner.done) {
        inner.tag();
        list.push(readElement(inner, node.element, depth + 1));
      }
      return list;
    }
    case "scalar":
      return readScalar(reader, node);
    case "map":
      throw new ProtoError("decode: a map inside a list has no protobuf form");
  }
}

function readScalar(reader: ProtoReader, node: ScalarNode): unknown {
  switch (node.type) {
    case "string":
      return reader.text();
    case "boolean":
      return reader.uint() !== 0;
    case "int32":
    case "int64": {
      const value = reader.signed();
      return typeof value === "bigint" ? rawNumber(String(value)) : value;
    }
    case "float64":
      return reader.double();
    case "bytes":
      return reader.bytes().toString("base64");
    case "quantity":
      return readMessage(reader.message()).get(1)?.toString("utf8") ?? "0";
    case "intOrString": {
      const parts = readMessage(reader.message());
      return Number(parts.get(1) ?? 0) === 1
        ? (parts.get(3)?.toString("utf8") ?? "")
        : Number(BigInt.asIntN(64, BigInt(String(parts.get(2) ?? 0))));
    }
    case "time":
    case "microTime":
      return readTime(reader.message(), node.type === "microTime");
    case "duration":
      return `${Number(BigInt.asIntN(64, BigInt(String(readMessage(reader.message()).get(1) ?? 0)))) / 1e9}s`;
    case "raw":
    case "any":
    case "deduced": {
      const json = readMessage(reader.message()).get(1);
      return json === undefined || json.length === 0 ? undefined : readRaw(json);
    }
    default:
      return node.type satisfies never;
  }
}

/** JSON that stands in a message as it was written. */
function readRaw(bytes: Buffer): unknown {
  try {
    return parseJsonValue(bytes.toString("utf8"));
  } catch (error) {
    throw new ProtoError(`json: ${(error as Error).message}`, { cause: error });
  }
}

/** A small message by field number: bytes of texts, digits of numbers. */
function readMessage(reader: ProtoReader): Map<number, Buffer> {
  const parts = new Map<number, Buffer>();
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (wire === 0) parts.set(number, Buffer.from(String(reader.varint())));
    else if (wire === 2) parts.set(number, reader.bytes());
    else reader.skip(wire);
  }
  return parts;
}

/** undefined for the zero time. */
function readTime(reader: ProtoReader, micro: boolean): string | undefined {
  let seconds: number | undefined;
  let nanos: number | undefined;
  while (!reader.done) {
    const key = reader.key();
    if (key === SECONDS_KEY) seconds = Number(reader.signed());
    else if (key === NANOS_KEY) nanos = reader.uint();
    else reader.skip(key & 7);
  }
  if (seconds === undefined && nanos === undefined) return undefined;
  const text = formatTime((seconds ?? 0) * 1000);
  if (!micro) return text;
  return `${text.slice(0, -1)}.${String(Math.floor((nanos ?? 0) / 1000)).padStart(6, "0")}Z`;
}

/** Fields 1 and 2, each a number. */
const SECONDS_KEY = 8;
const NANOS_KEY = 16;

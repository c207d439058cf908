import { own } from "../../base/index.ts";
import { isPrepared, WRITE_MESSAGE } from "./prepared.ts";
import { type Int64, malformed, WireReader, WireWriter } from "./wire.ts";

/** One field as a descriptor file has it. */
export interface FieldDescriptor {
  readonly name: string;
  readonly n: number;
  /** A scalar type, "map<K,V>", or the full name of a message or enum. */
  readonly type: string;
  readonly rep?: boolean;
  readonly packed?: boolean;
  readonly oneof?: string;
  readonly optional?: boolean;
  readonly required?: boolean;
}

export interface MethodDescriptor {
  readonly method: string;
  readonly path: string;
  readonly request: string;
  readonly response: string;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

/** A protocol as data: services, messages and enums by their full names. */
export interface ProtocolDescriptor {
  readonly services: Readonly<Record<string, readonly MethodDescriptor[]>>;
  readonly messages: Readonly<Record<string, readonly FieldDescriptor[]>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * A decoded message. Names are in camelCase. Absent scalars have their zero value, lists and maps are empty, messages,
 * oneof members and optional fields are undefined. 64-bit numbers are numbers while exact, else bigints. Enums are names,
 * or numbers that have none. Bytes are views of the message that came.
 */
export type Message = Record<string, unknown>;

export interface MessageCodec {
  encode(value: object): Uint8Array;
  /** Appends to what the writer has. */
  encodeTo(value: object, writer: WireWriter): void;
  decode(bytes: Uint8Array): Message;
}

/** The codecs of all messages of a protocol. */
export interface Protocol {
  codec(message: string): MessageCodec;
  readonly descriptor: ProtocolDescriptor;
}

export function loadProtocol(descriptor: ProtocolDescriptor): Protocol {
  const plans = new Map<string, Plan>();
  return {
    descriptor,
    codec(message) {
      const plan = planOf(message, descriptor, plans);
      return {
        encode(value) {
          const writer = new WireWriter();
          encode(plan, value as Message, writer);
          return writer.finish();
        },
        encodeTo: (value, writer) => encode(plan, value as Message, writer),
        decode: (bytes) => decode(plan, new WireReader(bytes), bytes.length, 0),
      };
    },
  };
}

const DEPTH_MAX = 100;

interface Scalar {
  readonly wireType: 0 | 1 | 2 | 5;
  readonly zero: unknown;
  write(writer: WireWriter, value: never): void;
  read(reader: WireReader): unknown;
}

const zigzag = (value: Int64): bigint => {
  const big = BigInt(value);
  return BigInt.asUintN(64, (big << 1n) ^ (big >> 63n));
};
const unzigzag = (value: Int64): Int64 => {
  const big = BigInt(value);
  const plain = (big >> 1n) ^ -(big & 1n);
  return plain >= -(2n ** 53n) && plain <= 2n ** 53n ? Number(plain) : plain;
};

const SCALARS: Readonly<Record<string, Scalar>> = {
  int32: { wireType: 0, zero: 0, write: (w, value: number) => w.varint64(value), read: (r) => r.varint32() | 0 },
  int64: { wireType: 0, zero: 0, write: (w, value: Int64) => w.varint64(value), read: (r) => r.int64() },
  uint32: { wireType: 0, zero: 0, write: (w, value: number) => w.varint32(value >>> 0), read: (r) => r.varint32() },
  uint64: { wireType: 0, zero: 0, write: (w, value: Int64) => w.varint64(value), read: (r) => r.uint64() },
  sint32: { wireType: 0, zero: 0, write: (w, v: number) => w.varint64(zigzag(v)), read: (r) => unzigzag(r.uint64()) },
  sint64: { wireType: 0, zero: 0, write: (w, v: Int64) => w.varint64(zigzag(v)), read: (r) => unzigzag(r.uint64()) },
  bool: {
    wireType: 0,
    zero: false,
    write: (w, value: boolean) => w.varint32(value ? 1 : 0),
    read: (r) => r.varint32() !== 0,
  },
  double: { wireType: 1, zero: 0, write: (w, value: number) => w.double(value), read: (r) => r.double() },
  fixed64: { wireType: 1, zero: 0, write: (w, value: Int64) => w.fixed64(value), read: (r) => r.fixed64("unsigned") },
  sfixed64: { wireType: 1, zero: 0, write: (w, value: Int64) => w.fixed64(value), read: (r) => r.fixed64("signed") },
  float: { wireType: 5, zero: 0, write: (w, value: number) => w.float(value), read: (r) => r.float() },
  fixed32: { wireType: 5, zero: 0, write: (w, value: number) => w.fixed32(value), read: (r) => r.fixed32() },
  sfixed32: { wireType: 5, zero: 0, write: (w, value: number) => w.fixed32(value), read: (r) => r.fixed32() | 0 },
  string: { wireType: 2, zero: "", write: (w, value: string) => w.string(value), read: (r) => r.string() },
  bytes: {
    wireType: 2,
    zero: new Uint8Array(0),
    write: (w, value: Uint8Array) => w.bytes(value),
    read: (r) => r.bytes(),
  },
};

interface FieldPlan {
  readonly key: string;
  readonly number: number;
  readonly kind: "scalar" | "message" | "map";
  readonly isList: boolean;
  readonly isPacked: boolean;
  /** Whether a zero value is written when it is there: oneof members and optional fields. */
  readonly hasPresence: boolean;
  readonly scalar: Scalar;
  readonly message?: Plan;
  /** The entry's key (field 1) and value (field 2). */
  readonly entry?: readonly [FieldPlan, FieldPlan];
}

interface Plan {
  readonly name: string;
  fields: readonly FieldPlan[];
  byNumber: ReadonlyMap<number, FieldPlan>;
  /** A message in which nothing is set. Lists and maps are shared and frozen until something comes. */
  empty: Message;
}

const EMPTY_LIST: readonly unknown[] = Object.freeze([]);
const EMPTY_MAP: Readonly<Record<string, unknown>> = Object.freeze({});

function planOf(name: string, descriptor: ProtocolDescriptor, plans: Map<string, Plan>): Plan {
  const known = plans.get(name);
  if (known) return known;
  const fields = descriptor.messages[name];
  if (!fields) throw new TypeError(`load message: the protocol has no ${name}`);
  const plan: Plan = { name, fields: [], byNumber: new Map(), empty: {} };
  // Before its fields: messages may hold themselves.
  plans.set(name, plan);
  plan.fields = fields.map((field) => fieldPlan(field, descriptor, plans)).sort((a, b) => a.number - b.number);
  plan.byNumber = new Map(plan.fields.map((field) => [field.number, field]));
  for (const field of plan.fields) plan.empty[field.key] = emptyOf(field);
  return plan;
}

function emptyOf({ kind, isList, hasPresence, scalar }: FieldPlan): unknown {
  if (kind === "map") return EMPTY_MAP;
  if (isList) return EMPTY_LIST;
  return kind === "message" || hasPresence ? undefined : scalar.zero;
}

function fieldPlan(field: FieldDescriptor, descriptor: ProtocolDescriptor, plans: Map<string, Plan>): FieldPlan {
  const { name, n, type, rep = false, oneof, optional, required } = field;
  const base = {
    key: camelCase(name),
    number: n,
    isList: rep,
    hasPresence: oneof !== undefined || optional === true || required === true,
  };
  const map = /^map<(\w+),(.+)>$/.exec(type);
  if (map) {
    const part = (number: number, of: string) =>
      fieldPlan({ name: number === 1 ? "key" : "value", n: number, type: of }, descriptor, plans);
    const entry = [part(1, map[1]!), part(2, map[2]!)] as const;
    return { ...base, kind: "map", isPacked: false, scalar: SCALARS.bytes!, entry };
  }
  const values = descriptor.enums[type];
  const scalar = values ? enumScalar(values) : own(SCALARS, type);
  if (scalar) return { ...base, kind: "scalar", isPacked: field.packed === true && scalar.wireType !== 2, scalar };
  return {
    ...base,
    kind: "message",
    isPacked: false,
    scalar: SCALARS.bytes!,
    message: planOf(type, descriptor, plans),
  };
}

function enumScalar(values: Readonly<Record<string, number>>): Scalar {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(values)) if (!names.has(number)) names.set(number, name);
  return {
    wireType: 0,
    zero: names.get(0) ?? 0,
    write(writer, value: string | number) {
      const number = typeof value === "string" ? values[value] : value;
      if (number === undefined)
        throw new TypeError(`encode enum: ${value} is none of ${Object.keys(values).join(", ")}`);
      writer.varint64(number);
    },
    read(reader) {
      const number = reader.varint32() | 0;
      return names.get(number) ?? number;
    },
  };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

function encode(plan: Plan, value: Message, writer: WireWriter): void {
  if (isPrepared(value)) return value[WRITE_MESSAGE](writer);
  for (const field of plan.fields) {
    const item = value[field.key];
    if (item === undefined || item === null) continue;
    if (field.kind === "map") encodeMap(field, item as Message, writer);
    else if (!field.isList) encodeOne(field, item, writer);
    else if (field.isPacked) encodePacked(field, item as readonly never[], writer);
    else for (const element of item as readonly unknown[]) encodeValue(field, element, writer);
  }
}

function encodeOne(field: FieldPlan, item: unknown, writer: WireWriter): void {
  if (field.kind === "scalar" && !field.hasPresence) {
    if (item === field.scalar.zero || item === 0 || item === 0n) return;
    if (item instanceof Uint8Array && item.length === 0) return;
  }
  encodeValue(field, item, writer);
}

function encodeValue(field: FieldPlan, item: unknown, writer: WireWriter): void {
  const { number, message, scalar } = field;
  writer.varint32((number << 3) | scalar.wireType);
  if (message) writer.delimited(() => encode(message, item as Message, writer));
  else scalar.write(writer, item as never);
}

function encodePacked({ number, scalar }: FieldPlan, items: readonly never[], writer: WireWriter): void {
  if (items.length === 0) return;
  writer.varint32((number << 3) | 2);
  writer.delimited(() => {
    for (const item of items) scalar.write(writer, item);
  });
}

function encodeMap({ number, entry }: FieldPlan, items: Message, writer: WireWriter): void {
  const [keyField, valueField] = entry!;
  const isText = keyField.scalar.wireType === 2;
  for (const key in items) {
    writer.varint32((number << 3) | 2);
    writer.delimited(() => {
      encodeOne(keyField, isText ? key : keyField.scalar.zero === false ? key === "true" : BigInt(key), writer);
      encodeOne(valueField, items[key], writer);
    });
  }
}

function decode(plan: Plan, reader: WireReader, end: number, depth: number): Message {
  if (depth > DEPTH_MAX) throw malformed("depth");
  const out: Message = { ...plan.empty };
  while (reader.offset < end) {
    const tag = reader.varint32();
    const wireType = tag & 7;
    const field = plan.byNumber.get(tag >>> 3);
    if (!field) reader.skip(wireType);
    else if (wireType === field.scalar.wireType) decodeField(field, reader, depth, out);
    else if (wireType === 2 && field.isList) decodePacked(field, reader, out);
    else reader.skip(wireType);
  }
  if (reader.offset !== end) throw malformed("length");
  return out;
}

function decodeField(field: FieldPlan, reader: WireReader, depth: number, out: Message): void {
  const { key, isList, kind } = field;
  if (kind === "map") {
    if (out[key] === EMPTY_MAP) out[key] = Object.create(null);
    const [name, value] = decodeEntry(field, reader, depth);
    (out[key] as Message)[name] = value;
    return;
  }
  const value = kind === "message" ? decodeNested(field.message!, reader, depth) : field.scalar.read(reader);
  if (isList) listOf(out, key).push(value);
  else out[key] = value;
}

function decodeNested(plan: Plan, reader: WireReader, depth: number): Message {
  const length = reader.varint32();
  if (length > reader.end - reader.offset) throw malformed("length");
  return decode(plan, reader, reader.offset + length, depth + 1);
}

function decodeEntry({ entry }: FieldPlan, reader: WireReader, depth: number): [string, unknown] {
  const [keyField, valueField] = entry!;
  const length = reader.varint32();
  if (length > reader.end - reader.offset) throw malformed("length");
  const end = reader.offset + length;
  let key: unknown = keyField.scalar.zero;
  let value: unknown;
  while (reader.offset < end) {
    const tag = reader.varint32();
    if (tag === ((1 << 3) | keyField.scalar.wireType)) key = keyField.scalar.read(reader);
    else if (tag === ((2 << 3) | valueField.scalar.wireType))
      value = valueField.message ? decodeNested(valueField.message, reader, depth + 1) : valueField.scalar.read(reader);
    else reader.skip(tag & 7);
  }
  value ??= valueField.message ? { ...valueField.message.empty } : valueField.scalar.zero;
  return [String(key), value];
}

/** A list of numbers may come packed whatever its declaration says. */
function decodePacked({ key, scalar }: FieldPlan, reader: WireReader, out: Message): void {
  const list = listOf(out, key);
  const length = reader.varint32();
  const end = reader.offset + length;
  if (end > reader.end) throw malformed("length");
  while (reader.offset < end) list.push(scalar.read(reader));
}

function listOf(out: Message, key: string): unknown[] {
  if (out[key] === EMPTY_LIST) out[key] = [];
  return out[key] as unknown[];
}

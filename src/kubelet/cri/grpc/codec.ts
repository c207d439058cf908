import descriptor from "../cri-v1.json" with { type: "json" };

interface Field {
  readonly name: string;
  readonly n: number;
  readonly type: string;
  readonly rep?: boolean;
  readonly packed?: boolean;
}

/** A message as data: fields by their protobuf names, enum values by name, 64-bit numbers as numbers. */
export type Message = Readonly<Record<string, unknown>>;

const MESSAGES = descriptor.messages as unknown as Readonly<Record<string, readonly Field[]>>;
const ENUMS = descriptor.enums as unknown as Readonly<Record<string, Readonly<Record<string, number>>>>;
const VARINTS = new Set(["int32", "int64", "uint32", "uint64", "bool"]);
const ENUM_NAMES = new Map(
  Object.entries(ENUMS).map(([type, values]) => [
    type,
    new Map(Object.entries(values).map(([name, value]) => [value, name])),
  ]),
);

/** The bytes of a CRI message. Fields that are undefined are left out. */
export function encodeMessage(type: string, value: Message): Uint8Array {
  const writer = new Writer();
  for (const field of MESSAGES[type] ?? []) {
    const given = value[field.name];
    if (given === undefined) continue;
    const entry = /^map<string,string>$/.test(field.type);
    if (entry) {
      for (const [key, each] of Object.entries(given as Record<string, string>))
        writer.bytes(field.n, encodeEntry(key, each));
    } else if (field.rep && field.packed) {
      const packed = new Writer();
      for (const each of given as readonly number[]) packed.varint(BigInt(each));
      writer.bytes(field.n, packed.finish());
    } else for (const each of field.rep ? (given as readonly unknown[]) : [given]) encodeField(writer, field, each);
  }
  return writer.finish();
}

function encodeEntry(key: string, value: string): Uint8Array {
  const writer = new Writer();
  writer.bytes(1, new TextEncoder().encode(key));
  writer.bytes(2, new TextEncoder().encode(value));
  return writer.finish();
}

function encodeField(writer: Writer, field: Field, value: unknown): void {
  const { n, type } = field;
  if (type === "string") writer.bytes(n, new TextEncoder().encode(value as string));
  else if (type === "bytes") writer.bytes(n, value as Uint8Array);
  else if (VARINTS.has(type)) writer.number(n, BigInt(value as number | boolean));
  else if (ENUMS[type]) writer.number(n, BigInt(ENUMS[type][value as string] ?? 0));
  else if (type === "double") throw new TypeError(`encode ${field.name}: no request has a double`);
  else writer.bytes(n, encodeMessage(type, value as Message));
}

/** A CRI message from its bytes; absent fields have their zero values, absent messages are undefined. */
export function decodeMessage(type: string, bytes: Uint8Array): Message {
  const fields = new Map((MESSAGES[type] ?? []).map((field) => [field.n, field]));
  const result = zeroes(type);
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = Number(reader.varint());
    const field = fields.get(tag >>> 3);
    const wire = tag & 7;
    if (!field) reader.skip(wire);
    else decodeField(reader, field, wire, result);
  }
  return result;
}

function zeroes(type: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of MESSAGES[type] ?? []) {
    if (field.type.startsWith("map<")) result[field.name] = {};
    else if (field.rep) result[field.name] = [];
    else if (field.type === "string") result[field.name] = "";
    else if (field.type === "bool") result[field.name] = false;
    else if (field.type === "bytes") result[field.name] = new Uint8Array();
    else if (VARINTS.has(field.type) || field.type === "double") result[field.name] = 0;
    else if (ENUMS[field.type]) result[field.name] = ENUM_NAMES.get(field.type)!.get(0);
  }
  return result;
}

function decodeField(reader: Reader, field: Field, wire: number, into: Record<string, unknown>): void {
  const { name, type } = field;
  if (type.startsWith("map<")) {
    const entry = new Reader(reader.bytes());
    const pair: [string, string] = ["", ""];
    while (!entry.done) pair[(Number(entry.varint()) >>> 3) - 1] = new TextDecoder().decode(entry.bytes());
    (into[name] as Record<string, string>)[pair[0]] = pair[1];
  } else if (field.rep && wire === 2 && VARINTS.has(type)) {
    const packed = new Reader(reader.bytes());
    while (!packed.done) (into[name] as unknown[]).push(Number(packed.varint()));
  } else {
    const value = decodeValue(reader, type);
    if (field.rep) (into[name] as unknown[]).push(value);
    else into[name] = value;
  }
}

function decodeValue(reader: Reader, type: string): unknown {
  if (type === "string") return new TextDecoder().decode(reader.bytes());
  if (type === "bytes") return reader.bytes().slice();
  if (type === "bool") return reader.varint() !== 0n;
  if (type === "uint32" || type === "uint64") return Number(reader.varint());
  if (type === "int32" || type === "int64") return Number(BigInt.asIntN(64, reader.varint()));
  if (type === "double") return reader.double();
  if (ENUMS[type]) return ENUM_NAMES.get(type)!.get(Number(reader.varint())) ?? "";
  return decodeMessage(type, reader.bytes());
}

class Writer {
  readonly #bytes: number[] = [];
  readonly #parts: Uint8Array[] = [];

  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
  }

  number(field: number, value: bigint): void {
    this.varint(BigInt(field << 3));
    this.varint(value);
  }

  bytes(field: number, content: Uint8Array): void {
    this.varint(BigInt((field << 3) | 2));
    this.varint(BigInt(content.length));
    this.#parts.push(Uint8Array.from(this.#bytes), content);
    this.#bytes.length = 0;
  }

  finish(): Uint8Array {
    return Buffer.concat([...this.#parts, Uint8Array.from(this.#bytes)]);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("decode: message is cut off");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError("decode: number is too long");
  }

  bytes(): Uint8Array {
    const length = Number(this.varint());
    if (this.#at + length > this.#bytes.length) throw new RangeError("decode: message is cut off");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  double(): number {
    this.#at += 8;
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at - 8, 8).getFloat64(0, true);
  }

  skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 2) this.bytes();
    else this.#at += wire === 1 ? 8 : 4;
  }
}

import { Buffer } from "node:buffer";
import { PkiError } from "./errors.ts";

/** The tags that X.509 uses. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific element that holds others. */
export const contextConstructed = (number: number): number => 0xa0 | number;
/** The tag of a context-specific element that holds bytes. */
export const contextPrimitive = (number: number): number => 0x80 | number;

/** One element: tag, length, the given contents in a row. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const content of contents) length += content.length;
  const head = lengthBytes(length);
  const out = Buffer.allocUnsafe(1 + head.length + length);
  out[0] = tag;
  out.set(head, 1);
  let offset = 1 + head.length;
  for (const content of contents) {
    out.set(content, offset);
    offset += content.length;
  }
  return out;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => element(TAG.sequence, ...contents);

/** SET OF: DER wants its members in the order of their encodings. */
export function setOf(...contents: readonly Uint8Array[]): Uint8Array {
  return element(TAG.set, ...[...contents].sort(Buffer.compare));
}

export const octetString = (bytes: Uint8Array): Uint8Array => element(TAG.octetString, bytes);
export const utf8String = (text: string): Uint8Array => element(TAG.utf8String, Buffer.from(text, "utf8"));
export const derTrue: Uint8Array = element(TAG.boolean, Uint8Array.of(0xff));
export const derNull: Uint8Array = element(TAG.null);

/** A whole number of unsigned big-endian bytes. */
export function unsignedInteger(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  if (trimmed.length === 0) return element(TAG.integer, Uint8Array.of(0));
  return trimmed[0]! & 0x80 ? element(TAG.integer, Uint8Array.of(0), trimmed) : element(TAG.integer, trimmed);
}

export const smallInteger = (value: number): Uint8Array => unsignedInteger(Uint8Array.of(value >> 8, value & 0xff));

export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return element(TAG.bitString, Uint8Array.of(unusedBits), bytes);
}

/** A BIT STRING of named bits: trailing zeroes are left out, as DER wants. */
export function namedBits(numbers: readonly number[]): Uint8Array {
  if (numbers.length === 0) return bitString(new Uint8Array(0));
  const highest = Math.max(...numbers);
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const number of numbers) bytes[number >> 3]! |= 0x80 >> (number & 7);
  return bitString(bytes, 7 - (highest & 7));
}

const oidCache = new Map<string, Uint8Array>();

/** An object identifier from its dotted form. */
export function objectIdentifier(dotted: string): Uint8Array {
  const cached = oidCache.get(dotted);
  if (cached) return cached;
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) bytes.push(...base128(arc));
  const encoded = element(TAG.oid, Uint8Array.from(bytes));
  if (oidCache.size < 1000) oidCache.set(dotted, encoded);
  return encoded;
}

function base128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return bytes;
}

const YEAR_2050_MS = Date.UTC(2050, 0, 1);

/** A moment as RFC 5280 wants it: UTCTime until 2049, GeneralizedTime after. */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return ms < YEAR_2050_MS && ms >= Date.UTC(1950, 0, 1)
    ? element(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : element(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

/** One element that was read. */
export interface DerElement {
  readonly tag: number;
  /** Without tag and length. */
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** Reads elements in a row. Strict: definite, minimal lengths only, nothing beyond the end. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next element's tag, or -1 at the end. */
  peekTag(): number {
    return this.#bytes[this.#offset] ?? -1;
  }

  next(): DerElement {
    const bytes = this.#bytes;
    const start = this.#offset;
    const tag = bytes[start];
    if (tag === undefined || (tag & 0x1f) === 0x1f) throw malformed("tag");
    let at = start + 1;
    let length = bytes[at++] ?? 0x80;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > bytes.length) throw malformed("length");
      length = 0;
      for (let index = 0; index < count; index++) length = length * 256 + bytes[at++]!;
      if (length < 0x80 || (count > 1 && length < 256 ** (count - 1))) throw malformed("length that is not minimal");
    }
    if (at + length > bytes.length) throw malformed("length beyond the end");
    this.#offset = at + length;
    return { tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) };
  }

  /** The next element, which must have this tag. */
  expect(tag: number): DerElement {
    const found = this.next();
    if (found.tag !== tag) throw malformed(`tag 0x${found.tag.toString(16)} where 0x${tag.toString(16)} belongs`);
    return found;
  }

  /** The next element when it has this tag. */
  maybe(tag: number): DerElement | undefined {
    return this.peekTag() === tag ? this.next() : undefined;
  }

  /** A reader of the next element's contents. */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag).content);
  }

  end(): void {
    if (!this.done) throw malformed("bytes after the last element");
  }
}

function malformed(what: string): PkiError {
  return new PkiError("malformed", `read DER: bad ${what}`);
}

export function readOid(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw malformed("object identifier");
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const first = arcs[0];
  if (first === undefined || content.at(-1)! & 0x80) throw malformed("object identifier");
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...arcs.slice(1)].join(".");
}

export function readTime({ tag, content }: DerElement): number {
  const text = Buffer.from(content).toString("latin1");
  const match = (tag === TAG.utcTime ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/ : undefined)?.exec(text);
  const long = (tag === TAG.generalizedTime ? /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/ : undefined)?.exec(text);
  const parts = (match ?? long)?.slice(1).map(Number);
  if (!parts) throw malformed("time");
  const [years, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const year = match ? years + (years >= 50 ? 1900 : 2000) : years;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(ms);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || hour > 23) throw malformed("time");
  return ms;
}

/** Text of any of the string types that names use. */
export function readString({ tag, content }: DerElement): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  switch (tag) {
    case TAG.utf8String:
      return bytes.toString("utf8");
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.teletexString:
      return bytes.toString("latin1");
    case TAG.bmpString:
      if (bytes.length % 2) throw malformed("BMPString");
      return Buffer.from(bytes).swap16().toString("utf16le");
    default:
      throw malformed("string type");
  }
}

/** The bytes of a BIT STRING that is a whole number of bytes. */
export function readBitString(content: Uint8Array): Uint8Array {
  if (content.length === 0 || content[0] !== 0) throw malformed("bit string");
  return content.subarray(1);
}

/** The numbers of the bits that are set. */
export function readNamedBits(content: Uint8Array): number[] {
  if (content.length === 0 || content[0]! > 7) throw malformed("bit string");
  const numbers: number[] = [];
  for (let bit = 0; bit < (content.length - 1) * 8; bit++)
    if (content[1 + (bit >> 3)]! & (0x80 >> (bit & 7))) numbers.push(bit);
  return numbers;
}

/** A small whole number, 0 or more. */
export function readSmallInteger(content: Uint8Array): number {
  if (content.length === 0 || content.length > 4 || content[0]! & 0x80) throw malformed("integer");
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

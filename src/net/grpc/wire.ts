import { Buffer } from "node:buffer";
import { GrpcError } from "./status.ts";

/** A whole number of 64 bits: a number while that is exact, else a bigint. Both are taken when writing. */
export type Int64 = number | bigint;

const INITIAL_BYTES = 512;

/** Writes protobuf's wire format into one growing buffer. */
export class WireWriter {
  #bytes: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  /** Makes room for so many bytes at once, rather than by growing. */
  reserve(count: number): void {
    if (count > this.#bytes.length - this.#length) this.#grow(this.#length + count);
  }

  /** What was written. Valid until the writer is used again. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  #room(count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(Math.max(this.#bytes.length * 2, this.#length + count));
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafe(size);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  /** Leaves `count` bytes to be filled in later; says where. */
  skip(count: number): number {
    this.#room(count);
    this.#length += count;
    return this.#length - count;
  }

  setUint8(offset: number, value: number): void {
    this.#bytes[offset] = value;
  }

  setUint32(offset: number, value: number): void {
    this.#bytes.writeUInt32BE(value, offset);
  }

  /** A number of at most 32 bits, not negative. */
  varint32(value: number): void {
    this.#room(5);
    while (value > 127) {
      this.#bytes[this.#length++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.#bytes[this.#length++] = value;
  }

  varint64(value: Int64): void {
    if (typeof value === "number" && value >= 0 && value <= 0xffffffff) return this.varint32(value);
    this.#room(10);
    if (typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER) {
      while (value > 127) {
        this.#bytes[this.#length++] = (value % 128) | 128;
        value = Math.floor(value / 128);
      }
      this.#bytes[this.#length++] = value;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
    this.#bytes[this.#length++] = Number(rest);
  }

  double(value: number): void {
    this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  float(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
  }

  fixed64(value: Int64): void {
    this.#room(8);
    this.#length = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#length);
  }

  fixed32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32LE(value >>> 0, this.#length);
  }

  string(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint32(length);
    this.#room(length);
    this.#length += this.#bytes.write(text, this.#length, "utf8");
  }

  bytes(value: Uint8Array): void {
    this.varint32(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Bytes that are already in the wire format. */
  raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Writes something behind its own length. Most are shorter than 128 bytes; longer ones are moved to make room. */
  delimited(write: () => void): void {
    const start = this.skip(1);
    write();
    const length = this.#length - start - 1;
    if (length < 128) {
      this.#bytes[start] = length;
      return;
    }
    const extra = Math.floor(Math.log2(length) / 7);
    this.#room(extra);
    this.#bytes.copyWithin(start + 1 + extra, start + 1, this.#length);
    const end = this.#length + extra;
    this.#length = start;
    this.varint32(length);
    this.#length = end;
  }
}

/** Reads protobuf's wire format. */
export class WireReader {
  readonly #bytes: Buffer;
  #offset: number;
  readonly end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = 0;
    this.end = bytes.length;
  }

  get offset(): number {
    return this.#offset;
  }

  varint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw malformed("number");
  }

  /** 64 bits as two's complement says, or without a sign. */
  int64(): Int64 {
    return this.#varint64("signed");
  }

  uint64(): Int64 {
    return this.#varint64("unsigned");
  }

  #varint64(sign: "signed" | "unsigned"): Int64 {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte();
      const bits = byte & 127;
      if (index < 4) low += bits * 2 ** (7 * index);
      else if (index === 4) {
        low += (bits & 15) * 2 ** 28;
        high += bits >> 4;
      } else high += bits * 2 ** (7 * index - 32);
      if (byte < 128) return join(high % 2 ** 32, low, sign);
    }
    throw malformed("number");
  }

  #byte(): number {
    if (this.#offset >= this.end) throw malformed("end");
    return this.#bytes[this.#offset++]!;
  }

  #take(count: number): number {
    const start = this.#offset;
    if (count > this.end - start) throw malformed("length");
    this.#offset = start + count;
    return start;
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  fixed64(sign: "signed" | "unsigned"): Int64 {
    const start = this.#take(8);
    return join(this.#bytes.readUInt32LE(start + 4), this.#bytes.readUInt32LE(start), sign);
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  string(): string {
    const length = this.varint32();
    const start = this.#take(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  /** A view of the message's own bytes. */
  bytes(): Uint8Array {
    const length = this.varint32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Steps over a field that is unknown. */
  skip(wireType: number): void {
    if (wireType === 0) this.int64();
    else if (wireType === 1) this.#take(8);
    else if (wireType === 2) this.#take(this.varint32());
    else if (wireType === 5) this.#take(4);
    else throw malformed("wire type");
  }
}

function join(high: number, low: number, sign: "signed" | "unsigned"): Int64 {
  if (high < 0x200000) return high * 2 ** 32 + low;
  const value = (BigInt(high) << 32n) | BigInt(low);
  const signed = sign === "signed" ? BigInt.asIntN(64, value) : value;
  return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(signed)
    : signed;
}

export function malformed(what: string): GrpcError {
  return new GrpcError("internal", `read message: bad ${what}`);
}

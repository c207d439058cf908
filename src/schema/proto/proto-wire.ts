/** Text up to this length, whose size takes one byte, is copied character by character. */
const SHORT_CHARACTERS = 48;

/** A tag takes up to five bytes, a number up to ten. */
const TAG_AND_VALUE_BYTES = 16;

/** Appends protobuf's wire format to one growing buffer. */
export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  tag(number: number, wire: 0 | 1 | 2 | 5): void {
    this.varint(number * 8 + wire);
  }

  /** A non-negative whole number up to 2^53. */
  varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A signed whole number; negative ones take ten bytes. */
  signed(value: number | bigint): void {
    if (typeof value === "number" && value >= 0) return this.varint(value);
    this.#reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#bytes.writeDoubleLE(value, this.#length);
    this.#length += 8;
  }

  text(number: number, value: string): void {
    this.tag(number, 2);
    if (value.length <= SHORT_CHARACTERS && this.#maybeAscii(value)) return;
    const size = Buffer.byteLength(value);
    this.varint(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length, "utf8");
  }

  /** Short text is cheaper to copy than to hand over; writes nothing when it isn't plain. */
  #maybeAscii(value: string): boolean {
    this.#reserve(value.length + 1);
    const bytes = this.#bytes;
    let at = this.#length + 1;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      bytes[at++] = code;
    }
    bytes[this.#length] = value.length;
    this.#length = at;
    return true;
  }

  bytes(number: number, value: Uint8Array): void {
    this.tag(number, 2);
    this.varint(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A nested message: what `write` appends, with its length in front. */
  message(number: number, write: () => void): void {
    this.tag(number, 2);
    const start = this.open(1);
    write();
    this.close(start, 1);
  }

  /** Leaves room for the length of what is appended from here on; `lengthBytes` is a guess of how much that takes. */
  open(lengthBytes: number): number {
    this.#reserve(lengthBytes);
    this.#length += lengthBytes;
    return this.#length;
  }

  /** Writes the length of what was appended since `open`, which is moved when the guess was wrong. */
  close(start: number, lengthBytes: number): void {
    const size = this.#length - start;
    const wanted = varintBytes(size);
    if (wanted !== lengthBytes) {
      this.#reserve(wanted);
      this.#bytes.copyWithin(start + wanted - lengthBytes, start, this.#length);
    }
    this.#length = start - lengthBytes;
    this.varint(size);
    this.#length += size;
  }

  /** A tag that is made already, and bytes that stand elsewhere with their length in front. */
  copied(tag: Uint8Array, source: Uint8Array, { start, end }: { readonly start: number; readonly end: number }): void {
    const size = end - start;
    this.tagged(tag, size);
    this.#reserve(size);
    const bytes = this.#bytes;
    let at = this.#length;
    if (size <= SHORT_CHARACTERS) for (let index = start; index < end; index++) bytes[at++] = source[index]!;
    else bytes.set(source.subarray(start, end), at);
    this.#length += size;
  }

  /** A tag that is made already, and a number up to 2^53. */
  tagged(tag: Uint8Array, value: number): void {
    this.#reserve(TAG_AND_VALUE_BYTES);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < tag.length; index++) bytes[at++] = tag[index]!;
    this.#length = at + 1;
    if (value < 128) bytes[at] = value;
    else {
      this.#length = at;
      this.varint(value);
    }
  }

  /** The same as `open`, behind a tag that is made already. */
  openTagged(tag: Uint8Array, lengthBytes: number): number {
    this.tagged(tag, 0);
    this.#length += lengthBytes - 1;
    return this.#length;
  }

  /** What was written so far, until something else is. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}

/** How many bytes {@link ProtoWriter.varint} writes. */
export function varintBytes(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Bytes that are no protobuf. */
export class ProtoError extends Error {
  override readonly name = "ProtoError";
}

/** Bytes of a number that is surely below 2^53. */
const SMALL_BYTES = 7;

/** Walks protobuf's wire format. */
export class ProtoReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** Where the next byte stands. */
  get at(): number {
    return this.#at;
  }

  /** A tag as it is written: a field's number times eight, and the wire type. `message` is the name of what has the field. */
  key(message: string): number {
    const key = this.uint();
    if ((key & 7) === END_GROUP) throw new ProtoError(`proto: ${message}: wiretype end group for non-group`);
    const number = numberOfKey(key);
    if (number <= 0) throw new ProtoError(`proto: ${message}: illegal tag ${number} (wire type ${key})`);
    return key;
  }

  /** The number of the next field of a message, which is to be read; one that it doesn't have is skipped. */
  field({ name, fields }: { readonly name: string; readonly fields: WireFields }): number {
    const start = this.#at;
    const key = this.key(name);
    const number = numberOfKey(key);
    const field = fields[number];
    if (!field) this.skipFrom(start);
    else if (field[1] !== (key & 7)) throw new ProtoError(`proto: wrong wireType = ${key & 7} for field ${field[0]}`);
    return number;
  }

  /** A number without sign; nothing is exact about what is above 2^53. */
  uint(): number {
    const value = this.#maybeSmall();
    return value >= 0 ? value : Number(this.varint());
  }

  /** A number that takes few bytes, as nearly all do, without making a bigint of it; -1 for others, where nothing is read. */
  #maybeSmall(): number {
    const start = this.#at;
    const end = Math.min(this.#end, start + SMALL_BYTES);
    let value = 0;
    let unit = 1;
    for (let at = start; at < end; at++) {
      const byte = this.#bytes[at]!;
      value += (byte & 127) * unit;
      if (byte < 128) {
        this.#at = at + 1;
        return value;
      }
      unit *= 128;
    }
    return -1;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#at >= this.#end) throw new ProtoError("unexpected EOF");
      const byte = this.#bytes[this.#at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new ProtoError("proto: integer overflow");
  }

  /** A signed whole number; a bigint only when a double can't hold it. */
  signed(): number | bigint {
    const small = this.#maybeSmall();
    if (small >= 0) return small;
    const value = BigInt.asIntN(64, this.varint());
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** The last 32 bits of a number. */
  int32(): number {
    const value = this.signed();
    return typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : value | 0;
  }

  double(): number {
    if (this.#at + 8 > this.#end) throw new ProtoError("unexpected EOF");
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  bytes(): Buffer {
    const end = this.#past();
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  text(): string {
    const end = this.#past();
    const value = this.#bytes.toString("utf8", this.#at, end);
    this.#at = end;
    return value;
  }

  /** A message inside this one, to be read on its own. */
  message(): ProtoReader {
    const end = this.#past();
    const inner = new ProtoReader(this.#bytes, this.#at, end);
    this.#at = end;
    return inner;
  }

  /** Goes into a message inside this one; `leave` gets what this returned, once all of it was read. */
  enter(): number {
    const end = this.#end;
    this.#end = this.#past();
    return end;
  }

  leave(end: number): void {
    this.#end = end;
  }

  /** Where what has its length in front of it ends. */
  #past(): number {
    const size = this.uint();
    if (size >= NEGATIVE_FROM) throw new ProtoError("proto: negative length found during unmarshaling");
    if (size > this.#end - this.#at) throw new ProtoError("unexpected EOF");
    return this.#at + size;
  }

  /** Passes by a field whose tag stands at `start`; a group with all that is in it. */
  skipFrom(start: number): void {
    this.#at = start;
    let depth = 0;
    do {
      const wire = this.uint() & 7;
      if (wire === START_GROUP) depth++;
      else if (wire === END_GROUP) {
        if (depth === 0) throw new ProtoError("proto: unexpected end of group");
        depth--;
      } else this.#pass(wire);
    } while (depth > 0);
  }

  #pass(wire: number): void {
    switch (wire) {
      case 0:
        this.uint();
        return;
      case 1:
        this.double();
        return;
      case 2:
        this.#at = this.#past();
        return;
      case 5:
        if (this.#at + 4 > this.#end) throw new ProtoError("unexpected EOF");
        this.#at += 4;
        return;
      default:
        throw new ProtoError(`proto: illegal wireType ${wire}`);
    }
  }
}

/** Names and wire types of a message's fields by their numbers. */
type WireFields = Readonly<Record<number, readonly [name: string, wire: number]>>;

const START_GROUP = 3;
const END_GROUP = 4;
/** Lengths are signed numbers of 64 bits. */
const NEGATIVE_FROM = 2 ** 63;

/** The number of a field by its tag: the last 32 bits of it. */
export function numberOfKey(key: number): number {
  return key < 0x8000_0000 ? key >>> 3 : Math.floor(key / 8) | 0;
}

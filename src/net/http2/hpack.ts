import { Buffer } from "node:buffer";
import { Http2Error } from "./frames.ts";
import { decodeHuffman } from "./huffman.ts";

/** A header; names in lower case. */
export type Field = readonly [name: string, value: string];

/** HPACK's static table (RFC 7541, appendix A), from 1. */
const STATIC_FIELDS: readonly Field[] = `:authority|:method GET|:method POST|:path /|:path /index.html|:scheme http
:scheme https|:status 200|:status 204|:status 206|:status 304|:status 400|:status 404|:status 500|accept-charset
accept-encoding gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization
cache-control|content-disposition|content-encoding|content-language|content-length|content-location|content-range
content-type|cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range
if-unmodified-since|last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh
retry-after|server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate`
  .split(/[|\n]/)
  .map((line): Field => {
    const space = line.indexOf(" ");
    return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
  });

/** What a peer may assume; we ask for no other. */
const TABLE_BYTES_MAX = 4096;
/** What RFC 7541 adds to the length of each field. */
const FIELD_BYTES = 32;

/** What a header block says. */
export interface HeaderList {
  /** As many as the list may have. */
  readonly fields: readonly Field[];
  /** There were more. */
  readonly isTooLong: boolean;
}

/** Reads the header blocks of one connection, in their order: what one says the next may refer to. */
export class HeaderDecoder {
  /** Newest last. */
  #table: Field[] = [];
  #tableBytes = 0;
  #tableBytesMax = TABLE_BYTES_MAX;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #listBytesMax: number;

  /** The limit counts names, values and 32 bytes for each field, as the standard does. */
  constructor(listBytesMax: number) {
    this.#listBytesMax = listBytesMax;
  }

  /** Reads a block to its end even if it says too much: what it adds to the table is missing otherwise. */
  decode(block: Buffer): HeaderList {
    this.#block = block;
    this.#at = 0;
    const fields: Field[] = [];
    let listBytes = 0;
    let mayResize = true;
    while (this.#at < block.length) {
      const byte = block[this.#at]!;
      if ((byte & 0xe0) === 0x20) {
        if (!mayResize) throw malformed("a table's size comes late");
        this.#resize(this.#number(5));
        continue;
      }
      mayResize = false;
      const field = byte & 0x80 ? this.#indexed(this.#number(7)) : this.#literal(byte);
      listBytes += bytesOf(field);
      if (listBytes <= this.#listBytesMax) fields.push(field);
    }
    return { fields, isTooLong: listBytes > this.#listBytesMax };
  }

  #literal(byte: number): Field {
    const isKept = (byte & 0xc0) === 0x40;
    const index = this.#number(isKept ? 6 : 4);
    const name = index === 0 ? this.#text() : this.#indexed(index)[0];
    const field: Field = [name, this.#text()];
    if (isKept) this.#keep(field);
    return field;
  }

  #indexed(index: number): Field {
    const field =
      index <= STATIC_FIELDS.length
        ? STATIC_FIELDS[index - 1]
        : this.#table[this.#table.length - (index - STATIC_FIELDS.length)];
    if (!field) throw malformed("it refers to nothing");
    return field;
  }

  #keep(field: Field): void {
    this.#table.push(field);
    this.#tableBytes += bytesOf(field);
    this.#evict();
  }

  #resize(bytesMax: number): void {
    if (bytesMax > TABLE_BYTES_MAX) throw malformed("its table is too large");
    this.#tableBytesMax = bytesMax;
    this.#evict();
  }

  #evict(): void {
    let count = 0;
    while (this.#tableBytes > this.#tableBytesMax) this.#tableBytes -= bytesOf(this.#table[count++]!);
    if (count > 0) this.#table.splice(0, count);
  }

  #text(): string {
    const isCoded = (this.#block[this.#at] ?? 0) >= 0x80;
    const length = this.#number(7);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#block.length) throw malformed("it is cut");
    const bytes = this.#block.subarray(start, this.#at);
    return isCoded ? decodeHuffman(bytes) : bytes.toString("latin1");
  }

  /** A number whose first part is in the last bits of a byte. */
  #number(bits: number): number {
    const most = (1 << bits) - 1;
    const start = this.#byte() & most;
    if (start < most) return start;
    let value = start;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed("a number is too large");
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw malformed("it is cut");
    return byte;
  }
}

function bytesOf([name, value]: Field): number {
  return name.length + value.length + FIELD_BYTES;
}

function malformed(problem: string): Http2Error {
  return new Http2Error("compression", `read headers: ${problem}`);
}

/** Names and whole fields of the static table, by what is sent for them. */
const NAME_INDEX: ReadonlyMap<string, number> = new Map(
  STATIC_FIELDS.map(([name], index): [string, number] => [name, index + 1]).reverse(),
);
const FIELD_INDEX: ReadonlyMap<string, number> = new Map(
  STATIC_FIELDS.map((field, index): [string, number] => [field.join("\n"), index + 1]),
);

/** Header values by name; one that is a list is sent as often as it has elements. */
export type Headers = Readonly<Record<string, string | number | readonly string[]>>;

/** A header block that refers to nothing and is remembered by nobody, so that it can be sent on any connection, repeatedly. */
export function encodeHeaders(headers: Headers): Buffer {
  let block = "";
  for (const name in headers) {
    const value = headers[name]!;
    if (typeof value === "string") block += encodedField(name, value);
    else if (typeof value === "number") block += encodedField(name, String(value));
    else for (const one of value) block += encodedField(name, one);
  }
  return Buffer.from(block, "latin1");
}

/** Fields as they were sent last, by name: most of what an answer says the one before it has said. */
const lastSent = new Map<string, { value: string; encoded: string }>();
const LAST_SENT_MAX = 64;
const LAST_SENT_LENGTH_MAX = 128;

/** One field; each character is a byte. */
function encodedField(name: string, value: string): string {
  const last = lastSent.get(name);
  if (last?.value === value) return last.encoded;
  const encoded = encodeField(name, value);
  if (last && value.length <= LAST_SENT_LENGTH_MAX) {
    last.value = value;
    last.encoded = encoded;
  } else if (lastSent.size < LAST_SENT_MAX && encoded.length <= LAST_SENT_LENGTH_MAX)
    lastSent.set(name, { value, encoded });
  return encoded;
}

function encodeField(name: string, value: string): string {
  // Of the others none that the table has whole is ever sent.
  const whole = name.charCodeAt(0) === COLON ? FIELD_INDEX.get(`${name}\n${value}`) : undefined;
  if (whole !== undefined) return String.fromCharCode(0x80 | whole);
  if (UNSENDABLE.test(value)) throw new RangeError(`send header ${name}: its value holds what no header may`);
  const index = NAME_INDEX.get(name);
  const head = index === undefined ? `\0${encodedText(name)}` : encodedNumber(index, 4);
  return head + encodedText(value);
}

const COLON = 58;
/** Line breaks would begin another header for who passes it on; what is more than a byte would become something else. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

function encodedText(text: string): string {
  return encodedNumber(text.length, 7) + text;
}

function encodedNumber(value: number, bits: number): string {
  const most = (1 << bits) - 1;
  if (value < most) return String.fromCharCode(value);
  let encoded = String.fromCharCode(most);
  let rest = value - most;
  for (; rest > 127; rest >>>= 7) encoded += String.fromCharCode((rest & 127) | 128);
  return encoded + String.fromCharCode(rest);
}

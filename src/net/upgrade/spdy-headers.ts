import { Buffer } from "node:buffer";
import { createInflate, type Inflate } from "node:zlib";
import { NetError } from "../errors.ts";

export type Headers = Readonly<Record<string, string>>;

/** A header block may not unfold to more than this. */
const BLOCK_BYTES_MAX = 256 * 1024;

const NAMES = (
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow " +
  "authorization cache-control connection content-base content-encoding content-language content-length " +
  "content-location content-md5 content-range content-type date etag expect expires from host if-match " +
  "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma " +
  "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade " +
  "user-agent vary via warning www-authenticate method get status"
).split(" ");
const VALUES = ["200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"];
const TAIL =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505" +
  "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden" +
  "404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable" +
  "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT" +
  "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript," +
  "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

const counted = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text, "latin1"));
  return Buffer.concat([length, Buffer.from(text, "latin1")]);
};

/** What SPDY/3 seeds its header compression with. */
export const DICTIONARY: Uint8Array = Buffer.concat([...[...NAMES, ...VALUES].map(counted), Buffer.from(TAIL)]);

function encodeBlock(headers: Headers): Buffer {
  const names = Object.keys(headers);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(names.length);
  return Buffer.concat([count, ...names.flatMap((name) => [counted(name.toLowerCase()), counted(headers[name]!)])]);
}

function decodeBlock(block: Buffer): Headers {
  const headers: Record<string, string> = Object.create(null);
  let offset = 4;
  const text = () => {
    const length = block.readUInt32BE(offset);
    if (offset + 4 + length > block.length) throw new RangeError("beyond the end");
    offset += 4 + length;
    return block.toString("latin1", offset - length, offset);
  };
  try {
    for (let count = block.readUInt32BE(0); count > 0; count--) {
      const name = text().toLowerCase();
      // Several values of one name are separated by a zero byte.
      headers[name] = text().replaceAll("\0", ", ");
    }
  } catch (cause) {
    throw new NetError("protocol", "read SPDY headers: the block is cut short", { cause });
  }
  return headers;
}

const STORED_BYTES_MAX = 0xffff;
const SYNC_MARKER = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);

/**
 * Writes header blocks as one zlib stream of stored (uncompressed) pieces. Compressing a few short names saves nothing,
 * would need an asynchronous call, and has leaked secrets before (CRIME).
 */
export class HeaderWriter {
  #started = false;

  write(headers: Headers): Buffer {
    const block = encodeBlock(headers);
    const parts: Buffer[] = this.#started ? [] : [Buffer.from([0x78, 0x01])];
    this.#started = true;
    for (let offset = 0; offset < block.length; offset += STORED_BYTES_MAX) {
      const piece = block.subarray(offset, offset + STORED_BYTES_MAX);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(piece.length, 1);
      head.writeUInt16LE(~piece.length & 0xffff, 3);
      parts.push(head, piece);
    }
    // Without the empty piece at the end, Go's decompressor would wait for more before it hands over what it has.
    return Buffer.concat([...parts, SYNC_MARKER]);
  }
}

/** Reads header blocks: all of one connection in their order, as each continues the zlib stream of the one before. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY });
  #out: Buffer[] = [];
  #sizeBytes = 0;
  #error: Error | undefined;

  constructor() {
    this.#inflate.on("error", (error) => {
      this.#error = error;
    });
    this.#inflate.on("data", (chunk: Buffer) => {
      this.#sizeBytes += chunk.length;
      if (this.#sizeBytes > BLOCK_BYTES_MAX) this.#inflate.destroy(new Error("header block too large"));
      else this.#out.push(chunk);
    });
  }

  async read(block: Uint8Array): Promise<Headers> {
    await new Promise<void>((resolve) => {
      this.#inflate.once("close", resolve);
      this.#inflate.write(block, () => {
        this.#inflate.off("close", resolve);
        resolve();
      });
    });
    if (this.#error) throw new NetError("protocol", "read SPDY headers: bad compression", { cause: this.#error });
    const plain = Buffer.concat(this.#out);
    this.#out = [];
    this.#sizeBytes = 0;
    return decodeBlock(plain);
  }

  close(): void {
    this.#inflate.destroy();
  }
}

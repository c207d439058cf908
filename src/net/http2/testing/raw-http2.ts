import { Buffer } from "node:buffer";
import { connect, type TLSSocket } from "node:tls";

/** Frame types of HTTP/2. */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const FLAG = { none: 0, endStream: 1, ack: 1, endHeaders: 4 } as const;
export const ERROR = { none: 0, protocol: 1, enhanceYourCalm: 11, cancel: 8, refusedStream: 7 } as const;

/** A frame as it goes over the wire. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 9;
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A block of header fields: texts, nothing compressed, nothing remembered. */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => field(0, name, value)));
}

/** One field; the first byte says whether the other end remembers it (0x40) or not (0). */
export function field(first: number, name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(first), text(name), text(value)]);
}

/** A text with its length, which has a prefix of seven bits. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length: number[] = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    let rest = bytes.length - 127;
    length.push(127);
    for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

export function requestFields(path = "/"): readonly (readonly [string, string])[] {
  return [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", path],
    [":authority", "localhost"],
  ];
}

/** The other end of an HTTP/2 connection, which says whatever it likes. */
export class RawHttp2 {
  readonly #socket: TLSSocket;
  readonly received: Frame[] = [];
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  #rest: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];
  isOver = false;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        this.isOver = true;
        this.#wake();
        resolve();
      }),
    );
    this.send(PREFACE, frame(FRAME.settings, FLAG.none, 0));
  }

  static connect(port: number): Promise<RawHttp2> {
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, ALPNProtocols: ["h2"], rejectUnauthorized: false };
      const socket = connect(options, () => resolve(new RawHttp2(socket)));
      socket.once("error", reject);
    });
  }

  /** Sends what it is given as it is; false when it would have to wait. */
  send(...frames: readonly Uint8Array[]): boolean {
    return this.#socket.writable && this.#socket.write(Buffer.concat(frames));
  }

  /** Resolves when more may be sent, or there is nobody left to send to. */
  drained(): Promise<void> {
    if (this.isOver || !this.#socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#socket.off("drain", done).off("close", done);
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** Stops reading: the other end's answers pile up. */
  pause(): void {
    this.#socket.pause();
  }

  /** The first frame that fits, now or later; undefined when the connection ends without. */
  async first(fits: (frame: Frame) => boolean): Promise<Frame | undefined> {
    for (;;) {
      const found = this.received.find(fits);
      if (found || this.isOver) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The error with which the other end gave this connection up; undefined when it did not say. */
  get goaway(): number | undefined {
    const said = this.received.find(({ type }) => type === FRAME.goaway);
    return said && Buffer.from(said.payload).readUInt32BE(4);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) break;
      const [type = 0, flags = 0] = this.#rest.subarray(3, 5);
      const stream = this.#rest.readUInt32BE(5);
      this.received.push({ type, flags, stream, payload: this.#rest.subarray(HEADER_BYTES, end) });
      this.#rest = this.#rest.subarray(end);
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

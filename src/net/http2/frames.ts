import { Buffer } from "node:buffer";

/** HTTP/2's frames (RFC 9113, sections 4 and 6): nine bytes of length, type, flags and stream, and what they announce. */
export const FRAME_HEADER_BYTES = 9;
/** Where the flags are in them. */
export const FRAME_FLAGS_AT = 4;
/** What each side must take, and what we let a peer send. */
export const FRAME_BYTES_MAX = 16_384;
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

const NOTHING = Buffer.alloc(0);

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export const SETTING = {
  headerTableBytes: 1,
  push: 2,
  streamsMax: 3,
  initialWindow: 4,
  frameBytesMax: 5,
  headerListBytesMax: 6,
} as const;

export const ERROR_CODE = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;
export type Http2ErrorCode = keyof typeof ERROR_CODE;

/** A peer has broken the protocol: the connection ends with this code. */
export class Http2Error extends Error {
  readonly code: Http2ErrorCode;

  constructor(code: Http2ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** A view of what came. */
  readonly payload: Buffer;
}

/** The nine bytes before a payload. */
export function frameHeader(frame: { type: number; flags?: number; stream?: number; length: number }): Buffer {
  const { type, flags = 0, stream = 0, length } = frame;
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header[0] = length >>> 16;
  header[1] = length >>> 8;
  header[2] = length;
  header[3] = type;
  header[FRAME_FLAGS_AT] = flags;
  header.writeUInt32BE(stream, 5);
  return header;
}

/** A payload of whole numbers of four bytes each. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}

export function encodeSettings(settings: ReadonlyMap<number, number>): Buffer {
  const bytes = Buffer.allocUnsafe(6 * settings.size);
  let at = 0;
  for (const [setting, value] of settings) {
    bytes.writeUInt16BE(setting, at);
    bytes.writeUInt32BE(value, at + 2);
    at += 6;
  }
  return bytes;
}

export function* decodeSettings(payload: Buffer): Generator<readonly [setting: number, value: number]> {
  if (payload.length % 6 !== 0) throw new Http2Error("frameSize", "read settings: they are cut");
  for (let at = 0; at < payload.length; at += 6) yield [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
}

/** What a frame carries beside its padding and, with headers, the priority that nobody heeds any more. */
export function contentOf({ flags, payload, type }: Frame): Buffer {
  let start = 0;
  let end = payload.length;
  if (flags & FLAG.padded) {
    if (payload.length === 0) throw new Http2Error("frameSize", "read frame: its padding is cut");
    start = 1;
    end -= payload[0]!;
  }
  if (type === FRAME.headers && flags & FLAG.priority) start += 5;
  if (start > end) throw new Http2Error("protocol", "read frame: more padding than frame");
  return payload.subarray(start, end);
}

/** Cuts what comes from a socket into frames, after the preface that a client begins with. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  /** The start of what goes on in the next chunk. */
  #rest: Buffer = NOTHING;
  #isOpen = false;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (this.#rest.length > 0 && at < chunk.length) {
      // Only the one frame is copied together.
      const missing = this.#wanted(this.#rest) - this.#rest.length;
      const taken = chunk.subarray(at, at + missing);
      at += taken.length;
      this.#rest = Buffer.concat([this.#rest, taken]);
      this.#rest = this.#rest.subarray(this.#read(this.#rest));
    }
    // A view would keep all of the chunk for as long as the connection is silent.
    if (this.#rest.length === 0) this.#rest = NOTHING;
    if (at < chunk.length) {
      const left = at === 0 ? chunk : chunk.subarray(at);
      const end = this.#read(left);
      if (end < left.length) this.#rest = Buffer.from(left.subarray(end));
    }
  }

  /** How many bytes make the next step possible. */
  #wanted(bytes: Buffer): number {
    if (!this.#isOpen) return PREFACE.length;
    if (bytes.length < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES;
    return FRAME_HEADER_BYTES + bytes.readUIntBE(0, 3);
  }

  /** Reads what is whole; says where the rest begins. */
  #read(bytes: Buffer): number {
    let at = 0;
    if (!this.#isOpen) {
      if (!PREFACE.subarray(0, bytes.length).equals(bytes.subarray(0, PREFACE.length)))
        throw new Http2Error("protocol", "read preface: this is no HTTP/2");
      if (bytes.length < PREFACE.length) return 0;
      this.#isOpen = true;
      at = PREFACE.length;
    }
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = bytes.readUIntBE(at, 3);
      if (length > FRAME_BYTES_MAX)
        throw new Http2Error("frameSize", `read frame: ${length} bytes, at most ${FRAME_BYTES_MAX} are allowed`);
      const start = at + FRAME_HEADER_BYTES;
      if (bytes.length < start + length) break;
      this.#onFrame({
        type: bytes[at + 3]!,
        flags: bytes[at + 4]!,
        stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
        payload: bytes.subarray(start, start + length),
      });
      at = start + length;
    }
    return at;
  }
}

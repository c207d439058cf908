import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { nextTick } from "node:process";
import type { Clock } from "../../base/index.ts";
import {
  contentOf,
  decodeSettings,
  encodeSettings,
  ERROR_CODE,
  FLAG,
  FRAME,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  type Frame,
  FrameReader,
  frameHeader,
  Http2Error,
  type Http2ErrorCode,
  SETTING,
  words,
} from "./frames.ts";
import { type Field, HEADER_LIST_BYTES_MAX, HeaderDecoder } from "./hpack.ts";
import { ServerStream, type StreamParts } from "./stream.ts";

/** What a peer may send on a stream, and on the connection, before what it sent has been read. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
/** What each side begins with, by the standard. */
const FIRST_WINDOW_BYTES = 65_535;
const WINDOW_BYTES_MAX = 0x7fff_ffff;
const STREAMS_MAX = 10_000;
/** What is handed to the socket at a time; what is left waits until that has taken it. */
const BATCH_BYTES = 256 * 1024;
/** Up to here one copy is cheaper than many pieces. */
const COPIED_BYTES_MAX = 32 * 1024;
/** A peer that asks and does not read: answers to its pings and settings that wait. */
const UNREAD_BYTES_MAX = 1024 * 1024;
/** Streams that a peer may take back: so many at once, and then so many in a second. Each one costs us a request. */
const RESETS_MAX = 1000;
const RESETS_PER_SECOND = 100;

const SETTINGS = encodeSettings(
  new Map([
    [SETTING.streamsMax, STREAMS_MAX],
    [SETTING.initialWindow, WINDOW_BYTES],
    [SETTING.headerListBytesMax, HEADER_LIST_BYTES_MAX],
  ]),
);

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Is called with each request once its headers are there, and gives the stream its reader before it returns. */
  readonly onRequest: (stream: ServerStream) => void;
}

/**
 * The server's side of an HTTP/2 connection. Everything that is written in one turn goes to the socket together: the headers,
 * the message and the status of an answer are one packet, and so are the answers that become ready with it. (Node's own server
 * sends trailers a turn of the event loop after the data, and costs twice as much for each call.)
 */
export class ServerConnection {
  readonly socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader = new FrameReader((frame) => this.#frame(frame));
  readonly #decoder = new HeaderDecoder();
  readonly #streams = new Map<number, ServerStream>();
  readonly #parts: StreamParts;
  /** Header block that goes on in the next frame. */
  #headers: { readonly stream: number; readonly flags: number; readonly blocks: Buffer[] } | undefined;
  #lastStream = 0;
  /** The last one that was not refused. */
  #lastServed = 0;
  #hasSettings = false;
  #isClosing = false;
  #receiveWindow = CONNECTION_WINDOW_BYTES;
  /** Read, and not yet told to the peer. */
  #unreportedBytes = 0;
  #sendWindow = FIRST_WINDOW_BYTES;
  #streamWindow = FIRST_WINDOW_BYTES;
  #frameBytesMax = FRAME_BYTES_MAX;
  #mustResizeTable = false;
  #out: Uint8Array[] = [];
  #outBytes = 0;
  #isFlushing = false;
  /** Streams whose data waits for a window or for the socket. */
  readonly #waiting = new Set<ServerStream>();
  #resetsLeft = RESETS_MAX;
  #resetsAtMs: number;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    this.#resetsAtMs = options.clock.monotonicMs();
    this.#parts = {
      socket,
      headers: (stream, block, flags) => this.#sendHeaders(stream, block, flags),
      send: (stream) => this.#send(stream),
      read: (stream, bytes) => this.#wasRead(stream, bytes),
      reset: (stream, code) => this.#sendFrame(FRAME.reset, 0, stream.id, words(ERROR_CODE[code])),
      lastData: (stream) => this.#sendFrame(FRAME.data, FLAG.endStream, stream.id, Buffer.alloc(0)),
      closed: (stream) => this.#closed(stream),
    };
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#push(chunk));
    socket.on("drain", () => this.#sendWaiting());
    socket.on("error", () => {});
    socket.once("close", () => this.#lost());
    this.#sendFrame(FRAME.settings, 0, 0, SETTINGS);
    this.#sendFrame(FRAME.windowUpdate, 0, 0, words(CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES));
  }

  /** Lets requests that have begun end, takes no more, and ends the connection. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#sendFrame(FRAME.goAway, 0, 0, words(this.#lastServed, ERROR_CODE.none));
    this.#endIfIdle();
  }

  #push(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#fail(error);
    }
  }

  /** The peer does not keep to the protocol: it is told, and that was all. */
  #fail({ code, message }: Http2Error): void {
    if (this.socket.destroyed) return;
    this.#isClosing = true;
    this.#sendFrame(
      FRAME.goAway,
      0,
      0,
      Buffer.concat([words(this.#lastServed, ERROR_CODE[code]), Buffer.from(message)]),
    );
    this.#flush();
    this.socket.removeAllListeners("data");
    this.socket.destroySoon();
    this.#lost();
  }

  #lost(): void {
    for (const stream of this.#streams.values()) stream.lose();
    this.#streams.clear();
    this.#waiting.clear();
  }

  #frame(frame: Frame): void {
    const { type } = frame;
    if (!this.#hasSettings && type !== FRAME.settings) throw protocolError("settings come first");
    if (this.#headers && (type !== FRAME.continuation || frame.stream !== this.#headers.stream))
      throw protocolError("headers were interrupted");
    if (type === FRAME.data) this.#data(frame);
    else if (type === FRAME.headers) this.#headersFrame(frame);
    else if (type === FRAME.continuation) this.#continuation(frame);
    else if (type === FRAME.windowUpdate) this.#windowUpdate(frame);
    else if (type === FRAME.reset) this.#reset(frame);
    else if (type === FRAME.settings) this.#settings(frame);
    else if (type === FRAME.ping) this.#ping(frame);
    else if (type === FRAME.pushPromise) throw protocolError("clients push nothing");
    // Priorities have no meaning any more, and what is unknown is to be passed over.
  }

  #data(frame: Frame): void {
    const { length } = frame.payload;
    if (frame.stream === 0 || frame.stream > this.#lastStream) throw protocolError("data of no stream");
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw new Http2Error("flowControl", "read data: more than the connection's window");
    const content = contentOf(frame);
    const stream = this.#streams.get(frame.stream);
    if (stream) stream.receive(content, { frameBytes: length, isLast: (frame.flags & FLAG.endStream) !== 0 });
    // What came after a stream's end counts all the same.
    else this.#wasReadOfConnection(length);
  }

  #headersFrame(frame: Frame): void {
    const { stream, flags } = frame;
    if (stream % 2 === 0) throw protocolError("headers of no stream");
    this.#headers = { stream, flags, blocks: [contentOf(frame)] };
    if (flags & FLAG.endHeaders) this.#headersDone();
  }

  #continuation({ payload, flags }: Frame): void {
    if (!this.#headers) throw protocolError("headers go on that never began");
    const { blocks } = this.#headers;
    blocks.push(payload);
    const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
    if (bytes > HEADER_LIST_BYTES_MAX || blocks.length > HEADER_LIST_BYTES_MAX / 1024)
      throw new Http2Error("enhanceYourCalm", "read headers: they are too long");
    if (flags & FLAG.endHeaders) this.#headersDone();
  }

  #headersDone(): void {
    const { stream: id, flags, blocks } = this.#headers!;
    this.#headers = undefined;
    const fields = this.#decoder.decode(blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks));
    const isLast = (flags & FLAG.endStream) !== 0;
    const known = this.#streams.get(id);
    if (known) return known.receiveTrailers(isLast);
    if (id <= this.#lastStream) throw new Http2Error("streamClosed", "read headers: their stream is over");
    const refusal = this.#refusal(fields);
    this.#lastStream = id;
    if (refusal) return this.#sendFrame(FRAME.reset, 0, id, words(ERROR_CODE[refusal]));
    this.#lastServed = id;
    const stream = new ServerStream(this.#parts, {
      id,
      fields,
      sendWindow: this.#streamWindow,
      receiveWindow: WINDOW_BYTES,
    });
    this.#streams.set(id, stream);
    this.#options.onRequest(stream);
    if (isLast) stream.receive(Buffer.alloc(0), { frameBytes: 0, isLast });
  }

  #refusal(fields: readonly Field[]): Http2ErrorCode | undefined {
    if (this.#isClosing || this.#streams.size >= STREAMS_MAX) return "refusedStream";
    return isRequest(fields) ? undefined : "protocol";
  }

  #windowUpdate({ stream: id, payload }: Frame): void {
    if (payload.length !== 4) throw new Http2Error("frameSize", "read window update: not four bytes");
    const bytes = payload.readUInt32BE(0) & WINDOW_BYTES_MAX;
    if (bytes === 0) throw protocolError("a window grows by nothing");
    if (id === 0) {
      this.#sendWindow += bytes;
      if (this.#sendWindow > WINDOW_BYTES_MAX) throw new Http2Error("flowControl", "read window update: too large");
      return this.#sendWaiting();
    }
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.sendWindow += bytes;
    if (stream.sendWindow > WINDOW_BYTES_MAX) return stream.reset("flowControl");
    this.#send(stream);
  }

  #reset({ stream: id, payload }: Frame): void {
    if (payload.length !== 4) throw new Http2Error("frameSize", "read reset: not four bytes");
    if (id === 0 || id > this.#lastStream) throw protocolError("a reset of no stream");
    const stream = this.#streams.get(id);
    if (!stream) return;
    this.#countReset();
    this.#streams.delete(id);
    this.#waiting.delete(stream);
    stream.lose();
    this.#endIfIdle();
  }

  #countReset(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const earned = ((nowMs - this.#resetsAtMs) / 1000) * RESETS_PER_SECOND;
    this.#resetsAtMs = nowMs;
    this.#resetsLeft = Math.min(RESETS_MAX, this.#resetsLeft + earned) - 1;
    if (this.#resetsLeft < 0) throw new Http2Error("enhanceYourCalm", "read reset: too many of them");
  }

  #settings({ flags, payload, stream }: Frame): void {
    if (stream !== 0) throw protocolError("settings of a stream");
    if (flags & FLAG.ack) return;
    this.#hasSettings = true;
    for (const [setting, value] of decodeSettings(payload)) {
      if (setting === SETTING.initialWindow) this.#resizeWindows(value);
      else if (setting === SETTING.frameBytesMax) {
        if (value < FRAME_BYTES_MAX || value >= 1 << 24) throw protocolError("frames of a size that is not allowed");
        this.#frameBytesMax = value;
      } else if (setting === SETTING.headerTableBytes) this.#mustResizeTable = true;
    }
    this.#answer(FRAME.settings, Buffer.alloc(0));
  }

  #resizeWindows(bytes: number): void {
    if (bytes > WINDOW_BYTES_MAX) throw new Http2Error("flowControl", "read settings: a window that is too large");
    for (const stream of this.#streams.values()) stream.sendWindow += bytes - this.#streamWindow;
    this.#streamWindow = bytes;
    this.#sendWaiting();
  }

  #ping({ flags, payload, stream }: Frame): void {
    if (stream !== 0) throw protocolError("a ping of a stream");
    if (payload.length !== 8) throw new Http2Error("frameSize", "read ping: not eight bytes");
    if (!(flags & FLAG.ack)) this.#answer(FRAME.ping, Buffer.from(payload));
  }

  #answer(type: number, payload: Buffer): void {
    if (this.socket.writableLength > UNREAD_BYTES_MAX)
      throw new Http2Error("enhanceYourCalm", "answer: the answers are not read");
    this.#sendFrame(type, FLAG.ack, 0, payload);
  }

  /** Bytes of a stream's frames have been worked on: the peer may send as many more. */
  #wasRead(stream: ServerStream, bytes: number): void {
    this.#wasReadOfConnection(bytes);
    if (stream.isClosed || stream.isRequestWhole || stream.unreportedBytes < WINDOW_BYTES / 4) return;
    this.#sendFrame(FRAME.windowUpdate, 0, stream.id, words(stream.unreportedBytes));
    stream.receiveWindow += stream.unreportedBytes;
    stream.unreportedBytes = 0;
  }

  #wasReadOfConnection(bytes: number): void {
    this.#unreportedBytes += bytes;
    if (this.#unreportedBytes < CONNECTION_WINDOW_BYTES / 4) return;
    this.#sendFrame(FRAME.windowUpdate, 0, 0, words(this.#unreportedBytes));
    this.#receiveWindow += this.#unreportedBytes;
    this.#unreportedBytes = 0;
  }

  #sendHeaders(stream: ServerStream, block: Buffer, flags: number): void {
    // We refer to no table; who makes its own smaller wants to hear that all the same.
    const whole = this.#mustResizeTable ? Buffer.concat([Buffer.of(0x20), block]) : block;
    this.#mustResizeTable = false;
    for (let at = 0; at === 0 || at < whole.length; at += this.#frameBytesMax) {
      const part = whole.subarray(at, at + this.#frameBytesMax);
      const end = at + part.length === whole.length ? FLAG.endHeaders : 0;
      if (at === 0) this.#sendFrame(FRAME.headers, flags | end, stream.id, part);
      else this.#sendFrame(FRAME.continuation, end, stream.id, part);
    }
  }

  /** Sends what waits in a stream, as far as windows and the socket allow. */
  #send(stream: ServerStream): void {
    while (stream.waitingBytes > 0) {
      const room = Math.min(this.#sendWindow, stream.sendWindow, this.#frameBytesMax);
      if (room <= 0 || this.#isFull) {
        this.#waiting.add(stream);
        return;
      }
      const part = stream.take(room);
      this.#sendWindow -= part.length;
      stream.sendWindow -= part.length;
      this.#sendFrame(FRAME.data, 0, stream.id, part);
    }
    this.#waiting.delete(stream);
    stream.allSent();
  }

  get #isFull(): boolean {
    return this.#outBytes >= BATCH_BYTES || this.socket.writableNeedDrain;
  }

  #sendWaiting(): void {
    for (const stream of [...this.#waiting]) {
      if (this.#sendWindow <= 0 || this.#isFull) return;
      // To the end, so that the next round begins with another.
      this.#waiting.delete(stream);
      this.#send(stream);
    }
  }

  #sendFrame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.#out.push(frameHeader({ type, flags, stream, length: payload.length }), payload);
    this.#outBytes += FRAME_HEADER_BYTES + payload.length;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // After all that is ready in this turn of the event loop has been written.
    nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    const [pieces, bytes] = [this.#out, this.#outBytes];
    this.#out = [];
    this.#outBytes = 0;
    if (pieces.length === 0 || !this.socket.writable) return;
    if (bytes <= COPIED_BYTES_MAX) this.socket.write(Buffer.concat(pieces, bytes));
    else {
      this.socket.cork();
      for (const piece of pieces) this.socket.write(piece);
      this.socket.uncork();
    }
    if (this.#waiting.size > 0) this.#sendWaiting();
  }

  #closed(stream: ServerStream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (!this.#isClosing || this.#streams.size > 0 || this.socket.destroyed) return;
    this.#flush();
    this.socket.end();
  }
}

/** Whether headers are those of a request: what HTTP calls malformed is refused. */
function isRequest(fields: readonly Field[]): boolean {
  let isPseudo = true;
  let hasPath = false;
  for (const [name, value] of fields) {
    if (name.startsWith(":")) {
      if (!isPseudo) return false;
      hasPath ||= name === ":path" && value.length > 0;
    } else isPseudo = false;
    if (!NAME.test(name) || UNSOUND.test(value)) return false;
  }
  return hasPath;
}

const NAME = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;
const UNSOUND = /[\0\r\n]/;

function protocolError(what: string): Http2Error {
  return new Http2Error("protocol", `read frame: ${what}`);
}

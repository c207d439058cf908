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
  FRAME_FLAGS_AT,
  FRAME_HEADER_BYTES,
  type Frame,
  FrameReader,
  frameHeader,
  Http2Error,
  type Http2ErrorCode,
  SETTING,
  words,
} from "./frames.ts";
import { encodeHeaders, type Field, HeaderDecoder } from "./hpack.ts";
import { areTrailers, isRequest } from "./request-fields.ts";
import { ServerStream, type StreamParts } from "./stream.ts";

/** What each side begins with, by the standard. */
const FIRST_WINDOW_BYTES = 65_535;
const WINDOW_BYTES_MAX = 0x7fff_ffff;
/** What is handed to the socket at a time; what is left waits until that has taken it. */
const BATCH_BYTES = 256 * 1024;
/** Up to here one copy is cheaper than many pieces. */
const COPIED_BYTES_MAX = 32 * 1024;
/** A peer that asks and does not read: answers to its pings and settings that wait. */
const UNREAD_BYTES_MAX = 1024 * 1024;
/** With so much unsent nothing more is read: answers without data wait for no window, and end their streams at once. */
const UNSENT_BYTES_MAX = 4 * UNREAD_BYTES_MAX;
/** Streams that we have ended, and of which the peer may not have heard yet. */
const ENDED_STREAMS_MAX = 1000;
/**
 * Streams that a peer may take back, or make us refuse: so many at once, and then so many in a second. Each one costs us a
 * request that nobody waits for (CVE-2023-44487, CVE-2025-8671).
 */
const RESETS_MAX = 1000;
const RESETS_PER_SECOND = 33;
/** How often a peer may change its settings. */
const SETTINGS_MAX = 1000;
/** Pieces that one list of headers may come in, beside one for each KiB. */
const HEADER_FRAMES_MAX = 64;
/** Frames that bring nothing: so many at once, and then so many in a second. */
const IDLE_FRAMES_MAX = 10_000;
const IDLE_FRAMES_PER_SECOND = 1000;
/** What may come above the limit for us to answer that it did. */
const HEADERS_READ_FACTOR = 2;

const NOTHING = Buffer.alloc(0);
const HEADERS_TOO_LARGE = encodeHeaders({ ":status": 431, "content-type": "text/html; charset=utf-8" });
const HEADERS_TOO_LARGE_BODY = Buffer.from("<h1>HTTP Error 431</h1><p>Request Header Field(s) Too Large</p>");

/** What a peer may ask of a connection. */
export interface ConnectionLimits {
  readonly streamsMax: number;
  /** Of the headers of a request: names, values and 32 bytes for each. Beyond it the answer is 431. */
  readonly headerListBytesMax: number;
  /** What a peer may send on a stream, and on the connection, before what it sent has been read. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  /** Is called with each request once its headers are there, and gives the stream its reader before it returns. */
  readonly onRequest: (stream: ServerStream) => void;
  /** Hears of what a handler threw at us; the connection has ended. */
  readonly onFault?: (error: unknown) => void;
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
  readonly #decoder: HeaderDecoder;
  readonly #streams = new Map<number, ServerStream>();
  readonly #parts: StreamParts;
  /** Header block that goes on in the next frame. */
  #headers: { readonly stream: number; readonly flags: number; readonly blocks: Buffer[]; bytes: number } | undefined;
  #lastStream = 0;
  /** The last one that was not refused. */
  #lastServed = 0;
  #settingsReceived = 0;
  #isClosing = false;
  #receiveWindow: number;
  /** Read, and not yet told to the peer. */
  #unreportedBytes = 0;
  #sendWindow = FIRST_WINDOW_BYTES;
  #streamWindow = FIRST_WINDOW_BYTES;
  #frameBytesMax = FRAME_BYTES_MAX;
  #mustResizeTable = false;
  #out: Uint8Array[] = [];
  #outBytes = 0;
  /** To be told once what waits has left. */
  #sent: (() => void)[] = [];
  /** The last frame of data that waits. */
  #lastData: { readonly stream: ServerStream; readonly header: Buffer } | undefined;
  #isFlushing = false;
  /** Streams whose data waits for the connection's window or for the socket, not for their own. */
  readonly #waiting = new Set<ServerStream>();
  /** Oldest first; what still comes on them is passed over. */
  readonly #endedStreams = new Set<number>();
  #isPaused = false;
  readonly #resets: Allowance;
  readonly #idleFrames: Allowance;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    const { streamsMax, headerListBytesMax, streamWindowBytes, connectionWindowBytes } = options.limits;
    this.#decoder = new HeaderDecoder(headerListBytesMax);
    this.#receiveWindow = connectionWindowBytes;
    this.#resets = new Allowance(options.clock, RESETS_MAX, RESETS_PER_SECOND);
    this.#idleFrames = new Allowance(options.clock, IDLE_FRAMES_MAX, IDLE_FRAMES_PER_SECOND);
    this.#parts = {
      socket,
      headers: (stream, block, flags) => this.#sendHeaders(stream, block, flags),
      send: (stream) => this.#send(stream),
      read: (stream, bytes) => this.#wasRead(stream, bytes),
      reset: (stream, code) => this.#sendReset(stream.id, code),
      misused: () => this.#countReset(),
      lastData: (stream) => this.#sendEnd(stream),
      closed: (stream) => this.#closed(stream),
    };
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#push(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("error", () => {});
    // The socket ends its own side then: nothing that is under way can be answered.
    socket.once("end", () => this.#lost());
    socket.once("close", () => this.#lost());
    const settings = new Map([
      [SETTING.streamsMax, streamsMax],
      [SETTING.initialWindow, streamWindowBytes],
      [SETTING.headerListBytesMax, headerListBytesMax],
    ]);
    this.#sendFrame(FRAME.settings, 0, 0, encodeSettings(settings));
    this.#sendFrame(FRAME.windowUpdate, 0, 0, words(connectionWindowBytes - FIRST_WINDOW_BYTES));
  }

  /** The peer has said that it speaks HTTP/2. */
  get hasBegun(): boolean {
    return this.#settingsReceived > 0;
  }

  /** To be called when nothing has moved for long: ends the connection, unless a request waits for something. */
  endIfSilent(): void {
    // Who has been told already, or takes nothing, is cut.
    if (this.socket.writableLength > 0 || !this.socket.writable) this.socket.destroy();
    else if (this.#streams.size === 0) this.close();
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
      if (error instanceof Http2Error) return this.#fail(error);
      this.#fail(new Http2Error("internal", "read frame: it could not be worked on"));
      this.#options.onFault?.(error);
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
    // Who reads nothing won't read this either.
    if (this.socket.writableNeedDrain) this.socket.destroy();
    else this.socket.destroySoon();
    this.#lost();
  }

  #lost(): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    this.#waiting.clear();
    for (const stream of streams) stream.lose();
  }

  #frame(frame: Frame): void {
    const { type } = frame;
    if (this.#settingsReceived === 0 && type !== FRAME.settings) throw protocolError("settings come first");
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
    else this.#passOver(frame);
  }

  /** Priorities have no meaning any more, we start no streams that a peer could end, and what is unknown is to be ignored. */
  #passOver({ type, stream, payload }: Frame): void {
    if (type === FRAME.priority) {
      if (stream === 0) throw protocolError("a priority of no stream");
      if (payload.length !== 5) throw new Http2Error("frameSize", "read priority: not five bytes");
    } else if (type === FRAME.goAway) {
      if (stream !== 0) throw protocolError("a farewell of a stream");
      if (payload.length < 8) throw new Http2Error("frameSize", "read farewell: not eight bytes");
    }
    this.#countIdle();
  }

  /** Whether the peer has begun it, or left it out. */
  #isKnown(stream: number): boolean {
    return stream % 2 === 1 && stream <= this.#lastStream;
  }

  #countIdle(): void {
    if (!this.#idleFrames.take()) throw new Http2Error("enhanceYourCalm", "read frame: too many that bring nothing");
  }

  #data(frame: Frame): void {
    const { length } = frame.payload;
    if (!this.#isKnown(frame.stream)) throw protocolError("data of no stream");
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw new Http2Error("flowControl", "read data: more than the connection's window");
    const content = contentOf(frame);
    if (content.length === 0 && (frame.flags & FLAG.endStream) === 0) this.#countIdle();
    const stream = this.#streams.get(frame.stream);
    if (stream) stream.receive(content, { frameBytes: length, isLast: (frame.flags & FLAG.endStream) !== 0 });
    // What came after a stream's end counts all the same.
    else this.#wasReadOfConnection(length);
  }

  #headersFrame(frame: Frame): void {
    const { stream, flags } = frame;
    if (stream % 2 === 0) throw protocolError("headers of no stream");
    const block = contentOf(frame);
    this.#headers = { stream, flags, blocks: [block], bytes: block.length };
    if (flags & FLAG.endHeaders) this.#headersDone();
  }

  #continuation({ payload, flags }: Frame): void {
    if (!this.#headers) throw protocolError("headers go on that never began");
    const { blocks } = this.#headers;
    blocks.push(payload);
    this.#headers.bytes += payload.length;
    const bytesMax = HEADERS_READ_FACTOR * this.#options.limits.headerListBytesMax;
    if (this.#headers.bytes > bytesMax || blocks.length > HEADER_FRAMES_MAX + this.#headers.bytes / 1024)
      throw new Http2Error("enhanceYourCalm", "read headers: they are too long");
    if (flags & FLAG.endHeaders) this.#headersDone();
  }

  #headersDone(): void {
    const { stream: id, flags, blocks } = this.#headers!;
    this.#headers = undefined;
    const { fields, isTooLong } = this.#decoder.decode(blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks));
    const isLast = (flags & FLAG.endStream) !== 0;
    const known = this.#streams.get(id);
    if (known) return known.receiveTrailers({ isLast, isSound: isTooLong || areTrailers(fields) });
    // Trailers that were under way when we ended the stream.
    if (this.#endedStreams.has(id)) return this.#countIdle();
    if (id <= this.#lastStream) throw new Http2Error("streamClosed", "read headers: their stream is over");
    const refusal = this.#refusal({ fields, isTooLong, isLast });
    this.#lastStream = id;
    if (refusal) {
      this.#countReset();
      return this.#sendReset(id, refusal);
    }
    this.#lastServed = id;
    const stream = new ServerStream(this.#parts, {
      id,
      fields,
      sendWindow: this.#streamWindow,
      receiveWindow: this.#options.limits.streamWindowBytes,
      isRequestWhole: isLast,
    });
    this.#streams.set(id, stream);
    if (isTooLong) refuseHeaders(stream);
    else this.#options.onRequest(stream);
    if (isLast) stream.requestDone();
  }

  #refusal(of: { fields: readonly Field[]; isTooLong: boolean; isLast: boolean }): Http2ErrorCode | undefined {
    if (this.#isClosing || this.#streams.size >= this.#options.limits.streamsMax) return "refusedStream";
    return of.isTooLong || isRequest(of.fields, { isWhole: of.isLast }) ? undefined : "protocol";
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
    if (!this.#isKnown(id)) throw protocolError("a window of no stream");
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.sendWindow += bytes;
    if (stream.sendWindow > WINDOW_BYTES_MAX) return stream.misuse("flowControl");
    this.#send(stream);
  }

  #reset({ stream: id, payload }: Frame): void {
    if (payload.length !== 4) throw new Http2Error("frameSize", "read reset: not four bytes");
    if (!this.#isKnown(id)) throw protocolError("a reset of no stream");
    const stream = this.#streams.get(id);
    if (!stream) return this.#countIdle();
    this.#countReset();
    this.#streams.delete(id);
    this.#waiting.delete(stream);
    stream.lose();
    this.#endIfIdle();
  }

  #countReset(): void {
    if (!this.#resets.take()) throw new Http2Error("enhanceYourCalm", "read reset: too many of them");
  }

  #settings({ flags, payload, stream }: Frame): void {
    if (stream !== 0) throw protocolError("settings of a stream");
    if (flags & FLAG.ack) {
      if (payload.length > 0) throw new Http2Error("frameSize", "read settings: more than their receipt");
      if (this.#settingsReceived === 0) throw protocolError("settings come first");
      return this.#countIdle();
    }
    if (++this.#settingsReceived > SETTINGS_MAX)
      throw new Http2Error("enhanceYourCalm", "read settings: they change too often");
    let windowBytes = this.#streamWindow;
    for (const [setting, value] of decodeSettings(payload)) {
      if (setting === SETTING.initialWindow) {
        if (value > WINDOW_BYTES_MAX) throw new Http2Error("flowControl", "read settings: a window that is too large");
        windowBytes = value;
      } else if (setting === SETTING.frameBytesMax) {
        if (value < FRAME_BYTES_MAX || value >= 1 << 24) throw protocolError("frames of a size that is not allowed");
        this.#frameBytesMax = value;
      } else if (setting === SETTING.push) {
        if (value > 1) throw protocolError("pushes that are neither wanted nor not");
      } else if (setting === SETTING.headerTableBytes) this.#mustResizeTable = true;
    }
    // Once, whatever it was in between: a frame has room for thousands of them, a connection for thousands of streams.
    if (windowBytes !== this.#streamWindow) this.#resizeWindows(windowBytes);
    this.#answer(FRAME.settings, Buffer.alloc(0));
  }

  /** A smaller one may leave streams less than nothing. */
  #resizeWindows(bytes: number): void {
    const grown = bytes - this.#streamWindow;
    this.#streamWindow = bytes;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += grown;
      if (stream.sendWindow > WINDOW_BYTES_MAX)
        throw new Http2Error("flowControl", "read settings: they make a window too large");
    }
    if (grown > 0) for (const stream of [...this.#streams.values()]) if (stream.waitingBytes > 0) this.#send(stream);
  }

  #ping({ flags, payload, stream }: Frame): void {
    if (stream !== 0) throw protocolError("a ping of a stream");
    if (payload.length !== 8) throw new Http2Error("frameSize", "read ping: not eight bytes");
    if (flags & FLAG.ack) this.#countIdle();
    else this.#answer(FRAME.ping, Buffer.from(payload));
  }

  #answer(type: number, payload: Buffer): void {
    if (this.socket.writableLength > UNREAD_BYTES_MAX)
      throw new Http2Error("enhanceYourCalm", "answer: the answers are not read");
    this.#sendFrame(type, FLAG.ack, 0, payload);
  }

  /** Bytes of a stream's frames have been worked on: the peer may send as many more. */
  #wasRead(stream: ServerStream, bytes: number): void {
    this.#wasReadOfConnection(bytes);
    if (stream.isClosed || stream.isRequestWhole || stream.unreportedBytes < this.#options.limits.streamWindowBytes / 4)
      return;
    this.#sendFrame(FRAME.windowUpdate, 0, stream.id, words(stream.unreportedBytes));
    stream.receiveWindow += stream.unreportedBytes;
    stream.unreportedBytes = 0;
  }

  #wasReadOfConnection(bytes: number): void {
    this.#unreportedBytes += bytes;
    if (this.#unreportedBytes < this.#options.limits.connectionWindowBytes / 4) return;
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
      // What gives it a larger one sends what waits.
      if (stream.sendWindow <= 0) return void this.#waiting.delete(stream);
      const room = Math.min(this.#sendWindow, stream.sendWindow, this.#frameBytesMax);
      if (room <= 0 || this.#isFull) return void this.#waiting.add(stream);
      const { bytes, sent } = stream.take(room);
      this.#sendWindow -= bytes.length;
      stream.sendWindow -= bytes.length;
      this.#lastData = { stream, header: this.#sendFrame(FRAME.data, 0, stream.id, bytes) };
      if (sent) this.#sent.push(sent);
    }
    this.#waiting.delete(stream);
    stream.allSent();
  }

  /** Ends a stream's data: with the last of it, unless that has left. */
  #sendEnd(stream: ServerStream): void {
    if (this.#lastData?.stream === stream) this.#lastData.header[FRAME_FLAGS_AT]! |= FLAG.endStream;
    else this.#sendFrame(FRAME.data, FLAG.endStream, stream.id, NOTHING);
  }

  get #isFull(): boolean {
    return this.#outBytes >= BATCH_BYTES || this.socket.writableNeedDrain;
  }

  #drained(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.socket.resume();
    }
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    // Comes by those again that it puts to the end, but only while each takes something of the window.
    for (const stream of this.#waiting) {
      if (this.#sendWindow <= 0 || this.#isFull) return;
      // To the end, so that the next round begins with another.
      this.#waiting.delete(stream);
      this.#send(stream);
    }
  }

  #sendReset(stream: number, code: Http2ErrorCode): void {
    this.#endedStreams.add(stream);
    if (this.#endedStreams.size > ENDED_STREAMS_MAX)
      for (const oldest of this.#endedStreams) {
        this.#endedStreams.delete(oldest);
        break;
      }
    this.#sendFrame(FRAME.reset, 0, stream, words(ERROR_CODE[code]));
  }

  #sendFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
    const header = frameHeader({ type, flags, stream, length: payload.length });
    this.#out.push(header, payload);
    this.#outBytes += FRAME_HEADER_BYTES + payload.length;
    if (this.#isFlushing) return header;
    this.#isFlushing = true;
    // After all that is ready in this turn of the event loop has been written.
    nextTick(() => this.#flush());
    return header;
  }

  #flush(): void {
    this.#isFlushing = false;
    this.#lastData = undefined;
    const [pieces, bytes, sent] = [this.#out, this.#outBytes, this.#sent];
    this.#out = [];
    this.#outBytes = 0;
    if (sent.length > 0) this.#sent = [];
    if (pieces.length === 0 || !this.socket.writable) return;
    if (bytes <= COPIED_BYTES_MAX) {
      this.socket.write(Buffer.concat(pieces, bytes));
      for (const tell of sent) tell();
    } else {
      this.socket.cork();
      const last = pieces.pop()!;
      for (const piece of pieces) this.socket.write(piece);
      // Who waits for a write that failed may not use its bytes again: they may still be read.
      this.socket.write(last, (error) => {
        if (!error) for (const tell of sent) tell();
      });
      this.socket.uncork();
    }
    if (!this.#isPaused && this.socket.writableLength > UNSENT_BYTES_MAX) {
      this.#isPaused = true;
      this.socket.pause();
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

/** So many at once, and then so many in a second. */
class Allowance {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(clock: Clock, max: number, perSecond: number) {
    this.#clock = clock;
    this.#max = max;
    this.#perSecond = perSecond;
    this.#left = max;
    this.#atMs = clock.monotonicMs();
  }

  /** Says whether there was one left. */
  take(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(this.#max, this.#left + ((nowMs - this.#atMs) / 1000) * this.#perSecond) - 1;
    this.#atMs = nowMs;
    return this.#left >= 0;
  }
}

/** Says that a request's headers are too long; what else it sends is not looked at. */
function refuseHeaders(stream: ServerStream): void {
  stream.respond(HEADERS_TOO_LARGE);
  stream.write(HEADERS_TOO_LARGE_BODY);
  stream.end();
}

function protocolError(what: string): Http2Error {
  return new Http2Error("protocol", `read frame: ${what}`);
}

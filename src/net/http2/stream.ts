import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { FLAG, Http2Error, type Http2ErrorCode } from "./frames.ts";
import type { Field } from "./hpack.ts";

/** What a stream asks of its connection. */
export interface StreamParts {
  readonly socket: Socket;
  headers(stream: ServerStream, block: Buffer, flags: number): void;
  send(stream: ServerStream): void;
  read(stream: ServerStream, bytes: number): void;
  reset(stream: ServerStream, code: Http2ErrorCode): void;
  /** The peer did something that is not allowed; throws when that has been too often. */
  misused(): void;
  /** An empty piece of data that is the last one. */
  lastData(stream: ServerStream): void;
  closed(stream: ServerStream): void;
}

/** Hears of a request what comes after its headers. */
export interface RequestReader {
  data(chunk: Buffer): void;
  /** The request is whole. */
  end(): void;
  /** The stream is over, in whatever way; nothing comes after it. */
  closed(): void;
}

/** Bytes to be sent, and who wants to know when they are out of use. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly sent?: (() => void) | undefined;
}

/** One request and its answer, at the server. */
export class ServerStream {
  readonly id: number;
  readonly #parts: StreamParts;
  readonly fields: readonly Field[];
  #headers: Readonly<Record<string, string>> | undefined;
  reader: RequestReader | undefined;
  sendWindow: number;
  receiveWindow: number;
  /** Of the stream's window: read, and not yet told to the peer. */
  unreportedBytes = 0;
  isRequestWhole: boolean;
  hasResponded = false;
  /** Nothing more is written. */
  hasEnded = false;
  isClosed = false;
  #isPaused = false;
  /** Read from the socket while the reader had paused. */
  #heldBytes = 0;
  #waiting: Piece[] = [];
  waitingBytes = 0;
  #trailers: Buffer | undefined;
  /** The end of the answer is to be sent after what waits. */
  #isEndDue = false;
  #drained: Array<() => void> = [];
  #onClosed: Array<() => void> = [];

  constructor(
    parts: StreamParts,
    request: Pick<ServerStream, "id" | "fields" | "sendWindow" | "receiveWindow" | "isRequestWhole">,
  ) {
    this.#parts = parts;
    this.id = request.id;
    this.fields = request.fields;
    this.sendWindow = request.sendWindow;
    this.receiveWindow = request.receiveWindow;
    this.isRequestWhole = request.isRequestWhole;
  }

  get socket(): Socket {
    return this.#parts.socket;
  }

  /** The request's headers without ":path" and its like, but with the authority as host; those that come repeatedly are joined. */
  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= headersOf(this.fields);
    return this.#headers;
  }

  header(name: string): string | undefined {
    return this.fields.find((field) => field[0] === name)?.[1];
  }

  /** The values of a header, one for each time that it stands there. */
  lines(name: string): string[] {
    return this.fields.filter((field) => field[0] === name).map((field) => field[1]);
  }

  receive(content: Buffer, { frameBytes, isLast }: { readonly frameBytes: number; readonly isLast: boolean }): void {
    if (this.isRequestWhole) {
      this.#read(frameBytes);
      return this.misuse("streamClosed");
    }
    this.receiveWindow -= frameBytes;
    if (this.receiveWindow < 0) throw new Http2Error("flowControl", "read data: more than the stream's window");
    this.isRequestWhole = isLast;
    if (content.length > 0) this.reader?.data(content);
    if (this.#isPaused) this.#heldBytes += frameBytes;
    else if (frameBytes > 0) this.#read(frameBytes);
    if (isLast) this.requestDone();
  }

  /** Headers behind the request's data; nothing in them is of use here. */
  receiveTrailers({ isLast, isSound }: { readonly isLast: boolean; readonly isSound: boolean }): void {
    if (this.isRequestWhole) return this.misuse("streamClosed");
    if (!isLast || !isSound) return this.misuse("protocol");
    this.isRequestWhole = true;
    this.requestDone();
  }

  /** All of the request has come. */
  requestDone(): void {
    if (this.isClosed) return;
    this.reader?.end();
    this.#closeIfDone();
  }

  #read(bytes: number): void {
    this.unreportedBytes += bytes;
    this.#parts.read(this, bytes);
  }

  /** Lets the peer send no more than its window, until {@link resume}. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const bytes = this.#heldBytes;
    this.#heldBytes = 0;
    if (bytes > 0) this.#read(bytes);
  }

  /** Sends the answer's headers, as {@link encodeHeaders} has them. */
  respond(block: Buffer): void {
    this.hasResponded = true;
    if (!this.isClosed) this.#parts.headers(this, block, 0);
  }

  /** An answer that is nothing but headers. */
  respondWhole(block: Buffer): void {
    this.hasResponded = true;
    this.hasEnded = true;
    if (this.isClosed) return;
    this.#parts.headers(this, block, FLAG.endStream);
    this.#answerDone();
  }

  /** Tells the client something before its answer. */
  inform(block: Buffer): void {
    if (!this.isClosed) this.#parts.headers(this, block, 0);
  }

  /**
   * Says whether more may be written at once; else wait for {@link drained}. The bytes are the stream's until `sent` is called,
   * which isn't when they can't be sent.
   */
  write(bytes: Uint8Array, sent?: () => void): boolean {
    if (this.isClosed || this.hasEnded) return true;
    if (bytes.length === 0) {
      sent?.();
      return this.waitingBytes === 0;
    }
    this.#waiting.push({ bytes, sent });
    this.waitingBytes += bytes.length;
    this.#parts.send(this);
    return this.waitingBytes === 0;
  }

  /** Resolves when all that was written has been handed on, or nobody wants it any more. */
  drained(): Promise<void> {
    if (this.waitingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Ends the answer, once all that was written is sent; trailers are as {@link encodeHeaders} has them. */
  end(trailers?: Buffer): void {
    if (this.isClosed || this.hasEnded) return;
    this.hasEnded = true;
    this.#isEndDue = true;
    this.#trailers = trailers;
    if (this.waitingBytes === 0) this.allSent();
  }

  /** The connection has sent all that waited. */
  allSent(): void {
    this.#wake();
    if (!this.#isEndDue) return;
    this.#isEndDue = false;
    if (this.#trailers) this.#parts.headers(this, this.#trailers, FLAG.endStream);
    else this.#parts.lastData(this);
    this.#answerDone();
  }

  /** At most so many of the bytes that wait. */
  take(bytesMax: number): Piece {
    const first = this.#waiting[0]!;
    const { bytes, sent } = first;
    this.waitingBytes -= Math.min(bytes.length, bytesMax);
    if (bytes.length <= bytesMax) return this.#waiting.shift()!;
    this.#waiting[0] = { bytes: bytes.subarray(bytesMax), sent };
    return { bytes: bytes.subarray(0, bytesMax) };
  }

  #answerDone(): void {
    // The answer does not depend on what the request would still say.
    if (!this.isRequestWhole) this.#parts.reset(this, "none");
    this.isRequestWhole = true;
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.isRequestWhole || !this.hasEnded || this.#isEndDue || this.isClosed) return;
    this.lose();
    this.#parts.closed(this);
  }

  /** The peer may not do what it did: the stream ends, and so does the connection if that goes on. */
  misuse(code: Http2ErrorCode): void {
    this.reset(code);
    this.#parts.misused();
  }

  /** Ends both directions at once. */
  reset(code: Http2ErrorCode): void {
    if (this.isClosed) return;
    this.#parts.reset(this, code);
    this.lose();
    this.#parts.closed(this);
  }

  /** Nothing more comes and nothing more is sent. */
  lose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#waiting = [];
    this.waitingBytes = 0;
    this.#isEndDue = false;
    this.resume();
    this.#wake();
    this.reader?.closed();
    for (const closed of this.#onClosed) closed();
  }

  /** Calls back once the stream is over; the answer takes that back. */
  onClosed(closed: () => void): () => void {
    this.#onClosed.push(closed);
    return () => {
      this.#onClosed = this.#onClosed.filter((one) => one !== closed);
    };
  }

  #wake(): void {
    if (this.#drained.length > 0) for (const resolve of this.#drained.splice(0)) resolve();
  }
}

const COLON = 58;

function headersOf(fields: readonly Field[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  let authority = "";
  for (const [name, value] of fields) {
    if (name.charCodeAt(0) === COLON) {
      if (name === ":authority") authority = value;
      continue;
    }
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === "cookie" ? "; " : ", "}${value}`;
  }
  headers.host ??= authority;
  return headers;
}

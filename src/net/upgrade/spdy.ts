import { Buffer } from "node:buffer";
import { NetError } from "../errors.ts";
import type { Duplex, UpgradedConnection, UpgradedStream } from "../message.ts";
import { AsyncQueue, byteQueue } from "../queue.ts";
import { HeaderReader, type Headers, HeaderWriter } from "./spdy-headers.ts";

const FRAME = { synStream: 1, synReply: 2, reset: 3, settings: 4, ping: 6, goAway: 7, headers: 8, window: 9 } as const;
const FLAG_FIN = 1;
const RESET = { refused: 3, cancel: 5 } as const;
const CONTROL_BYTES_MAX = 256 * 1024;
const STREAMS_MAX = 2000;
/** Longer writes are cut, so that streams take turns. */
const DATA_BYTES_MAX = 128 * 1024;

/**
 * SPDY/3.1 as Kubernetes' tools speak it: streams with headers over one byte pipe. They neither send nor heed window
 * updates, so the pipe's own back-pressure is all there is: a stream that nobody reads stops the others once its buffer is full.
 */
export class SpdyConnection implements UpgradedConnection {
  readonly protocol = "spdy/3.1" as const;
  readonly subprotocol: string;
  readonly streams: AsyncQueue<UpgradedStream> = new AsyncQueue(STREAMS_MAX, () => 1);
  readonly closed: Promise<void>;
  readonly #pipe: Duplex;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headerWriter = new HeaderWriter();
  readonly #headerReader = new HeaderReader();
  #nextId: number;
  #lastRemoteId = 0;
  #isClosed = false;

  constructor(options: { readonly pipe: Duplex; readonly side: "client" | "server"; readonly subprotocol: string }) {
    this.#pipe = options.pipe;
    this.subprotocol = options.subprotocol;
    this.#nextId = options.side === "client" ? 1 : 2;
    this.closed = this.#run();
  }

  channel(): UpgradedStream {
    throw new NetError("unsupported", "use channel: SPDY has streams, want a WebSocket");
  }

  async open(headers: Headers): Promise<UpgradedStream> {
    if (this.#isClosed) throw lost();
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new SpdyStream(id, headers, this.#link);
    this.#streams.set(id, stream);
    const block = this.#headerWriter.write(headers);
    const head = Buffer.alloc(10);
    head.writeUInt32BE(id);
    await this.#writeControl(FRAME.synStream, 0, head, block);
    await stream.accepted;
    return stream;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const body = Buffer.alloc(8);
    body.writeUInt32BE(this.#lastRemoteId);
    void this.#writeControl(FRAME.goAway, 0, body)
      .catch(() => {})
      .finally(() => this.#pipe.close());
    this.#endAll();
  }

  readonly #link: StreamLink = {
    data: async (id, chunk, fin) => {
      if (this.#isClosed) throw lost();
      const head = Buffer.alloc(8);
      head.writeUInt32BE(id);
      head.writeUInt32BE(chunk.length, 4);
      if (fin) head[4] = FLAG_FIN;
      await this.#pipe.write(chunk.length === 0 ? head : Buffer.concat([head, chunk]));
    },
    reset: (id) => void this.#reset(id, RESET.cancel).catch(() => {}),
    forget: (id) => this.#streams.delete(id),
  };

  async #run(): Promise<void> {
    try {
      const reader = new FrameReader(
        (frame) => this.#handle(frame),
        (id, chunk, fin) => this.#data(id, chunk, fin),
      );
      for await (const chunk of this.#pipe.incoming) await reader.push(chunk);
    } catch {
      // A broken peer ends the connection; its streams hear of it below.
    } finally {
      this.#isClosed = true;
      this.#endAll();
      this.#headerReader.close();
      this.#pipe.close();
    }
  }

  #endAll(): void {
    for (const stream of this.#streams.values()) stream.lost();
    this.#streams.clear();
    this.streams.end();
  }

  async #handle({ type, flags, body }: ControlFrame): Promise<void> {
    switch (type) {
      case FRAME.synStream:
        return this.#accept(body.readUInt32BE(0) & 0x7fffffff, flags, await this.#headerReader.read(body.subarray(10)));
      case FRAME.synReply:
      case FRAME.headers: {
        const id = body.readUInt32BE(0) & 0x7fffffff;
        // Read even when nobody wants them: the next block continues this one's compression.
        await this.#headerReader.read(body.subarray(4));
        const stream = this.#streams.get(id);
        if (type === FRAME.synReply) stream?.accept();
        if (flags & FLAG_FIN) stream?.remoteEnd();
        return;
      }
      case FRAME.reset:
        this.#streams.get(body.readUInt32BE(0) & 0x7fffffff)?.lost();
        this.#streams.delete(body.readUInt32BE(0) & 0x7fffffff);
        return;
      case FRAME.ping:
        // The other end's pings have its parity; ours would come back.
        if (((body.readUInt32BE(0) ^ this.#nextId) & 1) === 1)
          await this.#writeControl(FRAME.ping, 0, body.subarray(0, 4));
        return;
      case FRAME.goAway:
        this.streams.end();
        return;
    }
  }

  async #accept(id: number, flags: number, headers: Headers): Promise<void> {
    if (((id ^ this.#nextId) & 1) === 0 || id <= this.#lastRemoteId)
      throw new NetError("protocol", `accept SPDY stream: id ${id} is out of order`);
    this.#lastRemoteId = id;
    if (this.#streams.size >= STREAMS_MAX) return this.#reset(id, RESET.refused);
    const stream = new SpdyStream(id, headers, this.#link);
    this.#streams.set(id, stream);
    stream.accept();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(id);
    await this.#writeControl(FRAME.synReply, 0, head, this.#headerWriter.write({}));
    if (flags & FLAG_FIN) stream.remoteEnd();
    await this.streams.push(stream);
  }

  async #data(id: number, chunk: Uint8Array, fin: boolean): Promise<void> {
    const stream = this.#streams.get(id);
    if (chunk.length > 0) await stream?.queue.push(chunk);
    if (fin) stream?.remoteEnd();
  }

  async #reset(id: number, status: number): Promise<void> {
    this.#streams.delete(id);
    const body = Buffer.alloc(8);
    body.writeUInt32BE(id);
    body.writeUInt32BE(status, 4);
    await this.#writeControl(FRAME.reset, 0, body);
  }

  // One write per frame and no await before it: blocks must leave in the order in which they were encoded.
  #writeControl(type: number, flags: number, ...parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003);
    head.writeUInt16BE(type, 2);
    head.writeUInt32BE(length, 4);
    head[4] = flags;
    return this.#pipe.write(Buffer.concat([head, ...parts]));
  }
}

function lost(): NetError {
  return new NetError("connectionLost", "use SPDY connection: it is closed");
}

interface StreamLink {
  data(id: number, chunk: Uint8Array, fin: boolean): Promise<void>;
  reset(id: number): void;
  forget(id: number): void;
}

class SpdyStream implements UpgradedStream {
  readonly id: number;
  readonly headers: Headers;
  readonly queue: AsyncQueue<Uint8Array> = byteQueue();
  readonly accepted: Promise<void>;
  readonly #link: StreamLink;
  #settle!: { resolve: () => void; reject: (error: Error) => void };
  #localEnded = false;
  #remoteEnded = false;

  constructor(id: number, headers: Headers, link: StreamLink) {
    this.id = id;
    this.headers = headers;
    this.#link = link;
    this.accepted = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.accepted.catch(() => {});
  }

  get incoming(): AsyncIterable<Uint8Array> {
    return this.queue;
  }

  accept(): void {
    this.#settle.resolve();
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset === 0 || offset < chunk.length; offset += DATA_BYTES_MAX) {
      if (this.#localEnded) throw new NetError("connectionLost", `write to SPDY stream ${this.id}: it is closed`);
      await this.#link.data(this.id, chunk.subarray(offset, offset + DATA_BYTES_MAX), false);
    }
  }

  async end(): Promise<void> {
    if (this.#localEnded) return;
    this.#localEnded = true;
    await this.#link.data(this.id, new Uint8Array(0), true).catch(() => {});
    if (this.#remoteEnded) this.#link.forget(this.id);
  }

  close(): void {
    const isOpen = !this.#localEnded || !this.#remoteEnded;
    this.#localEnded = true;
    this.#remoteEnded = true;
    this.queue.drop();
    if (isOpen) this.#link.reset(this.id);
  }

  /** The other end sends no more. */
  remoteEnd(): void {
    this.#remoteEnded = true;
    this.queue.end();
    if (this.#localEnded) this.#link.forget(this.id);
  }

  /** The stream was reset or the connection ended. */
  lost(): void {
    this.#localEnded = true;
    this.#remoteEnded = true;
    this.queue.end();
    this.#settle.reject(new NetError("connectionLost", `open SPDY stream ${this.id}: the other end refused or left`));
  }
}

interface ControlFrame {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** Cuts bytes into frames. Data is handed on as it comes, control frames when they are whole. */
class FrameReader {
  readonly #onControl: (frame: ControlFrame) => Promise<void>;
  readonly #onData: (id: number, chunk: Uint8Array, fin: boolean) => Promise<void>;
  #waiting: Buffer = Buffer.alloc(0);
  #dataLeft = 0;
  #dataId = 0;
  #dataFin = false;

  constructor(
    onControl: (frame: ControlFrame) => Promise<void>,
    onData: (id: number, chunk: Uint8Array, fin: boolean) => Promise<void>,
  ) {
    this.#onControl = onControl;
    this.#onData = onData;
  }

  async push(chunk: Uint8Array): Promise<void> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    while (await this.#step()) {}
  }

  async #step(): Promise<boolean> {
    const bytes = this.#waiting;
    if (this.#dataLeft > 0) {
      if (bytes.length === 0) return false;
      const piece = bytes.subarray(0, this.#dataLeft);
      this.#waiting = bytes.subarray(piece.length);
      this.#dataLeft -= piece.length;
      await this.#onData(this.#dataId, piece, this.#dataLeft === 0 && this.#dataFin);
      return true;
    }
    if (bytes.length < 8) return false;
    const length = bytes.readUIntBE(5, 3);
    if (bytes[0]! & 0x80) return this.#control(bytes, length);
    this.#waiting = bytes.subarray(8);
    this.#dataId = bytes.readUInt32BE(0);
    this.#dataFin = (bytes[4]! & FLAG_FIN) !== 0;
    this.#dataLeft = length;
    if (length === 0) await this.#onData(this.#dataId, bytes.subarray(0, 0), this.#dataFin);
    return true;
  }

  async #control(bytes: Buffer, length: number): Promise<boolean> {
    if ((bytes.readUInt16BE(0) & 0x7fff) !== 3 || length > CONTROL_BYTES_MAX)
      throw new NetError("protocol", "read SPDY frame: wrong version or too large");
    if (bytes.length < 8 + length) return false;
    this.#waiting = bytes.subarray(8 + length);
    await this.#onControl({ type: bytes.readUInt16BE(2), flags: bytes[4]!, body: bytes.subarray(8, 8 + length) });
    return true;
  }
}

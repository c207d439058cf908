import { NetError } from "../errors.ts";
import type { UpgradedConnection, UpgradedStream } from "../message.ts";
import { AsyncQueue, byteQueue } from "../queue.ts";

const STREAMS_MAX = 2000;

/** Two ends of an upgraded connection without a socket: what one writes the other reads. Bytes must not change after. */
export function upgradedPair(options: {
  readonly protocol: UpgradedConnection["protocol"];
  readonly subprotocol: string;
}): readonly [UpgradedConnection, UpgradedConnection] {
  const near = new MemoryConnection(options, 1);
  const far = new MemoryConnection(options, 2);
  near.peer = far;
  far.peer = near;
  return [near, far];
}

class MemoryConnection implements UpgradedConnection {
  readonly protocol: UpgradedConnection["protocol"];
  readonly subprotocol: string;
  readonly streams: AsyncQueue<UpgradedStream> = new AsyncQueue(STREAMS_MAX, () => 1);
  readonly closed: Promise<void>;
  readonly #channels = new Map<number, MemoryStream>();
  #resolveClosed!: () => void;
  #isClosed = false;
  #nextId: number;
  peer!: MemoryConnection;

  constructor(options: { protocol: UpgradedConnection["protocol"]; subprotocol: string }, firstId: number) {
    this.protocol = options.protocol;
    this.subprotocol = options.subprotocol;
    this.#nextId = firstId;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  channel(number: number): UpgradedStream {
    if (this.protocol !== "websocket")
      throw new NetError("unsupported", "use channel: SPDY has streams, want a WebSocket");
    return this.#stream(number, {});
  }

  async open(headers: Readonly<Record<string, string>>): Promise<UpgradedStream> {
    if (this.protocol === "websocket")
      throw new NetError("unsupported", "open stream: a WebSocket has channels, want SPDY");
    if (this.#isClosed) throw new NetError("connectionLost", "open stream: the connection is closed");
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#stream(id, headers);
    this.peer.announced(id, headers);
    return stream;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.streams.end();
    for (const stream of this.#channels.values()) stream.lost();
    this.#resolveClosed();
    this.peer.close();
  }

  /** The stream that the other end writes to. */
  announced(id: number, headers: Readonly<Record<string, string>>): MemoryStream {
    const isNew = !this.#channels.has(id);
    const stream = this.#stream(id, headers);
    if (isNew) this.streams.push(stream);
    return stream;
  }

  #stream(id: number, headers: Readonly<Record<string, string>>): MemoryStream {
    let stream = this.#channels.get(id);
    if (!stream) {
      stream = new MemoryStream(id, headers, () => this.peer.announced(id, headers));
      if (this.#isClosed) stream.lost();
      this.#channels.set(id, stream);
    }
    return stream;
  }
}

class MemoryStream implements UpgradedStream {
  readonly id: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly queue: AsyncQueue<Uint8Array> = byteQueue();
  readonly #other: () => MemoryStream;
  #ended = false;

  constructor(id: number, headers: Readonly<Record<string, string>>, other: () => MemoryStream) {
    this.id = id;
    this.headers = headers;
    this.#other = other;
  }

  get incoming(): AsyncIterable<Uint8Array> {
    return this.queue;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#ended) throw new NetError("connectionLost", `write to stream ${this.id}: it is closed`);
    const { queue } = this.#other();
    if (chunk.length > 0) await queue.push(chunk);
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#other().queue.end();
  }

  close(): void {
    this.queue.drop();
    void this.end();
  }

  lost(): void {
    this.#ended = true;
    this.queue.end();
  }
}

import { Buffer } from "node:buffer";
import type { WebSocket } from "ws";
import { NetError } from "../errors.ts";
import type { Duplex, UpgradedConnection, UpgradedStream } from "../message.ts";
import { AsyncQueue, byteQueue } from "../queue.ts";

/** How the messages of a subprotocol carry channels. */
export interface Framing {
  /** Whether a message starts with its channel's number. */
  readonly channels: boolean;
  readonly encoding: "binary" | "base64" | "text";
  /** Whether message [255, channel] ends the client's direction of a channel (v5). Servers never send it. */
  readonly closable: boolean;
}

/** The framing of a subprotocol; undefined for one that is unknown. */
export function framingOf(subprotocol: string): Framing | undefined {
  if (subprotocol === "") return { channels: false, encoding: "text", closable: false };
  if (subprotocol === "binary.k8s.io") return { channels: false, encoding: "binary", closable: false };
  if (subprotocol === "base64.binary.k8s.io") return { channels: false, encoding: "base64", closable: false };
  const match = /^(?:(v\d+)\.)?(base64\.)?channel\.k8s\.io$/.exec(subprotocol);
  if (!match) return undefined;
  return { channels: true, encoding: match[2] ? "base64" : "binary", closable: match[1] === "v5" };
}

const CLOSE_CHANNEL = 255;
/** Channels that are opened by the other end but that nobody asked for. */
const CHANNELS_MAX = 255;

export interface WebSocketOptions {
  readonly subprotocol: string;
  readonly side: "client" | "server";
  /** What the subprotocol doesn't say: the kind of messages where there is none. */
  readonly messages?: "binary";
}

/** An open WebSocket as numbered channels. */
export class WebSocketConnection implements UpgradedConnection {
  readonly protocol = "websocket" as const;
  readonly subprotocol: string;
  readonly streams: AsyncQueue<UpgradedStream> = new AsyncQueue(CHANNELS_MAX, () => 1);
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #framing: Framing;
  readonly #side: "client" | "server";
  readonly #channels = new Map<number, Channel>();

  constructor(socket: WebSocket, { subprotocol, side, messages }: WebSocketOptions) {
    const framing = framingOf(subprotocol);
    if (!framing) throw new NetError("unsupported", `upgrade connection: unknown WebSocket protocol ${subprotocol}`);
    this.#socket = socket;
    this.#framing = messages ? { ...framing, encoding: messages } : framing;
    this.#side = side;
    this.subprotocol = subprotocol;
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.streams.end();
        for (const channel of this.#channels.values()) channel.queue.end();
        resolve();
      });
    });
    socket.on("error", () => {});
    socket.on("message", (data: Buffer) => this.#receive(data));
  }

  channel(number: number): UpgradedStream {
    return this.#channel(number);
  }

  open(): Promise<UpgradedStream> {
    return Promise.reject(new NetError("unsupported", "open stream: a WebSocket has channels, want SPDY"));
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** How our end of a channel writes. */
  #channelFraming(): Framing {
    return { ...this.#framing, closable: this.#framing.closable && this.#side === "client" };
  }

  #channel(number: number): Channel {
    let channel = this.#channels.get(number);
    if (!channel) this.#channels.set(number, (channel = new Channel(number, this.#socket, this.#channelFraming())));
    return channel;
  }

  #receive(data: Buffer): void {
    const { channels, closable, encoding } = this.#framing;
    if (!channels) this.#deliver(0, encoding === "base64" ? fromBase64(data.toString("latin1")) : data);
    else if (data.length === 0) this.#fail("empty message");
    else if (closable && data[0] === CLOSE_CHANNEL) this.#closeChannel(data);
    else {
      // The encoding says how the channel is written, whatever kind of message it comes in: Python's client sends text
      // as text messages that begin with the byte 0.
      const payload = data.subarray(1);
      const number = encoding === "base64" ? data[0]! - 0x30 : data[0]!;
      this.#deliver(number, encoding === "base64" ? fromBase64(payload.toString("latin1")) : payload);
    }
  }

  /** The channel that the other end just used. */
  #announced(number: number): Channel {
    const isNew = !this.#channels.has(number);
    const channel = this.#channel(number);
    if (isNew) this.streams.push(channel);
    return channel;
  }

  #closeChannel(data: Buffer): void {
    if (data.length !== 2) this.#fail("close message of the wrong length");
    else this.#announced(data[1]!).queue.end();
  }

  #deliver(number: number, payload: Uint8Array): void {
    const { queue } = this.#announced(number);
    const full = payload.length > 0 ? queue.push(payload) : undefined;
    if (!full) return;
    // One full channel stops them all: they share a socket.
    this.#socket.pause();
    void full.then(() => this.#socket.resume());
  }

  #fail(what: string): void {
    this.#socket.close(1002, what);
  }
}

const fromBase64 = (text: string): Uint8Array => Buffer.from(text, "base64");

class Channel implements UpgradedStream {
  readonly id: number;
  readonly headers: Readonly<Record<string, string>> = {};
  readonly queue: AsyncQueue<Uint8Array> = byteQueue();
  readonly #socket: WebSocket;
  readonly #framing: Framing;
  #ended = false;

  constructor(id: number, socket: WebSocket, framing: Framing) {
    this.id = id;
    this.#socket = socket;
    this.#framing = framing;
  }

  get incoming(): AsyncIterable<Uint8Array> {
    return this.queue;
  }

  /** An empty chunk is sent too: servers announce a channel so. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#ended) throw new NetError("connectionLost", `write to channel ${this.id}: it is closed`);
    await send(this.#socket, this.#encode(chunk));
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#framing.closable && this.#socket.readyState === 1)
      await send(this.#socket, Uint8Array.of(CLOSE_CHANNEL, this.id)).catch(() => {});
  }

  close(): void {
    this.queue.drop();
    void this.end();
  }

  #encode(chunk: Uint8Array): Uint8Array | string {
    const { channels, encoding } = this.#framing;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (encoding === "base64") return (channels ? String.fromCharCode(0x30 + this.id) : "") + bytes.toString("base64");
    if (encoding === "text") return bytes.toString("utf8");
    if (!channels) return chunk;
    const message = Buffer.allocUnsafe(chunk.length + 1);
    message[0] = this.id;
    message.set(chunk, 1);
    return message;
  }
}

function send(socket: WebSocket, message: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (cause) => {
      if (cause) reject(new NetError("connectionLost", "write to WebSocket: it is closed", { cause }));
      else resolve();
    });
  });
}

/** The binary messages of a WebSocket as a byte pipe: a tunnel for another protocol. */
export function webSocketDuplex(socket: WebSocket): Duplex {
  const queue = byteQueue();
  socket.on("error", () => {});
  socket.on("message", (data: Buffer) => {
    const full = queue.push(data);
    if (!full) return;
    socket.pause();
    void full.then(() => socket.resume());
  });
  socket.once("close", () => queue.end());
  return { incoming: queue, write: (chunk) => send(socket, chunk), close: () => socket.close(1000) };
}

import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import { NetError } from "./errors.ts";
import type { RequestBody, ResponseBody } from "./message.ts";

/** What the API server reads of a request unless it says otherwise: upstream's limit. */
const BODY_BYTES_MAX = 3 * 1024 * 1024;

export type BodySide = "server" | "client";

/** A body that can be had in one piece more cheaply than by iterating. */
export interface CollectableBody extends AsyncIterable<Uint8Array> {
  collect(limitBytes: number): Promise<Uint8Array>;
}

/**
 * A body that arrives on a socket. A server that leaves off in the middle leaves the stream alone, as it still answers on
 * it; a client that does cancels what it asked for.
 */
export class SocketBody implements CollectableBody {
  readonly #readable: Readable;
  readonly #lengthBytes: number | undefined;
  readonly #side: BodySide;

  constructor(readable: Readable, { contentLength, side }: { contentLength: string | undefined; side: BodySide }) {
    this.#readable = readable;
    this.#lengthBytes = contentLength === undefined ? undefined : Number(contentLength);
    this.#side = side;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return new BodyIterator(this.#readable, this.#lengthBytes, this.#side);
  }

  /** The whole body. By events: much cheaper than iterating. */
  collect(limitBytes: number): Promise<Uint8Array> {
    if (this.#lengthBytes !== undefined && this.#lengthBytes > limitBytes)
      return Promise.reject(bodyTooLarge(limitBytes));
    const readable = this.#readable;
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      let sizeBytes = 0;
      const stop = () => {
        readable.off("data", onData).off("end", onEnd).off("error", onLost).off("close", onLost);
      };
      const onData = (chunk: Uint8Array) => {
        sizeBytes += chunk.length;
        chunks.push(chunk);
        if (sizeBytes <= limitBytes) return;
        stop();
        readable.on("error", () => {});
        // The rest is read and dropped, so that the answer gets through to a client that is still sending.
        if (this.#side === "client") readable.destroy();
        else readable.resume();
        reject(bodyTooLarge(limitBytes));
      };
      const onEnd = () => {
        stop();
        if (isCutShort(readable, sizeBytes, this.#lengthBytes)) reject(bodyLost());
        else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, sizeBytes));
      };
      const onLost = (cause?: Error) => {
        stop();
        reject(bodyLost(cause));
      };
      if (readable.readableEnded) return onEnd();
      if (readable.destroyed) return onLost();
      readable.on("data", onData).on("end", onEnd).on("error", onLost).on("close", onLost);
    });
  }
}

/**
 * Not Node's own iterator: that one takes an HTTP/2 stream which the other end has closed for a broken one, although all
 * that came is there to be read, however late.
 */
class BodyIterator implements AsyncIterator<Uint8Array> {
  readonly #readable: Readable;
  readonly #lengthBytes: number | undefined;
  readonly #side: BodySide;
  #sizeBytes = 0;
  #state: "fresh" | "reading" | "over" = "fresh";
  #wake: (() => void) | undefined;

  constructor(readable: Readable, lengthBytes: number | undefined, side: BodySide) {
    this.#readable = readable;
    this.#lengthBytes = lengthBytes;
    this.#side = side;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const readable = this.#readable;
    if (this.#state === "fresh") this.#listen();
    while (this.#state === "reading") {
      const chunk: Uint8Array | null = readable.destroyed ? null : readable.read();
      if (chunk !== null) {
        this.#sizeBytes += chunk.length;
        return { done: false, value: chunk };
      }
      if (readable.readableEnded) {
        this.#stop();
        if (isCutShort(readable, this.#sizeBytes, this.#lengthBytes)) throw bodyLost();
      } else if (readable.destroyed) {
        this.#stop();
        throw bodyLost(readable.errored ?? undefined);
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    return DONE;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#stop();
    if (this.#side === "client") this.#readable.destroy();
    return DONE;
  }

  readonly #notify = (): void => {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

  #listen(): void {
    this.#state = "reading";
    for (const event of EVENTS) this.#readable.on(event, this.#notify);
  }

  #stop(): void {
    this.#state = "over";
    for (const event of EVENTS) this.#readable.off(event, this.#notify);
    this.#notify();
  }
}

/**
 * Whether a body that has ended is not all there is. A stream of HTTP/2 that the other end resets ends for its reader as if
 * it were complete: half an object must not pass for a whole one.
 */
function isCutShort(readable: Readable, sizeBytes: number, lengthBytes: number | undefined): boolean {
  const { rstCode = 0 } = readable as { rstCode?: number };
  return rstCode !== 0 || (lengthBytes !== undefined && lengthBytes !== sizeBytes);
}

const EVENTS = ["readable", "end", "error", "close"] as const;
const DONE = { done: true, value: undefined } as const;

/** Why a body ended early; who broke it off may have said so already. */
export function bodyLost(cause?: Error): NetError {
  if (cause instanceof NetError) return cause;
  return new NetError("connectionLost", "read body: the connection ended in the middle", { cause });
}

const EMPTY = new Uint8Array(0);

/** All bytes of a body; a NetError "bodyTooLarge" when there are more than `limitBytes`. */
export async function readBody(
  of: { readonly body: RequestBody | ResponseBody },
  limitBytes: number = BODY_BYTES_MAX,
): Promise<Uint8Array> {
  const { body } = of;
  switch (body.type) {
    case "none":
      return EMPTY;
    case "bytes":
      if (body.bytes.length > limitBytes) throw bodyTooLarge(limitBytes);
      return body.bytes;
    case "stream":
      return isCollectable(body.chunks) ? body.chunks.collect(limitBytes) : collect(body.chunks, limitBytes);
    case "object":
    case "events":
    case "upgrade":
    case "tunnel":
      throw new NetError("unsupported", `read body: it is of type ${body.type}, want bytes`);
    default:
      throw body satisfies never;
  }
}

function isCollectable(chunks: AsyncIterable<Uint8Array>): chunks is CollectableBody {
  return "collect" in chunks;
}

async function collect(source: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw bodyTooLarge(limitBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, sizeBytes);
}

/** A body is larger than its reader takes. */
export function bodyTooLarge(limitBytes: number): NetError {
  return new NetError("bodyTooLarge", `read body: it is larger than the limit of ${limitBytes} bytes`);
}

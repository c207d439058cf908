import { Buffer } from "node:buffer";
import { HeldBytes } from "../held-bytes.ts";
import { bodyLost, bodyTooLarge, type CollectableBody } from "../body.ts";
import type { RequestReader, ServerStream } from "../http2/stream.ts";

/**
 * The body of an HTTP/2 request. What nobody has read yet is held, and the client may send no more than its window: reading
 * it makes room for as much again.
 */
export class StreamBody implements CollectableBody, RequestReader {
  readonly #stream: ServerStream;
  readonly #lengthBytes: number | undefined;
  readonly #held = new HeldBytes();
  #receivedBytes = 0;
  #state: "open" | "whole" | "lost" = "open";
  #isDismissed = false;
  #wake: (() => void) | undefined;

  constructor(stream: ServerStream) {
    this.#stream = stream;
    const length = stream.header("content-length");
    this.#lengthBytes = length === undefined ? undefined : Number(length);
    stream.pause();
    stream.reader = this;
  }

  data(chunk: Uint8Array): void {
    if (this.#isDismissed || this.#state === "lost") return;
    this.#receivedBytes += chunk.length;
    if (this.#lengthBytes !== undefined && this.#receivedBytes > this.#lengthBytes) return this.#misuse();
    this.#held.push(chunk);
    this.#notify();
  }

  end(): void {
    if (this.#lengthBytes !== undefined && this.#receivedBytes !== this.#lengthBytes && !this.#isDismissed)
      return this.#misuse();
    if (this.#state === "open") this.#state = "whole";
    this.#notify();
  }

  closed(): void {
    if (this.#state === "open") this.#state = "lost";
    this.#notify();
  }

  /** Its length isn't what its headers say. */
  #misuse(): void {
    this.#state = "lost";
    this.#stream.misuse("protocol");
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** What has come, out of the way of what comes next. */
  #take(): Uint8Array[] {
    const taken = this.#held.take();
    this.#stream.resume();
    this.#stream.pause();
    return taken;
  }

  async collect(limitBytes: number): Promise<Uint8Array> {
    if (this.#lengthBytes !== undefined && this.#lengthBytes > limitBytes) throw bodyTooLarge(limitBytes);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      for (const chunk of this.#take()) {
        sizeBytes += chunk.length;
        chunks.push(chunk);
      }
      if (sizeBytes > limitBytes) {
        this.dismiss();
        throw bodyTooLarge(limitBytes);
      }
      if (this.#state === "lost") throw bodyLost();
      if (this.#state === "whole") return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, sizeBytes);
      await this.#more();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (const chunk of this.#take()) yield chunk;
      if (!this.#held.isEmpty) continue;
      if (this.#state === "lost") throw bodyLost();
      if (this.#state === "whole") return;
      await this.#more();
    }
  }

  /** Resolves when more has come or nothing more will; until then nobody else may ask. */
  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Reads and drops what is left, so that a client that still sends gets to its answer. */
  dismiss(): void {
    this.#isDismissed = true;
    this.#held.take();
    this.#stream.resume();
  }
}

import type { Clock } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";

/** A long answer is sent in pieces of this size, with a turn for other requests after each. */
export const CHUNK_BYTES = 256 * 1024;
/** Up to this size, about, it is one piece. */
const WHOLE_BYTES_MAX = 512 * 1024;

/** Where the bytes of a list come from, piece by piece. */
export interface Source {
  readonly head: Uint8Array;
  readonly end: Uint8Array;
  readonly count: number;
  bytesOf(index: number): number;
  /** Writes an item; returns where it ends. */
  copy(index: number, target: Buffer, at: number): number;
}

/** The answer that a source makes: at once when it is about as long as one piece, in pieces otherwise. */
export function answerFrom(
  type: string,
  source: Source,
  { bytesAbout, clock }: { bytesAbout: number; clock: Clock },
): ApiResponse {
  const headers = { "content-type": type, "cache-control": "no-cache, private" };
  if (bytesAbout <= WHOLE_BYTES_MAX) return { status: 200, headers, body: { type: "bytes", bytes: wholeOf(source) } };
  const chunks = chunksOf(source, clock);
  return { status: 200, headers, body: { type: "stream", chunks, release: giveBack } };
}

/** Where the text of a list comes from that is made item by item. */
export interface TextSource {
  readonly head: string;
  /** What stands between two items. */
  readonly between: string;
  readonly end: string;
  readonly count: number;
  text(index: number): string;
}

/** A piece of text is sent when it has become this long. */
const TEXT_LENGTH = 64 * 1024;

/** The answer that a long text makes, of which no more than a piece is there at a time. */
export function answerFromText(type: string, source: TextSource, clock: Clock): ApiResponse {
  const headers = { "content-type": type, "cache-control": "no-cache, private" };
  return { status: 200, headers, body: { type: "stream", chunks: textChunksOf(source, clock) } };
}

async function* textChunksOf(source: TextSource, clock: Clock): AsyncGenerator<Uint8Array> {
  const { head, between, end, count, text } = source;
  let piece = head;
  for (let index = 0; index < count; index++) {
    piece += index === 0 ? text(index) : between + text(index);
    if (piece.length < TEXT_LENGTH) continue;
    yield Buffer.from(piece);
    await clock.yield();
    piece = "";
  }
  yield Buffer.from(piece + end);
}

function wholeOf({ head, end, count, bytesOf, copy }: Source): Uint8Array {
  let bytes = head.length + end.length;
  for (let index = 0; index < count; index++) bytes += bytesOf(index);
  const target = Buffer.allocUnsafe(bytes);
  target.set(head);
  let at = head.length;
  for (let index = 0; index < count; index++) at = copy(index, target, at);
  target.set(end, at);
  return target;
}

async function* chunksOf({ head, end, count, bytesOf, copy }: Source, clock: Clock): AsyncGenerator<Uint8Array> {
  let target = takeBuffer(head.length);
  target.set(head);
  let at = head.length;
  for (let index = 0; index < count; index++) {
    const bytes = bytesOf(index);
    if (at + bytes > target.length) {
      yield target.subarray(0, at);
      await clock.yield();
      target = takeBuffer(bytes);
      at = 0;
    }
    at = copy(index, target, at);
  }
  yield target.subarray(0, at);
  yield end;
}

/** Buffers that were sent and are kept. */
const SPARE_MAX = 16;

/**
 * Buffers for pieces, used again once they were sent. What it saves: memory outside the heap makes V8 collect the whole
 * heap each time that some dozen megabytes were taken, which cost more than all else about a list.
 */
class SpareBuffers {
  readonly #spare: Buffer[] = [];
  /** Those that were taken and not given back, by their memory: nobody else's must get in here. */
  readonly #lent = new WeakMap<ArrayBufferLike, Buffer>();

  take(bytes: number): Buffer {
    if (bytes > CHUNK_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.#lent.set(buffer.buffer, buffer);
    return buffer;
  }

  give({ buffer: memory }: Uint8Array): void {
    const buffer = this.#lent.get(memory);
    if (!buffer) return;
    this.#lent.delete(memory);
    if (this.#spare.length < SPARE_MAX) this.#spare.push(buffer);
  }
}

const spare = new SpareBuffers();

/** A buffer of at least this many bytes for a piece that is sent once, whose answer releases it with {@link giveBack}. */
export const takeBuffer = (bytes: number): Buffer => spare.take(bytes);

/** Takes back what {@link takeBuffer} gave, whole or a part of it; leaves anything else alone. */
export const giveBack = (chunk: Uint8Array): void => spare.give(chunk);

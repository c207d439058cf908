import { Buffer } from "node:buffer";

/** What is smaller is put together: each piece is an object, and a view that keeps all that came with it off the socket. */
const PIECE_BYTES_MIN = 4096;

/** Bytes that wait, in their order, in not many more bytes of memory than they are, however small the pieces they come in. */
export class HeldBytes {
  #pieces: Uint8Array[] = [];
  /** The memory of the last piece, when that grows. */
  #last: Buffer | undefined;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  push(chunk: Uint8Array): void {
    const end = this.#pieces.length - 1;
    const before = this.#pieces[end];
    const bytes = (before?.length ?? 0) + chunk.length;
    // The first one stays as it is: mostly there is no other.
    if (!before || (bytes > PIECE_BYTES_MIN && chunk.length >= PIECE_BYTES_MIN / 2)) return this.#add(chunk);
    if (bytes > PIECE_BYTES_MIN) {
      this.#last = Buffer.allocUnsafeSlow(PIECE_BYTES_MIN);
      this.#last.set(chunk);
      this.#pieces.push(this.#last.subarray(0, chunk.length));
      return;
    }
    if (!this.#last) {
      this.#last = Buffer.allocUnsafeSlow(PIECE_BYTES_MIN);
      this.#last.set(before);
    }
    this.#last.set(chunk, before.length);
    this.#pieces[end] = this.#last.subarray(0, bytes);
  }

  #add(chunk: Uint8Array): void {
    this.#last = undefined;
    this.#pieces.push(chunk);
  }

  /** All of it, out of the way of what comes next. */
  take(): Uint8Array[] {
    const taken = this.#pieces;
    this.#pieces = [];
    this.#last = undefined;
    return taken;
  }
}

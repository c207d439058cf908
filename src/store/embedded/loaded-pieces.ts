import type { Entry } from "../store.ts";

/** Buffers that are smaller hold a few values at most. */
const PIECE_BYTES_MIN = 128 * 1024;

/**
 * What is read at the start stays in the pieces of files that it was read in, and values are views of them: nothing is
 * copied, but a piece goes only with the last of its values. Every rewriting of the log looks at all entries anyway; it
 * notes which pieces have become mostly empty, and the next one gives what is left in those memory of its own.
 */
export class LoadedPieces {
  #sparse = new WeakSet<ArrayBufferLike>();
  #usedBytes = new Map<ArrayBufferLike, number>();

  /** To be called with every entry that is kept. */
  visit(entry: Entry): void {
    const { value } = entry;
    const { buffer } = value;
    if (buffer.byteLength < PIECE_BYTES_MIN || value.length > buffer.byteLength / 2) return;
    // The same bytes elsewhere: nobody can tell.
    if (this.#sparse.has(buffer)) (entry as { value: Uint8Array }).value = new Uint8Array(value);
    else this.#usedBytes.set(buffer, (this.#usedBytes.get(buffer) ?? 0) + value.length);
  }

  /** Once all have been visited. */
  finish(): void {
    this.#sparse = new WeakSet();
    for (const [buffer, usedBytes] of this.#usedBytes) if (usedBytes < buffer.byteLength / 2) this.#sparse.add(buffer);
    this.#usedBytes = new Map();
  }
}

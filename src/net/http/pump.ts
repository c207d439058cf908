import type { Writable } from "node:stream";

interface Flow {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly release?: (chunk: Uint8Array) => void;
}

/**
 * Writes chunks as they come and waits while the reader is slow. What comes while a write is under way leaves together with
 * the next one. Returns when the source ends or the sink is gone.
 */
export async function pump({ chunks: source, release }: Flow, sink: Writable): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  // A source that waits for its next event must hear that nobody waits for it.
  const onClose = () => void Promise.resolve(chunks.return?.()).catch(() => {});
  sink.once("close", onClose);
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done || sink.destroyed) break;
      // A chunk whose write failed may still be read by what was to send it.
      const sent = release && ((error?: Error | null) => error ?? release(value));
      if (!sink.write(value, sent)) await drained(sink);
    }
  } finally {
    sink.off("close", onClose);
    if (sink.destroyed) onClose();
  }
}

/** Resolves when the sink takes more, or is gone. */
export function drained(sink: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (sink.destroyed || !sink.writableNeedDrain) return resolve();
    const settle = () => {
      sink.off("drain", settle).off("close", settle);
      resolve();
    };
    sink.on("drain", settle).on("close", settle);
  });
}

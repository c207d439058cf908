import type { Writable } from "node:stream";
import type { Clock } from "../../base/index.ts";

/**
 * Writes chunks as they come and waits while the reader is slow. All chunks of one turn of the event loop leave together:
 * a burst of watch events is one write to the socket. Returns when the source ends or the sink is gone.
 */
export async function pump(source: AsyncIterable<Uint8Array>, sink: Writable, clock: Clock): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  let corked = false;
  const flush = () => {
    corked = false;
    sink.uncork();
  };
  // A source that waits for its next event must hear that nobody waits for it.
  const onClose = () => void Promise.resolve(chunks.return?.()).catch(() => {});
  sink.once("close", onClose);
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done || sink.destroyed) break;
      if (!corked) {
        corked = true;
        sink.cork();
        void clock.yield().then(flush);
      }
      if (!sink.write(value)) await drained(sink);
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

import type { Writable } from "node:stream";
import type { ServerStream } from "../http2/stream.ts";

interface Flow {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly release?: (chunk: Uint8Array) => void;
}

/** Where bytes go. */
export interface Sink {
  /** Nobody wants more. */
  readonly isGone: boolean;
  /** Says whether it takes more at once; `sent` is called when the chunk is out of use, unless that can't be sent. */
  write(chunk: Uint8Array, sent?: () => void): boolean;
  /** Resolves when the sink takes more, or is gone. */
  drained(): Promise<void>;
  /** Calls back when it goes; the answer takes that back. */
  onGone(gone: () => void): () => void;
}

/**
 * Writes chunks as they come and waits while the reader is slow. What comes while a write is under way leaves together with
 * the next one. Returns when the source ends or the sink is gone.
 */
export async function pump({ chunks: source, release }: Flow, sink: Sink): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  // A source that waits for its next event must hear that nobody waits for it.
  const end = () => void Promise.resolve(chunks.return?.()).catch(() => {});
  const unwatch = sink.onGone(end);
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done || sink.isGone) break;
      if (!sink.write(value, release && (() => release(value)))) await sink.drained();
    }
  } finally {
    unwatch();
    if (sink.isGone) end();
  }
}

export function writableSink(writable: Writable): Sink {
  return {
    get isGone() {
      return writable.destroyed;
    },
    // A chunk whose write failed may still be read by what was to send it.
    write: (chunk, sent) => writable.write(chunk, sent && ((error) => error ?? sent())),
    drained: () => drained(writable),
    onGone(gone) {
      writable.once("close", gone);
      return () => writable.off("close", gone);
    },
  };
}

export function streamSink(stream: ServerStream): Sink {
  return {
    get isGone() {
      return stream.isClosed;
    },
    write: (chunk, sent) => stream.write(chunk, sent),
    drained: () => stream.drained(),
    onGone: (gone) => stream.onClosed(gone),
  };
}

/** Resolves when a stream takes more, or is gone. */
export function drained(writable: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (writable.destroyed || !writable.writableNeedDrain) return resolve();
    const settle = () => {
      writable.off("drain", settle).off("close", settle);
      resolve();
    };
    writable.on("drain", settle).on("close", settle);
  });
}

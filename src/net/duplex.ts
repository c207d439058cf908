import type { Duplex as NodeDuplex } from "node:stream";
import { NetError } from "./errors.ts";
import { drained } from "./http/pump.ts";
import type { Duplex } from "./message.ts";

/** A Node stream as our byte pipe; `head` is what was read off it already. */
export function socketDuplex(socket: NodeDuplex, head?: Uint8Array): Duplex & { end(): Promise<void> } {
  socket.on("error", () => {});
  return {
    incoming: readSocket(socket, head),
    async write(chunk) {
      if (socket.destroyed || socket.writableEnded)
        throw new NetError("connectionLost", "write to connection: it is closed");
      if (!socket.write(chunk)) await drained(socket);
    },
    async end() {
      socket.end();
    },
    close() {
      if (socket.destroyed) return;
      // What was written still leaves; a peer that never reads must not hold the socket.
      socket.end(() => socket.destroy());
    },
  };
}

async function* readSocket(socket: NodeDuplex, head: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (head && head.length > 0) yield head;
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (cause) {
    // A reset or a close without an end is an end: who needs to tell frames the end of a message.
    if (!socket.destroyed) throw new NetError("connectionLost", "read from connection: it broke", { cause });
  }
}

/** Copies both ways until both directions have ended; closes both ends when one breaks. */
export async function bridge(
  a: Duplex & { end?(): Promise<void> },
  b: Duplex & { end?(): Promise<void> },
): Promise<void> {
  try {
    await Promise.all([copyOneWay(a, b), copyOneWay(b, a)]);
  } finally {
    a.close();
    b.close();
  }
}

/** Copies until the source ends, then ends the other; closes both when either breaks. */
export async function copyOneWay(from: Duplex, to: Duplex & { end?(): Promise<void> }): Promise<void> {
  try {
    for await (const chunk of from.incoming) await to.write(chunk);
    await (to.end ? to.end() : to.close());
  } catch (error) {
    from.close();
    to.close();
    if (!(error instanceof NetError && error.code === "connectionLost")) throw error;
  }
}

import { copyOneWay } from "../duplex.ts";
import type { UpgradedConnection, UpgradedStream } from "../message.ts";

/**
 * Joins two connections of one protocol: each stream that one end opens is opened on the other, and bytes go both ways
 * until either connection ends.
 */
export async function bridgeConnections(a: UpgradedConnection, b: UpgradedConnection): Promise<void> {
  const fromA = new Direction(a, b);
  const fromB = new Direction(b, a);
  fromA.back = fromB;
  fromB.back = fromA;
  try {
    // When one end closes, what it sent before is still on its way to the other; what the other sends has no reader.
    await Promise.race([fromA.run(), fromB.run()]);
  } finally {
    a.close();
    b.close();
  }
}

class Direction {
  readonly #from: UpgradedConnection;
  readonly #to: UpgradedConnection;
  readonly #copies = new Set<Promise<void>>();
  readonly #seen = new Set<number>();
  back!: Direction;

  constructor(from: UpgradedConnection, to: UpgradedConnection) {
    this.#from = from;
    this.#to = to;
  }

  /** Ends when `from` has and everything it sent is handed over. */
  async run(): Promise<void> {
    for await (const stream of this.#from.streams) {
      if (this.#from.protocol === "websocket") this.#join(stream, this.#to.channel(stream.id));
      else {
        const other = await this.#to.open(stream.headers).catch(() => undefined);
        if (other) this.#join(stream, other);
        else stream.close();
      }
    }
    await this.#from.closed;
    await Promise.all(this.#copies);
  }

  #join(stream: UpgradedStream, other: UpgradedStream): void {
    if (this.#from.protocol === "websocket" && this.#seen.has(stream.id)) return;
    this.#copy(stream, other);
    this.back.#copy(other, stream);
  }

  #copy(from: UpgradedStream, to: UpgradedStream): void {
    this.#seen.add(from.id);
    const copy: Promise<void> = copyOneWay(from, to)
      .catch(() => {}) // A stream that breaks breaks alone: both of its ends are closed by now.
      .finally(() => this.#copies.delete(copy));
    this.#copies.add(copy);
  }
}

/** Of a checkpoint's bytes, how many more the log may have by then. No cluster writes so fast; what fills a store might. */
const SHARE = 1 / 8;

/**
 * Keeps the log from growing faster than it is rewritten, by which the files would become larger than they should, and each
 * rewriting longer than the one before it: who writes waits for the checkpoint now and then.
 */
export class Pace {
  #leftBytes: number;
  #isOver = false;
  #waiting: Array<() => void> = [];

  constructor(firstBytes: number) {
    this.#leftBytes = firstBytes;
  }

  /** So much of the checkpoint is written. */
  rewritten(bytes: number): void {
    this.#leftBytes += bytes * SHARE;
    this.#wake();
  }

  /** Resolves when something may be added to the log, and takes it as added. */
  async add(bytes: number): Promise<void> {
    while (this.#leftBytes <= 0 && !this.#isOver) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#leftBytes -= bytes;
  }

  /** The rewriting is over, however it went: nobody has to wait any more. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

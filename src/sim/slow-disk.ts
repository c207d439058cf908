import type { Clock, Random } from "../base/index.ts";
import type { Commit, Disk, DiskFile, SimulatedDisk } from "../store/index.ts";

/** How long the calls of a disk take, in milliseconds of the clock. */
export interface DiskSpeed {
  readonly callMs: number;
  readonly flushMs: number;
}

/** A disk that takes its time. The calls of one program keep their order, as they do on one worker thread. */
export class SlowDisk implements Disk {
  readonly name: string;
  readonly #disk: SimulatedDisk;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #speed: DiskSpeed;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: { disk: SimulatedDisk; clock: Clock; random: Random; speed: DiskSpeed }) {
    this.name = options.disk.name;
    this.#disk = options.disk;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#speed = options.speed;
  }

  lock(): Promise<void> {
    return this.#disk.lock();
  }

  list(): Promise<readonly DiskFile[]> {
    return this.#later(() => this.#disk.list(), this.#speed.callMs);
  }

  read(file: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#later(() => this.#disk.read(file, offset, length), this.#speed.callMs);
  }

  write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#later(() => this.#disk.write(file, offset, bytes), this.#speed.callMs);
  }

  flush(file: string): Promise<void> {
    return this.#later(() => this.#disk.flush(file), this.#speed.flushMs);
  }

  commit(commit: Commit): Promise<void> {
    return this.#later(() => this.#disk.commit(commit), this.#speed.callMs + this.#speed.flushMs);
  }

  truncate(file: string, length: number): Promise<void> {
    return this.#later(() => this.#disk.truncate(file, length), this.#speed.callMs);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#later(() => this.#disk.rename(from, to), this.#speed.callMs);
  }

  remove(file: string): Promise<void> {
    return this.#later(() => this.#disk.remove(file), this.#speed.callMs);
  }

  flushDirectory(): Promise<void> {
    return this.#later(() => this.#disk.flushDirectory(), this.#speed.flushMs);
  }

  close(): Promise<void> {
    return this.#later(() => this.#disk.close(), 0);
  }

  /** Nothing is answered for so long. */
  hang(ms: number): void {
    this.#last = this.#last.then(() => this.#clock.sleep(ms));
  }

  #later<T>(run: () => Promise<T>, upToMs: number): Promise<T> {
    const done = this.#last.then(async () => {
      if (upToMs > 0) await this.#clock.sleep(this.#random.float() * upToMs);
      return run();
    });
    this.#last = done.catch(() => {});
    return done;
  }
}

import type { Clock, Timer } from "../../base/index.ts";
import type { AuditSink } from "./auditor.ts";
import type { AuditEvent } from "./event.ts";

export interface BatchOptions {
  readonly clock: Clock;
  /** Events that wait at most; what comes beyond is lost. */
  readonly bufferedMax: number;
  readonly batchMax: number;
  /** How long an event waits for others. */
  readonly waitMs: number;
  readonly lost: (error: unknown) => void;
}

/** Gathers events and hands them on many at a time, while requests go on. */
export class BatchedSink implements AuditSink {
  readonly #sink: AuditSink;
  readonly #options: BatchOptions;
  #waiting: AuditEvent[] = [];
  #timer: Timer | undefined;
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;

  constructor(sink: AuditSink, options: BatchOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  async write(events: readonly AuditEvent[]): Promise<void> {
    const { bufferedMax, batchMax, waitMs, clock } = this.#options;
    const room = Math.max(0, bufferedMax - this.#waiting.length);
    this.#waiting.push(...events.slice(0, room));
    if (this.#waiting.length >= batchMax) this.#start();
    else this.#timer ??= clock.timer(waitMs, () => this.#start());
    if (room < events.length) throw new Error(`buffer audit events: ${bufferedMax} wait already`);
  }

  /** Hands on what waits; resolves once that is done. */
  flush(): Promise<void> {
    this.#start();
    return this.#work;
  }

  #start(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#work = this.#drain().finally(() => {
      this.#isWorking = false;
    });
  }

  async #drain(): Promise<void> {
    const { batchMax, lost } = this.#options;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchMax);
      await this.#sink.write(batch).catch(lost);
      this.#waiting = this.#waiting.slice(batch.length);
    }
  }
}

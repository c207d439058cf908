import type { Log } from "./log.ts";

/**
 * The lifetime of something that runs. Everything started in a scope ends with it: closing aborts the signal, waits for
 * spawned work, then runs the closers in reverse order. Nothing runs unawaited outside of one.
 */
export class Scope implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #closers: Array<() => void | Promise<void>> = [];
  readonly #onFailure: (error: unknown, what: string) => void;
  #closing: Promise<void> | undefined;

  /** `onFailure` hears of spawned work that threw while the scope was open. */
  constructor(onFailure: (error: unknown, what: string) => void) {
    this.#onFailure = onFailure;
  }

  /** A scope that logs failures of its work. */
  static logging(log: Log): Scope {
    return new Scope((error, what) => log.error("Background work failed", { what, error }));
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs `work` until it ends or the scope closes (it must heed the signal). */
  spawn(what: string, work: (signal: AbortSignal) => Promise<void>): void {
    if (this.signal.aborted) return;
    const running = work(this.signal)
      .catch((error) => {
        if (!this.signal.aborted) this.#onFailure(error, what);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Runs `close` when the scope closes, later ones first; at once when it has closed: who starts late must end too. */
  defer(close: () => void | Promise<void>): void {
    if (!this.signal.aborted) this.#closers.push(close);
    else void Promise.try(close).catch((error) => this.#onFailure(error, "close late"));
  }

  /** A scope that closes with this one, or earlier. */
  child(): Scope {
    const child = new Scope(this.#onFailure);
    this.defer(() => child.close());
    return child;
  }

  /** Ends everything; safe to call more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#abort.abort(new ScopeClosed());
    const errors: unknown[] = [];
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    await Promise.all(this.#running);
    if (errors.length > 0) throw new AggregateError(errors, "close scope: some parts failed to stop");
  }
}

/** The reason of a closed scope's signal. */
export class ScopeClosed extends Error {
  override readonly name = "ScopeClosed";
  constructor() {
    super("scope closed");
  }
}

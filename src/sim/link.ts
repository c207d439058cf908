import type { Clock, Random } from "../base/index.ts";
import { type Store, StoreError, type Watch, type WatchOptions, type WatchSink } from "../store/index.ts";

const unavailable = () => new StoreError("unavailable", "reach store: the connection is down");

/**
 * A server's connection to a store that others use too: what is asked and answered takes its time, in order where the store
 * promises one, and the connection can break, after which nobody knows whether what was under way has happened.
 */
export class Link {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #delayMs: number;
  readonly #watches = new Set<LinkedWatch>();
  #isUp = true;
  #broken = Promise.withResolvers<never>();
  readonly store: Store;

  constructor(options: { store: Store; clock: Clock; random: Random; delayMs: number }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#delayMs = options.delayMs;
    this.store = this.#over(options.store);
    this.#broken.promise.catch(() => {});
  }

  /** Nothing passes from now on, and what is under way is lost. */
  cut(): void {
    this.#isUp = false;
    this.#broken.reject(unavailable());
    for (const watch of this.#watches) watch.lose(unavailable());
    this.#watches.clear();
  }

  mend(): void {
    this.#isUp = true;
    this.#broken = Promise.withResolvers<never>();
    this.#broken.promise.catch(() => {});
  }

  #delay(): number {
    return this.#random.float() * this.#delayMs;
  }

  async #call<T>(ask: () => Promise<T>): Promise<T> {
    if (!this.#isUp) throw unavailable();
    const broken = this.#broken.promise;
    await Promise.race([this.#clock.sleep(this.#delay()), broken]);
    const answer = await ask();
    await Promise.race([this.#clock.sleep(this.#delay()), broken]);
    return answer;
  }

  #watch(store: Store, options: WatchOptions, sink: WatchSink): Watch {
    const link = { clock: this.#clock, delay: () => this.#delay() };
    const watch = new LinkedWatch(store, options, sink, link);
    this.#watches.add(watch);
    if (!this.#isUp) watch.lose(unavailable());
    return watch;
  }

  #over(store: Store): Store {
    const asked = new Set<string | symbol>([
      "revision",
      "get",
      "range",
      "transact",
      "status",
      "compact",
      "leases",
      "grantLease",
    ]);
    return new Proxy(store, {
      get: (_, name) => {
        if (name === "watch") return (options: WatchOptions, sink: WatchSink) => this.#watch(store, options, sink);
        const value = store[name as keyof Store];
        if (typeof value !== "function") return value;
        const method = value.bind(store) as (...args: unknown[]) => Promise<unknown>;
        return asked.has(name) ? (...args: unknown[]) => this.#call(() => method(...args)) : method;
      },
    });
  }
}

/** What a watch tells arrives later, in the same order. */
class LinkedWatch implements Watch {
  readonly #sink: WatchSink;
  readonly #clock: Clock;
  readonly #delay: () => number;
  #watch: Watch | undefined;
  #isOver = false;
  #lastMs = 0;

  constructor(
    store: Store,
    options: WatchOptions,
    sink: WatchSink,
    link: { readonly clock: Clock; readonly delay: () => number },
  ) {
    this.#sink = sink;
    this.#clock = link.clock;
    this.#delay = link.delay;
    this.#watch = store.watch(options, {
      changes: (changes, revision) => this.#later(() => this.#sink.changes(changes, revision)),
      progress: (revision) => this.#later(() => this.#sink.progress(revision)),
      closed: (error) => this.#later(() => this.lose(error)),
    });
  }

  requestProgress(): void {
    this.#clock.timer(this.#delay(), () => this.#watch?.requestProgress());
  }

  close(): void {
    this.#isOver = true;
    this.#watch?.close();
    this.#watch = undefined;
  }

  lose(error: Error): void {
    if (this.#isOver) return;
    this.close();
    // Never within the call that began it.
    this.#clock.timer(0, () => this.#sink.closed(error));
  }

  #later(tell: () => void): void {
    this.#lastMs = Math.max(this.#lastMs, this.#clock.monotonicMs() + this.#delay());
    this.#clock.timer(this.#lastMs - this.#clock.monotonicMs(), () => {
      if (!this.#isOver) tell();
    });
  }
}

import type { Clock, Random } from "../base/index.ts";
import { type Store, StoreError, type Watch, type WatchOptions, type WatchSink } from "../store/index.ts";

const unavailable = () => new StoreError("unavailable", "reach store: the connection is down");

/**
 * A server's connection to a store that others use too, and that may go away: what is asked and answered takes its time, in
 * order where the store promises one, and the connection can break, after which nobody knows whether what was under way has
 * happened.
 */
export class Link {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #current: () => Store | undefined;
  readonly #watches = new Set<LinkedWatch>();
  /** How long each way takes at most. */
  delayMs: number;
  #isCut = false;
  #broken = Promise.withResolvers<never>();
  readonly store: Store;

  /** `current`: the store that is at the other end now. */
  constructor(options: { current: () => Store | undefined; clock: Clock; random: Random; delayMs: number }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#current = options.current;
    this.delayMs = options.delayMs;
    this.store = this.#over();
    this.#broken.promise.catch(() => {});
  }

  /** Nothing passes from now on, and what is under way is lost. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** What is under way is lost. */
  drop(): void {
    this.#broken.reject(unavailable());
    this.#broken = Promise.withResolvers<never>();
    this.#broken.promise.catch(() => {});
    for (const watch of this.#watches) watch.lose(unavailable());
    this.#watches.clear();
  }

  #reach(): Store {
    const store = this.#isCut ? undefined : this.#current();
    if (!store) throw unavailable();
    return store;
  }

  #delay(): number {
    return this.#random.float() * this.delayMs;
  }

  async #call<T>(ask: (store: Store) => Promise<T>): Promise<T> {
    this.#reach();
    const broken = this.#broken.promise;
    await Promise.race([this.#clock.sleep(this.#delay()), broken]);
    const answer = await Promise.race([ask(this.#reach()), broken]);
    await Promise.race([this.#clock.sleep(this.#delay()), broken]);
    return answer;
  }

  #watch(options: WatchOptions, sink: WatchSink): Watch {
    const link = { clock: this.#clock, delay: () => this.#delay() };
    const watch = new LinkedWatch(this.#isCut ? undefined : this.#current(), options, sink, link);
    this.#watches.add(watch);
    return watch;
  }

  #over(): Store {
    // What only some stores have is asked of the one that is there.
    const present = (name: string | symbol) => this.#current()?.[name as keyof Store];
    return new Proxy({} as Store, {
      get: (_, name) => {
        if (name === "watch") return (options: WatchOptions, sink: WatchSink) => this.#watch(options, sink);
        if (!ASKED.has(name)) return present(name);
        return (...args: readonly unknown[]) =>
          this.#call((store) => Reflect.apply(store[name as keyof Store] as Asked, store, args));
      },
    });
  }
}

type Asked = (...args: readonly unknown[]) => Promise<unknown>;

const ASKED: ReadonlySet<string | symbol> = new Set<keyof Store>([
  "revision",
  "get",
  "range",
  "transact",
  "status",
  "compact",
  "grantLease",
  "keepLease",
  "revokeLease",
  "leases",
  "leaseKeys",
]);

/** What a watch tells arrives later, in the same order. */
class LinkedWatch implements Watch {
  readonly #sink: WatchSink;
  readonly #clock: Clock;
  readonly #delay: () => number;
  #watch: Watch | undefined;
  #isOver = false;
  #lastMs = 0;

  constructor(
    store: Store | undefined,
    options: WatchOptions,
    sink: WatchSink,
    link: { readonly clock: Clock; readonly delay: () => number },
  ) {
    this.#sink = sink;
    this.#clock = link.clock;
    this.#delay = link.delay;
    this.#watch = store?.watch(options, {
      changes: (changes, revision) => this.#later(() => this.#sink.changes(changes, revision)),
      progress: (revision) => this.#later(() => this.#sink.progress(revision)),
      closed: (error) => this.#later(() => this.lose(error)),
    });
    if (!store) this.lose(unavailable());
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

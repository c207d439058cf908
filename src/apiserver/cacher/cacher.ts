import { type KindDefinition, resourceExpired, statusError, timedOut } from "../../api/index.ts";
import type { Clock, Timer } from "../../base/index.ts";
import { type Change, prefixEnd, type Revision, type Store, type Watch } from "../../store/index.ts";
import { storagePrefix, StoredObject } from "../registry/stored.ts";

/** One change of one object, as watchers get it before their selectors. */
export interface CacheEvent {
  readonly revision: Revision;
  /** Absent when it was deleted. */
  readonly current: StoredObject | undefined;
  readonly previous: StoredObject | undefined;
}

/** Hears of changes; calls never overlap. */
export interface CacheWatcher {
  events(events: readonly CacheEvent[]): void;
  closed(error: Error): void;
}

export interface CacherOptions {
  readonly kind: KindDefinition;
  readonly store: Store;
  readonly clock: Clock;
}

/** Events kept for watches that resume. */
const EVENTS_MAX = 10_000;
/** How long a read waits for a version that hasn't come yet. */
const FRESHNESS_WAIT_MS = 3_000;
const PAGE = 5_000;

/**
 * All objects of one kind as the store has them, and their latest changes. One watch on the store feeds it; any number
 * of readers and watchers live from it.
 */
export class Cacher {
  readonly #options: CacherOptions;
  readonly #prefix: string;
  readonly #objects = new Map<string, StoredObject>();
  #sorted: readonly StoredObject[] | undefined;
  #events: CacheEvent[] = [];
  /** Changes up to this revision are no longer among the events. */
  #forgotten: Revision = 0;
  #revision: Revision = 0;
  #watch: Watch | undefined;
  #starting: Promise<void> | undefined;
  readonly #watchers = new Set<CacheWatcher>();
  readonly #waiting = new Set<{ readonly revision: Revision; readonly resolve: () => void }>();

  constructor(options: CacherOptions) {
    this.#options = options;
    this.#prefix = storagePrefix(options.kind);
  }

  /** Fills it once; later calls return at once. */
  start(): Promise<void> {
    this.#starting ??= this.#fill().catch((error) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Everything up to this revision is in. */
  get revision(): Revision {
    return this.#revision;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** All objects in key order. */
  all(): readonly StoredObject[] {
    this.#sorted ??= [...this.#objects.values()].sort((a, b) => (a.entry.key < b.entry.key ? -1 : 1));
    return this.#sorted;
  }

  /** Waits until everything that the store has acknowledged so far is in. */
  async fresh(): Promise<Revision> {
    await this.start();
    const revision = await this.#options.store.revision();
    if (this.#revision >= revision) return this.#revision;
    this.#watch?.requestProgress();
    await this.#reach(revision);
    return this.#revision;
  }

  /** Waits until a revision that a client has seen is in; 504 when it doesn't come. */
  async notOlderThan(revision: Revision): Promise<void> {
    await this.start();
    if (this.#revision >= revision) return;
    const newest = await this.fresh();
    if (newest < revision) throw tooLarge(revision, newest);
  }

  /** Tells of every change after `from`; undefined starts with the next one. Throws 410 when they are no longer kept. */
  subscribe(
    watcher: CacheWatcher,
    from: Revision | undefined,
  ): { readonly close: () => void; readonly backlog: readonly CacheEvent[] } {
    const backlog = from === undefined ? [] : this.#since(from);
    this.#watchers.add(watcher);
    return { backlog, close: () => this.#watchers.delete(watcher) };
  }

  close(): void {
    this.#watch?.close();
    const error = new Error("cacher closed");
    for (const watcher of [...this.#watchers]) watcher.closed(error);
    this.#watchers.clear();
  }

  #since(from: Revision): readonly CacheEvent[] {
    if (from < this.#forgotten) throw resourceExpired(`too old resource version: ${from} (${this.#forgotten + 1})`);
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.revision <= from) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }

  async #fill(): Promise<void> {
    const { store } = this.#options;
    const end = prefixEnd(this.#prefix);
    let start = this.#prefix;
    let revision: Revision | undefined;
    for (;;) {
      const page = await store.range({ start, end, limit: PAGE, revision });
      revision ??= page.revision;
      for (const entry of page.entries) this.#objects.set(entry.key, new StoredObject(entry));
      if (!page.more) break;
      start = `${page.entries.at(-1)!.key}\0`;
    }
    this.#revision = revision;
    this.#forgotten = revision;
    this.#watch = store.watch(
      { start: this.#prefix, end, from: revision + 1, previous: false },
      {
        changes: (changes, at) => this.#apply(changes, at),
        progress: (at) => this.#advance(at),
        closed: (error) => this.#lost(error),
      },
    );
  }

  #apply(changes: readonly Change[], revision: Revision): void {
    const events = changes.map((change) => this.#event(change, revision));
    this.#sorted = undefined;
    for (const event of events) this.#events.push(event);
    if (this.#events.length > EVENTS_MAX * 1.5) {
      const dropped = this.#events.length - EVENTS_MAX;
      this.#forgotten = this.#events[dropped - 1]!.revision;
      this.#events = this.#events.slice(dropped);
    }
    this.#advance(revision);
    for (const watcher of this.#watchers) watcher.events(events);
  }

  #event(change: Change, revision: Revision): CacheEvent {
    const key = change.type === "put" ? change.entry.key : change.key;
    const previous = this.#objects.get(key);
    if (change.type === "delete") {
      this.#objects.delete(key);
      return { revision, current: undefined, previous };
    }
    const current = new StoredObject(change.entry);
    this.#objects.set(key, current);
    return { revision, current, previous };
  }

  #advance(revision: Revision): void {
    this.#revision = Math.max(this.#revision, revision);
    for (const waiter of this.#waiting) {
      if (waiter.revision > this.#revision) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** The store ended the watch: start over, so that readers see no gap and watchers begin anew. */
  #lost(error: Error): void {
    this.#starting = undefined;
    this.#objects.clear();
    this.#sorted = undefined;
    this.#events = [];
    for (const watcher of [...this.#watchers]) watcher.closed(error);
    this.#watchers.clear();
  }

  #reach(revision: Revision): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const waiter = {
        revision,
        resolve: () => {
          timer?.cancel();
          resolve();
        },
      };
      this.#waiting.add(waiter);
      timer = this.#options.clock.timer(FRESHNESS_WAIT_MS, () => {
        this.#waiting.delete(waiter);
        reject(timedOut("the cache did not catch up with the store in time", 1));
      });
    });
  }
}

function tooLarge(wanted: Revision, current: Revision): Error {
  return statusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}

import { type KindDefinition, resourceExpired, statusError, timedOut } from "../../api/index.ts";
import type { Clock, Timer } from "../../base/index.ts";
import {
  BTree,
  type Change,
  countBetween,
  type Entry,
  prefixEnd,
  type Revision,
  type Store,
  StoreError,
  type Watch,
  type WatchSink,
} from "../../store/index.ts";
import { storagePrefix, StoredObject } from "../stored/stored.ts";
import { type CacheEvent, eventOf, readHistory, type Span } from "./history.ts";

export type { CacheEvent } from "./history.ts";

/** Hears of changes; calls never overlap. */
export interface CacheWatcher {
  /** {@link namespaceInterest} or {@link nodeInterest}; absent for every change. */
  readonly interest?: string;
  events(events: readonly CacheEvent[]): void;
  closed(error: Error): void;
}

/** Hears of what is in one namespace. */
export const namespaceInterest = (namespace: string): string => `namespace/${namespace}`;

/** Hears of what has this spec.nodeName. */
export const nodeInterest = (node: string): string => `node/${node}`;

export interface CacherOptions {
  readonly kind: KindDefinition;
  readonly store: Store;
  readonly clock: Clock;
  /** Changes before this revision are not recalled. */
  readonly oldest?: () => Revision;
  /** Makes of what is stored what this cache is of, where somebody has to be asked what that is. */
  readonly open?: ((stored: readonly StoredObject[]) => Promise<readonly StoredObject[]>) | undefined;
}

/** Events kept for watches that resume. */
const EVENTS_MAX = 10_000;
/** How long a read waits for a version that hasn't come yet. */
const FRESHNESS_WAIT_MS = 3_000;
const PAGE = 5_000;
/** How often events are fetched anew because others fetched some meanwhile. */
const RECALLS_MAX = 5;
/** What ends a walk over the tree. */
const STOP = { break: true };

/**
 * All objects of one kind as the store has them, and their latest changes. One watch on the store feeds it; any number
 * of readers and watchers live from it.
 */
export class Cacher {
  readonly #options: CacherOptions;
  readonly #prefix: string;
  readonly #objects = new BTree<string, StoredObject>();
  #events: CacheEvent[] = [];
  /** Changes up to this revision are no longer among the events. */
  #forgotten: Revision = 0;
  #revision: Revision = 0;
  #changed: Revision = 0;
  #watch: Watch | undefined;
  #starting: Promise<void> | undefined;
  #isClosed = false;
  readonly #watchers = new Set<CacheWatcher>();
  /** The same by what they want to hear of, so that an event costs only those it concerns. */
  readonly #interested = new Map<string, Set<CacheWatcher>>();
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

  /** Whether there is anything to read: what is stored has been read, and is followed. */
  get isFilled(): boolean {
    return this.#revision > 0;
  }

  /** Everything up to this revision is in. */
  get revision(): Revision {
    return this.#revision;
  }

  /** The revision of the last change that is in, or that of filling it; other keys' changes leave it as it is. */
  get changedRevision(): Revision {
    return this.#changed;
  }

  get kind(): KindDefinition {
    return this.#options.kind;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** Whether somebody has to be asked what an entry holds; what isn't {@link opened} then is not to be shown. */
  get opens(): boolean {
    return this.#options.open !== undefined;
  }

  /** What a store's entry holds; decoded already if the cache has this version. With its JSON, where that is known. */
  stored(entry: Entry, json?: Uint8Array): StoredObject {
    const cached = this.#objects.get(entry.key);
    if (cached?.revision !== entry.modRevision) return new StoredObject(entry, json);
    if (json) cached.learn(json);
    return cached;
  }

  /** The same of several, also where it takes time. */
  async opened(entries: readonly Entry[], json?: Uint8Array): Promise<readonly StoredObject[]> {
    const { open } = this.#options;
    if (!open) return entries.map((entry) => this.stored(entry, json));
    const known = entries.map((entry) => {
      const cached = this.#objects.get(entry.key);
      return cached?.revision === entry.modRevision ? cached : undefined;
    });
    const missing = entries.filter((_, index) => !known[index]).map((entry) => new StoredObject(entry, json));
    const made = (await open(missing)).values();
    return known.map((one) => one ?? made.next().value!);
  }

  /** The objects of a namespace, or all when it is empty, in key order; the first of them when there is a limit above 0. */
  in(namespace: string, limit = 0): readonly StoredObject[] {
    if (this.#objects.size === 0) return [];
    const start = namespace === "" ? this.#prefix : `${this.#prefix}${namespace}/`;
    const found: StoredObject[] = [];
    this.#objects.forRange(start, prefixEnd(start), false, (_, stored) => {
      found.push(stored);
      return found.length === limit ? STOP : undefined;
    });
    return found;
  }

  /** How many objects a namespace has, or all there are when it is empty. */
  countIn(namespace: string): number {
    if (namespace === "") return this.#objects.size;
    const start = `${this.#prefix}${namespace}/`;
    return countBetween(this.#objects, start, prefixEnd(start));
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

  /**
   * Fetches changes after `from` that the store still has and the cache doesn't, so that a watch goes on where it was
   * although the cache is younger, as after a restart.
   */
  async recall(from: Revision): Promise<void> {
    if (this.#options.open) return;
    for (let attempt = 0; attempt < RECALLS_MAX; attempt++) {
      await this.start();
      const to = this.#forgotten;
      if (from >= to || from < (this.#options.oldest?.() ?? 0)) return;
      const earlier = await this.#earlier({ prefix: this.#prefix, from, to });
      if (!earlier || earlier.length > EVENTS_MAX) return;
      // Someone else may have fetched some of them, or the cache may have started over in the meantime: then once more.
      if (this.#forgotten !== to) continue;
      this.#events = [...earlier, ...this.#events];
      this.#forgotten = from;
      return;
    }
  }

  /** What the store still has of a span; undefined when it has forgotten some: then subscribe refuses. */
  async #earlier(span: Span): Promise<readonly CacheEvent[] | undefined> {
    try {
      return await readHistory(this.#options.store, span);
    } catch (error) {
      if (error instanceof StoreError && error.code === "compacted") return undefined;
      throw error;
    }
  }

  /** Tells of every change after `from`; undefined starts with the next one. Throws 410 when they are no longer kept. */
  subscribe(
    watcher: CacheWatcher,
    from: Revision | undefined,
  ): { readonly close: () => void; readonly backlog: readonly CacheEvent[] } {
    const backlog = from === undefined ? [] : this.#since(from);
    const interest = watcher.interest ?? "";
    const sharing = this.#interested.get(interest) ?? new Set();
    this.#interested.set(interest, sharing.add(watcher));
    this.#watchers.add(watcher);
    const close = () => {
      this.#watchers.delete(watcher);
      sharing.delete(watcher);
      if (sharing.size === 0 && this.#interested.get(interest) === sharing) this.#interested.delete(interest);
    };
    return { backlog, close };
  }

  close(): void {
    this.#isClosed = true;
    this.#watch?.close();
    const error = new Error("cacher closed");
    for (const watcher of [...this.#watchers]) watcher.closed(error);
    this.#watchers.clear();
    this.#interested.clear();
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
    const { store, clock, open } = this.#options;
    const end = prefixEnd(this.#prefix);
    this.#objects.clear();
    let start = this.#prefix;
    let revision: Revision | undefined;
    // What a try that failed has left may be gone by now.
    this.#objects.clear();
    for (;;) {
      const page = await store.range({ start, end, limit: PAGE, revision });
      revision ??= page.revision;
      const stored = page.entries.map((entry) => new StoredObject(entry));
      for (const one of open ? await open(stored) : stored) this.#objects.set(one.entry.key, one.kept());
      if (!page.more) break;
      start = `${page.entries.at(-1)!.key}\0`;
      await clock.yield();
    }
    if (this.#isClosed) throw new Error("cacher closed");
    this.#revision = revision;
    this.#changed = revision;
    this.#forgotten = revision;
    const follower = open ? this.#opening(open) : this.#follower();
    this.#watch = store.watch({ start: this.#prefix, end, from: revision + 1, previous: false }, follower);
  }

  #follower(): WatchSink {
    return {
      changes: (changes, at) => this.#apply(changes, at),
      progress: (at) => this.#advance(at),
      closed: (error) => this.#lost(error),
    };
  }

  /** Follows changes one after the other, each once it is known what it is. When that can't be told all starts over. */
  #opening(open: NonNullable<CacherOptions["open"]>): WatchSink {
    let last: Promise<void> = Promise.resolve();
    let isOver = false;
    const end = (error: Error) => {
      if (isOver) return;
      isOver = true;
      this.#watch?.close();
      this.#lost(error);
    };
    const inTurn = (work: () => void | Promise<void>) => {
      last = last.then(() => (isOver ? undefined : work())).catch(end);
    };
    return {
      changes: (changes, at) =>
        inTurn(async () => {
          const put = changes.flatMap((change) => (change.type === "put" ? [new StoredObject(change.entry)] : []));
          const opened = await open(put);
          if (!isOver) this.#apply(changes, at, new Map(opened.map((one) => [one.entry.key, one])));
        }),
      progress: (at) => inTurn(() => this.#advance(at)),
      closed: end,
    };
  }

  #apply(changes: readonly Change[], revision: Revision, opened?: ReadonlyMap<string, StoredObject>): void {
    const events = changes.map((change) => {
      const made = change.type === "put" ? opened?.get(change.entry.key) : undefined;
      return eventOf(this.#objects, change, { revision, opened: made });
    });
    for (const event of events) this.#events.push(event);
    if (this.#events.length > EVENTS_MAX * 1.5) {
      const dropped = this.#events.length - EVENTS_MAX;
      this.#forgotten = this.#events[dropped - 1]!.revision;
      this.#events = this.#events.slice(dropped);
    }
    this.#changed = revision;
    this.#advance(revision);
    this.#tell(events);
    // Hardly anybody asks for a version that isn't the newest: its object needn't live on, to be copied by the collector.
    for (const { current, previous } of events) if (current) previous?.cool();
  }

  /** Each event goes to those who watch everything, its namespace, or the node that it is or was on. */
  #tell(events: readonly CacheEvent[]): void {
    if (this.#watchers.size === 0) return;
    const everything = this.#interested.get("");
    if (everything) for (const watcher of everything) watcher.events(events);
    if (this.#interested.size === (everything ? 1 : 0)) return;
    for (const event of events) {
      const told = [event];
      for (const interest of this.#interestsIn(event))
        for (const watcher of this.#interested.get(interest) ?? []) watcher.events(told);
    }
  }

  #interestsIn({ current, previous }: CacheEvent): Set<string> {
    const interests = new Set<string>();
    for (const stored of [current, previous]) {
      if (!stored) continue;
      const { key } = stored.entry;
      const slash = key.indexOf("/", this.#prefix.length);
      if (slash >= 0) interests.add(namespaceInterest(key.slice(this.#prefix.length, slash)));
      if (stored.nodeName !== "") interests.add(nodeInterest(stored.nodeName));
    }
    return interests;
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
    // Nothing is in: what was worked out from here on must not pass for what follows from a full cache.
    this.#revision = 0;
    this.#changed = 0;
    this.#objects.clear();
    this.#events = [];
    for (const watcher of [...this.#watchers]) watcher.closed(error);
    this.#watchers.clear();
    this.#interested.clear();
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
    message: `Timeout: Too large resource version: ${BigInt(wanted)}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}

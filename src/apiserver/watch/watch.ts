import { groupVersion, type KindDefinition, resourceExpired, statusError, StatusError } from "../../api/index.ts";
import { type Clock, onAbort, type Random, type Timer } from "../../base/index.ts";
import type { Revision } from "../../store/index.ts";
import type { CacheEvent, Cacher } from "../cacher/cacher.ts";
import { CHUNK_BYTES } from "../list/chunks.ts";
import { candidates, parseVersion } from "../list/list.ts";
import { isConverted } from "../stored/custom.ts";
import type { StoredObject } from "../stored/stored.ts";
import type { ListOptions } from "../list/options.ts";
import type { Selection } from "../list/selection.ts";
import type { WatchTurns } from "./turns.ts";

/** One event for one watcher, not yet encoded. */
export type WatchItem =
  | {
      readonly type: "ADDED" | "MODIFIED" | "DELETED";
      readonly stored: StoredObject;
      /** Of what there was when the watch began: hardly any two watches are told it in the same batches. */
      readonly isInitial?: true;
    }
  | { readonly type: "BOOKMARK" | "ERROR"; readonly object: unknown };

export interface WatchCall {
  /** The version that the client speaks. */
  readonly kind: KindDefinition;
  /** The version that is stored. */
  readonly hub: KindDefinition;
  readonly cacher: Cacher;
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Takes turns with other watchers. */
  readonly turns: WatchTurns;
}

const BOOKMARK_EVERY_MS = 60_000;
const LAST_BOOKMARK_MS = 2_000;
const TIMEOUT_MIN_MS = 1_800_000;
/** Events that wait for a watcher that doesn't read; then it is dropped and has to start over. */
const PENDING_MAX = 20_000;
/** Events that a reader gets at a time. */
const BATCH_MAX = 128;
/** Stored bytes of what there was at the start that a reader gets at a time, about. */
const INITIAL_BYTES_MAX = CHUNK_BYTES - 32 * 1024;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** Events of a selection from a version on, in batches as they come. Throws before the first batch when the query is wrong. */
export async function watch(call: WatchCall): Promise<AsyncIterableIterator<readonly WatchItem[]>> {
  const options = readOptions(call);
  await call.cacher.start().catch((error) => {
    throw isConverted(call.kind) && error instanceof StatusError ? notReady(call.kind, error) : error;
  });
  if (options.timeoutMs < 0) return told([]);
  if (options.sendInitial && options.from !== undefined && options.from > 0)
    try {
      await call.cacher.notOlderThan(options.from);
    } catch (error) {
      if (error instanceof StatusError && error.code === 504) return told([{ type: "ERROR", object: error.status }]);
      throw error;
    }
  else if (options.from === undefined) await call.cacher.fresh();
  else if (!options.sendInitial) await call.cacher.recall(options.from);
  return new WatchStream(call, options);
}

/** A watch that tells this and is over. */
async function* told(items: readonly WatchItem[]): AsyncGenerator<readonly WatchItem[]> {
  if (items.length > 0) yield items;
}

/** 429: there is something that can't be converted, perhaps only now. */
function notReady(kind: KindDefinition, cause: StatusError): StatusError {
  const message = `storage is (re)initializing: failed to list ${groupVersion(kind)}, Kind=${kind.kind}: ${cause.message}`;
  return statusError({ code: 429, reason: "TooManyRequests", message, details: { retryAfterSeconds: 1 } }, { cause });
}

interface Options {
  /** undefined: begin with everything there is, consistently; 0: same, from what the cache has. */
  readonly from: Revision | undefined;
  readonly sendInitial: boolean;
  /** Tell where the initial events end. */
  readonly markEnd: boolean;
  readonly bookmarks: boolean;
  /** Below 0: it is over at once. */
  readonly timeoutMs: number;
}

function readOptions({ options, random }: WatchCall): Options {
  const { sendInitialEvents: asked, allowWatchBookmarks: bookmarks, timeoutSeconds } = options;
  const version = parseVersion(options.resourceVersion);
  const sendInitial = asked ?? (version === undefined || version === 0);
  return {
    // Who wants nothing of what there is, and no version, begins now.
    from: version === 0 && !sendInitial ? undefined : version,
    sendInitial,
    markEnd: asked === true && bookmarks,
    bookmarks,
    timeoutMs:
      timeoutSeconds === 0 ? TIMEOUT_MIN_MS + Math.floor(random.float() * TIMEOUT_MIN_MS) : timeoutSeconds * 1000,
  };
}

/** What a watcher is owed; a reader takes it all at once. */
class WatchStream implements AsyncIterableIterator<readonly WatchItem[]> {
  readonly #call: WatchCall;
  readonly #options: Options;
  /** What there was at the start and is still to be told, from {@link #told} on: before everything that is pending. */
  #initial: readonly StoredObject[] = [];
  #told = 0;
  #pending: WatchItem[] = [];
  /** The reader that waits; nobody else reads. */
  #reader: ((result: IteratorResult<readonly WatchItem[]>) => void) | undefined;
  #isQueued = false;
  #ended = false;
  #delivered: Revision;
  /** Changes up to this one are known to the client. */
  readonly #from: Revision;
  readonly #close: () => void;
  /** Ends the wait for the client to go. */
  readonly #forget: (() => void) | undefined;
  readonly #timers: (Timer | undefined)[] = [];

  constructor(call: WatchCall, options: Options) {
    this.#call = call;
    this.#options = options;
    const { cacher, clock, signal } = call;
    const resume = options.sendInitial ? undefined : (options.from ?? cacher.revision);
    this.#delivered = options.sendInitial ? cacher.revision : resume!;
    this.#from = resume ?? 0;
    if (options.sendInitial) this.#begin();
    const subscription = this.#subscribe(resume);
    this.#close = subscription.close;
    this.#take(subscription.backlog);
    // Refused: the reader takes the reason, and no timer outlives it.
    if (this.#ended) return;
    this.#timers.push(clock.timer(options.timeoutMs, () => this.#end()));
    if (options.bookmarks) this.#scheduleBookmarks(options.timeoutMs);
    this.#forget = onAbort(signal, () => this.#end());
    if (signal.aborted) this.#end();
  }

  #subscribe(from: Revision | undefined) {
    const { interest } = this.#call.selection;
    const watcher = {
      ...(interest && { interest }),
      events: (events: readonly CacheEvent[]) => this.#take(events),
      closed: () => this.#end(),
    };
    try {
      return this.#call.cacher.subscribe(watcher, from);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#push({ type: "ERROR", object: error.status });
      this.#ended = true;
      return { close: () => {}, backlog: [] };
    }
  }

  #begin(): void {
    const { cacher, selection, hub } = this.#call;
    this.#initial = candidates(hub, cacher, selection);
    if (this.#options.markEnd) this.#push(this.#bookmark({ [INITIAL_EVENTS_END]: "true" }));
  }

  #take(events: readonly CacheEvent[]): void {
    const { selection } = this.#call;
    for (const event of events) {
      // Another server may be ahead of this one: what its client has heard there isn't told again here.
      if (event.revision <= this.#from) continue;
      this.#delivered = event.revision;
      const item = itemFor(event, selection);
      if (item) this.#pending.push(item);
    }
    if (this.#pending.length > PENDING_MAX) {
      this.#initial = [];
      this.#pending = [
        { type: "ERROR", object: resourceExpired("the watch was too slow and has been dropped").status },
      ];
      this.#end();
    }
    this.#notify();
  }

  #push(item: WatchItem): void {
    this.#pending.push(item);
    this.#notify();
  }

  /** Tells the reader, if it waits and there is something to tell: at once, or when it is this watcher's turn. */
  #notify(): void {
    if (!this.#reader || this.#isQueued || (!this.#hasMore && !this.#ended)) return;
    const { turns, clock } = this.#call;
    this.#isQueued = true;
    // The rest of a long beginning waits for a turn of the event loop each time.
    if (this.#told > 0) void clock.yield().then(this.#answerInTurn);
    else turns.wake(this.#answerInTurn);
  }

  readonly #answerInTurn = (): void => {
    this.#isQueued = false;
    this.#answer();
  };

  #answer(): void {
    const items = this.#taken();
    const isOver = this.#ended && !this.#hasMore;
    if (items.length === 0 && !isOver) return this.#notify();
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.(items.length > 0 ? { done: false, value: items } : { done: true, value: undefined });
  }

  get #hasMore(): boolean {
    return this.#told < this.#initial.length || this.#pending.length > 0;
  }

  #taken(): readonly WatchItem[] {
    return this.#told < this.#initial.length ? this.#takenInitial() : this.#takenPending();
  }

  #takenInitial(): WatchItem[] {
    const { selection } = this.#call;
    const items: WatchItem[] = [];
    // Few objects are looked at in one turn, even when hardly any of them matches.
    const end = Math.min(this.#initial.length, this.#told + BATCH_MAX * (selection.everything ? 1 : 4));
    let bytes = 0;
    for (; this.#told < end && bytes < INITIAL_BYTES_MAX; this.#told++) {
      const stored = this.#initial[this.#told]!;
      if (!selection.picks(stored)) continue;
      bytes += stored.entry.value.length;
      items.push({ type: "ADDED", stored, isInitial: true });
    }
    if (this.#told < this.#initial.length) return items;
    this.#initial = [];
    this.#told = 0;
    return items;
  }

  #takenPending(): WatchItem[] {
    const value = this.#pending;
    this.#pending = value.length > BATCH_MAX ? value.splice(BATCH_MAX) : [];
    return value;
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): WatchItem {
    const { kind, cacher } = this.#call;
    const revision = Math.max(this.#delivered, cacher.revision);
    return { type: "BOOKMARK", object: bookmarkOf(kind, revision, annotations) };
  }

  /** One each minute, and one shortly before the end, from which the client goes on. */
  #scheduleBookmarks(timeoutMs: number): void {
    const { clock } = this.#call;
    const last = timeoutMs - LAST_BOOKMARK_MS;
    if (last > 0) this.#timers[2] = clock.timer(last, () => this.#push(this.#bookmark()));
    this.#scheduleBookmark();
  }

  #scheduleBookmark(): void {
    this.#timers[1] = this.#call.clock.timer(BOOKMARK_EVERY_MS, () => {
      this.#push(this.#bookmark());
      this.#scheduleBookmark();
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#close?.();
    this.#forget?.();
    for (const timer of this.#timers) timer?.cancel();
    this.#notify();
  }

  // Written out, since a generator costs more than the rest of a delivery.
  next(): Promise<IteratorResult<readonly WatchItem[]>> {
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#notify();
    });
  }

  async return(): Promise<IteratorResult<readonly WatchItem[]>> {
    this.#initial = [];
    this.#pending = [];
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

type Kept = Extract<WatchItem, { readonly stored: StoredObject }>;

/** What the last event is to watchers by their selections, and the items that are made of it. */
let lastEvent: CacheEvent | undefined;
const lastBySelection = new Map<string, WatchItem | undefined>();
const lastItems = new Map<Kept["type"], Kept>();

/**
 * What a change is to a watcher whose selector may not have matched before, or may not any more. All watchers with the same
 * selection that an event is told to in a row get the same, found out once, and so they get the same bytes too.
 */
function itemFor(event: CacheEvent, selection: Selection): WatchItem | undefined {
  if (lastEvent !== event) {
    lastEvent = event;
    lastBySelection.clear();
    lastItems.clear();
  }
  const known = lastBySelection.get(selection.key);
  if (known || lastBySelection.has(selection.key)) return known;
  const item = newItem(event, selection);
  lastBySelection.set(selection.key, item);
  return item;
}

function newItem(event: CacheEvent, selection: Selection): WatchItem | undefined {
  const { revision, current, previous } = event;
  const matches = current !== undefined && selection.picks(current);
  const matched = previous !== undefined && selection.picks(previous);
  if (matches) return sharedItem(matched ? "MODIFIED" : "ADDED", current);
  if (!matched) return undefined;
  // The last state that matched, at the version of the change that ended it.
  return sharedItem("DELETED", lastState(previous, revision));
}

/** Watchers with other selections may be owed the same. */
function sharedItem(type: Kept["type"], stored: StoredObject): WatchItem {
  const item = lastItems.get(type) ?? { type, stored };
  lastItems.set(type, item);
  return item;
}

const lastStates = new WeakMap<StoredObject, StoredObject>();

function lastState(previous: StoredObject, revision: Revision): StoredObject {
  let stored = lastStates.get(previous);
  if (!stored) {
    stored = previous.at(revision);
    lastStates.set(previous, stored);
  }
  return stored;
}

function bookmarkOf(
  kind: KindDefinition,
  revision: Revision,
  annotations: Readonly<Record<string, string>> | undefined,
): unknown {
  const metadata = { resourceVersion: String(revision), ...(annotations && { annotations }) };
  return { kind: kind.kind, apiVersion: groupVersion(kind), metadata };
}

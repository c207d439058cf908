import { StoreError } from "../errors.ts";
import type { Change, Revision, Watch, WatchOptions, WatchSink } from "../store.ts";
import { compareKeys, keyOf, revisionOf, type Versions } from "./versions.ts";

interface Watcher {
  readonly options: WatchOptions;
  readonly sink: WatchSink;
  /** The next revision to deliver; everything before has been. */
  next: Revision;
  /** Still has to be given what happened before it started. */
  behind: boolean;
  open: boolean;
}

/** Hands changes to those who watch, in order, a revision at a time. */
export class Watchers {
  readonly #versions: Versions;
  readonly #watchers = new Set<Watcher>();
  /** What watchers may see; a durable store lets it lag behind its index. */
  #published: Revision;

  constructor(versions: Versions) {
    this.#versions = versions;
    this.#published = versions.revision;
  }

  add(options: WatchOptions, sink: WatchSink): Watch {
    const watcher: Watcher = {
      options,
      sink,
      next: options.from ?? this.#versions.revision + 1,
      behind: options.from !== undefined,
      open: true,
    };
    this.#watchers.add(watcher);
    // The past is delivered in a turn of its own, so that the caller has its handle before the first call.
    if (watcher.behind) queueMicrotask(() => this.#catchUp(watcher));
    return {
      requestProgress: () => queueMicrotask(() => watcher.open && !watcher.behind && sink.progress(this.#published)),
      close: () => this.#remove(watcher),
    };
  }

  /** Tells everyone of changes that are now visible; all of one revision. */
  publish(changes: readonly Change[], revision: Revision): void {
    this.#published = revision;
    for (const watcher of this.#watchers) if (!watcher.behind) deliver(watcher, changes, revision);
  }

  close(error: Error): void {
    for (const watcher of [...this.#watchers]) {
      this.#remove(watcher);
      watcher.sink.closed(error);
    }
  }

  #remove(watcher: Watcher): void {
    watcher.open = false;
    this.#watchers.delete(watcher);
  }

  #catchUp(watcher: Watcher): void {
    if (!watcher.open) return;
    watcher.behind = false;
    let past: readonly Change[];
    try {
      past = this.#versions.changesFrom(watcher.next);
    } catch (error) {
      this.#remove(watcher);
      watcher.sink.closed(error as StoreError);
      return;
    }
    for (let index = 0; index < past.length && watcher.open; ) {
      const revision = revisionOf(past[index]!);
      if (revision > this.#published) return;
      let end = index + 1;
      while (end < past.length && revisionOf(past[end]!) === revision) end++;
      deliver(watcher, past.slice(index, end), revision);
      index = end;
    }
  }
}

function deliver(watcher: Watcher, changes: readonly Change[], revision: Revision): void {
  if (revision < watcher.next) return;
  watcher.next = revision + 1;
  const { start, end, previous } = watcher.options;
  const mine = changes.filter((change) => {
    const key = keyOf(change);
    return compareKeys(key, start) >= 0 && compareKeys(key, end) < 0;
  });
  if (mine.length > 0) watcher.sink.changes(previous ? mine : mine.map(withoutPrevious), revision);
}

function withoutPrevious(change: Change): Change {
  return { ...change, previous: undefined };
}

/** The error of watches on a closed store. */
export function storeClosed(): StoreError {
  return new StoreError("closed", "use store: it has been closed");
}

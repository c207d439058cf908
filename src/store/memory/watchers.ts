import { StoreError } from "../errors.ts";
import type { Change, Revision, Watch, WatchOptions, WatchSink } from "../store.ts";
import { compareKeys } from "./keys.ts";
import { changeOf, type Version, type Versions } from "./versions.ts";

/** Revisions of the past that a watch is given in one go. */
const CATCH_UP_REVISIONS = 1000;

/** What one revision did, in the form that its watchers share. */
class Batch {
  readonly revision: Revision;
  readonly #versions: readonly Version[];
  #full: readonly Change[] | undefined;
  #plain: readonly Change[] | undefined;

  constructor(versions: readonly Version[]) {
    this.revision = versions[0]!.revision;
    this.#versions = versions;
  }

  /** The changes in a watch's range. */
  for(options: WatchOptions): readonly Change[] {
    const versions = this.#versions;
    if (versions.length === 1)
      return isInside(versions[0]!.key, options) ? this.#changes(options.previous) : NO_CHANGES;
    if (!versions.some(({ key }) => isInside(key, options))) return NO_CHANGES;
    return this.#changes(options.previous).filter((_, index) => isInside(versions[index]!.key, options));
  }

  #changes(previous = false): readonly Change[] {
    this.#full ??= this.#versions.map(changeOf);
    if (previous) return this.#full;
    this.#plain ??= this.#full.map((change) => ({ ...change, previous: undefined }));
    return this.#plain;
  }
}

const NO_CHANGES: readonly Change[] = [];

function isInside(key: string, { start, end }: WatchOptions): boolean {
  return compareKeys(key, start) >= 0 && compareKeys(key, end) < 0;
}

interface Watcher {
  readonly options: WatchOptions;
  readonly sink: WatchSink;
  /** The next revision to deliver; everything before has been. */
  next: Revision;
  /** Is still being given the past. */
  behind: boolean;
  progressWanted: boolean;
  open: boolean;
}

/** Hands what becomes visible to those who watch, in order, a revision at a time. */
export class Watchers {
  readonly #versions: Versions;
  readonly #pause: () => Promise<void>;
  readonly #watchers = new Set<Watcher>();
  readonly #queue: Batch[] = [];
  #delivering = false;

  /** `pause` lets other work run between two slices of the past. */
  constructor(versions: Versions, pause: () => Promise<void>) {
    this.#versions = versions;
    this.#pause = pause;
  }

  add(options: WatchOptions, sink: WatchSink): Watch {
    const watcher: Watcher = {
      options,
      sink,
      next: options.from || this.#versions.visible + 1,
      behind: true,
      progressWanted: false,
      open: true,
    };
    this.#watchers.add(watcher);
    // The past is delivered in a turn of its own, so that the caller has its handle before the first call.
    queueMicrotask(() => void this.#catchUp(watcher));
    return {
      requestProgress: () => {
        if (watcher.progressWanted) return;
        watcher.progressWanted = true;
        queueMicrotask(() => this.#answerProgress(watcher));
      },
      close: () => this.#remove(watcher),
    };
  }

  /** Tells everyone what a revision did that has just become visible. */
  publish(versions: readonly Version[]): void {
    if (this.#watchers.size === 0) return;
    this.#queue.push(new Batch(versions));
    if (this.#delivering) return;
    // A sink may write, and so publish: what it wrote waits until everyone has heard of what came before.
    this.#delivering = true;
    for (let batch = this.#queue.shift(); batch; batch = this.#queue.shift())
      for (const watcher of this.#watchers) if (!watcher.behind) deliver(watcher, batch);
    this.#delivering = false;
    for (const watcher of this.#watchers) this.#answerProgress(watcher);
  }

  close(error: StoreError): void {
    for (const watcher of [...this.#watchers]) this.#end(watcher, error);
  }

  #remove(watcher: Watcher): void {
    watcher.open = false;
    this.#watchers.delete(watcher);
  }

  #end(watcher: Watcher, error: StoreError): void {
    this.#remove(watcher);
    guarded(() => watcher.sink.closed(error));
  }

  #answerProgress(watcher: Watcher): void {
    if (!watcher.progressWanted || watcher.behind || !watcher.open || this.#delivering) return;
    watcher.progressWanted = false;
    guarded(() => watcher.sink.progress(this.#versions.visible));
  }

  async #catchUp(watcher: Watcher): Promise<void> {
    while (watcher.open) {
      let past: Array<readonly Version[]>;
      try {
        past = this.#versions.history(watcher.next, CATCH_UP_REVISIONS);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        return this.#end(watcher, error);
      }
      // Only an empty answer ends it: the sink may have written while it heard of the last slice.
      if (past.length === 0) break;
      for (const versions of past) if (watcher.open) deliver(watcher, new Batch(versions));
      if (past.length === CATCH_UP_REVISIONS) await this.#pause();
    }
    watcher.behind = false;
    this.#answerProgress(watcher);
  }
}

function deliver(watcher: Watcher, batch: Batch): void {
  if (batch.revision < watcher.next || !watcher.open) return;
  watcher.next = batch.revision + 1;
  const changes = batch.for(watcher.options);
  if (changes.length > 0) guarded(() => watcher.sink.changes(changes, batch.revision));
}

/** A sink that throws is broken; that must stop the component that owns it, and not keep others from hearing. */
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The error of everything that is done with a closed store. */
export function storeClosed(): StoreError {
  return new StoreError("closed", "use store: it has been closed");
}

import type {
  ForkableStore,
  RangeOptions,
  RangeResult,
  Revision,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
  WatchSink,
} from "../store.ts";
import { Versions } from "./versions.ts";
import { storeClosed, Watchers } from "./watchers.ts";

/** A store in memory: the reference that the others are compared with. Everything happens within the call. */
export function openMemoryStore(): ForkableStore {
  return new MemoryStore(new Versions());
}

class MemoryStore implements ForkableStore {
  readonly #versions: Versions;
  readonly #watchers: Watchers;
  #closed = false;

  constructor(versions: Versions) {
    this.#versions = versions;
    this.#watchers = new Watchers(versions);
  }

  async revision(): Promise<Revision> {
    this.#check();
    return this.#versions.revision;
  }

  async get(key: string, { revision }: { readonly revision?: Revision } = {}) {
    this.#check();
    return { entry: this.#versions.get(key, revision), revision: this.#versions.revision };
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    this.#check();
    return this.#versions.range(options);
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    this.#check();
    const { result, changes } = this.#versions.transact(transaction);
    if (changes.length > 0) this.#watchers.publish(changes, result.revision);
    return result;
  }

  watch(options: WatchOptions, sink: WatchSink): Watch {
    this.#check();
    return this.#watchers.add(options, sink);
  }

  async compact(revision: Revision): Promise<void> {
    this.#check();
    this.#versions.compact(revision);
  }

  async status() {
    const { revision, compactRevision, sizeBytes } = this.#versions;
    return { revision, compactRevision, sizeBytes };
  }

  fork(): ForkableStore {
    this.#check();
    return new MemoryStore(new Versions(this.#versions));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watchers.close(storeClosed());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(): void {
    if (this.#closed) throw storeClosed();
  }
}

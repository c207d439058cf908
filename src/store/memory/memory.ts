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
  return new MemoryStore(Versions.empty());
}

class MemoryStore implements ForkableStore {
  readonly #versions: Versions;
  readonly #watchers: Watchers;
  #closed = false;

  constructor(versions: Versions) {
    this.#versions = versions;
    this.#watchers = new Watchers(versions, () => Promise.resolve());
  }

  async revision(): Promise<Revision> {
    this.#check();
    return this.#versions.visible;
  }

  async get(key: string, { revision }: { readonly revision?: Revision } = {}) {
    this.#check();
    return { entry: this.#versions.get(key, revision), revision: this.#versions.visible };
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    this.#check();
    return this.#versions.range(options);
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    this.#check();
    const { result, versions } = this.#versions.transact(transaction);
    if (versions.length > 0) {
      this.#versions.reveal(result.revision);
      this.#watchers.publish(versions);
    }
    return result;
  }

  watch(options: WatchOptions, sink: WatchSink): Watch {
    this.#check();
    return this.#watchers.add(options, sink);
  }

  async compact(revision: Revision): Promise<void> {
    this.#check();
    this.#versions.compact(revision);
    this.#versions.purge();
  }

  async status() {
    this.#check();
    const { visible, compactRevision, keptBytes } = this.#versions;
    return { revision: visible, compactRevision, sizeBytes: keptBytes };
  }

  fork(): ForkableStore {
    this.#check();
    return new MemoryStore(this.#versions.fork());
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

import type { Clock } from "../../base/index.ts";
import type {
  ForkableStore,
  Lease,
  RangeOptions,
  RangeResult,
  Revision,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
  WatchSink,
} from "../store.ts";
import { Leases } from "./leases.ts";
import { type Version, Versions } from "./versions.ts";
import { storeClosed, Watchers } from "./watchers.ts";

/**
 * A store in memory: the reference that the others are compared with. Everything happens within the call. Leases end by
 * themselves only where there is a clock.
 */
export function openMemoryStore({ clock }: { readonly clock?: Clock } = {}): ForkableStore {
  return new MemoryStore(Versions.empty(), clock);
}

class MemoryStore implements ForkableStore {
  readonly #versions: Versions;
  readonly #watchers: Watchers;
  readonly #leases: Leases;
  readonly #clock: Clock | undefined;
  #closed = false;

  constructor(versions: Versions, clock: Clock | undefined) {
    this.#versions = versions;
    this.#clock = clock;
    this.#leases = new Leases(clock, (id) => this.#revoke(id));
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
    const { result, versions } = this.#versions.transact(transaction, this.#leases);
    this.#show(versions);
    return result;
  }

  #show(versions: readonly Version[]): void {
    if (versions.length === 0) return;
    this.#versions.reveal(versions[0]!.revision);
    this.#watchers.publish(versions);
  }

  async grantLease(wish: { readonly ttlSeconds: number; readonly id?: number }): Promise<Lease> {
    this.#check();
    const granted = this.#leases.admit(wish);
    this.#leases.grant(granted);
    return { ...granted, remainingSeconds: granted.ttlSeconds };
  }

  async keepLease(id: number): Promise<Lease> {
    this.#check();
    const kept = this.#leases.keep(id);
    return { ...kept, remainingSeconds: kept.ttlSeconds };
  }

  async revokeLease(id: number): Promise<Revision> {
    this.#check();
    this.#leases.require(id);
    this.#revoke(id);
    return this.#versions.visible;
  }

  #revoke(id: number): void {
    this.#leases.remove(id);
    this.#show(this.#versions.remove(this.#versions.keysOfLease(id)));
  }

  async leases(): Promise<readonly Lease[]> {
    this.#check();
    return [...this.#leases].map((one) => ({ ...one, remainingSeconds: this.#leases.remainingSeconds(one.id) }));
  }

  async leaseKeys(id: number): Promise<readonly string[]> {
    this.#check();
    this.#leases.require(id);
    return this.#versions.keysOfLease(id);
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
    const copy = new MemoryStore(this.#versions.fork(), this.#clock);
    for (const lease of this.#leases) copy.#leases.grant(lease);
    return copy;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leases.close();
    this.#watchers.close(storeClosed());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(): void {
    if (this.#closed) throw storeClosed();
  }
}

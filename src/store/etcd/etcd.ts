import type { Clock, Log } from "../../base/index.ts";
import type { ClientTls } from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import { checkTransaction, compareKeys, storeClosed } from "../memory/index.ts";
import type {
  Lease,
  RangeOptions,
  RangeResult,
  Revision,
  Store,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
  WatchSink,
} from "../store.ts";
import { Endpoints } from "./endpoints.ts";
import { ProgressProbe } from "./progress.ts";
import { EtcdWatch } from "./watch.ts";
import {
  COMPACT,
  LEASE_GRANT,
  LEASE_KEEP_ALIVE,
  LEASE_LEASES,
  LEASE_REVOKE,
  LEASE_TIME_TO_LIVE,
  RANGE,
  type RangeRequest,
  type Rename,
  STATUS,
  Translation,
  TXN,
} from "./wire.ts";

export interface EtcdStoreOptions {
  /** "https://host:port" or "http://host:port" of the cluster's members; the first that answers is used. */
  readonly endpoints: readonly string[];
  readonly tls?: ClientTls;
  /** Goes before every key in etcd. */
  readonly prefix?: string;
  /** Keys that begin with one text begin with another in etcd. Ranges must lie inside or outside. */
  readonly rename?: Rename;
  readonly clock: Clock;
  readonly log: Log;
}

/** A store in an etcd cluster; fails with `unavailable` when no member answers. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const store = new EtcdStore(options);
  try {
    await store.revision();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class EtcdStore implements Store {
  readonly #options: EtcdStoreOptions;
  readonly #endpoints: Endpoints;
  readonly #translation: Translation;
  readonly #probe: ProgressProbe;
  readonly #watches = new Set<EtcdWatch>();
  /** At least this is compacted; etcd doesn't tell. */
  #compactRevision: Revision = 0;
  #closed = false;

  constructor(options: EtcdStoreOptions) {
    this.#options = options;
    this.#endpoints = new Endpoints(options);
    this.#translation = new Translation(options);
    this.#probe = new ProgressProbe(this.#endpoints, this.#translation);
  }

  async revision(): Promise<Revision> {
    return (await this.#range({ key: this.#translation.key("\0"), countOnly: true })).revision;
  }

  async get(key: string, { revision }: { readonly revision?: Revision } = {}) {
    const found = await this.#range({ key: this.#translation.key(key), ...(revision && { revision }) });
    return { entry: found.entries[0], revision: found.revision };
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    if (compareKeys(options.start, options.end) < 0) return this.#range(this.#translation.range(options));
    return { entries: [], count: 0, more: false, revision: await this.revision() };
  }

  async #range(request: RangeRequest): Promise<RangeResult> {
    this.#check();
    const { header, kvs, count, more } = await this.#endpoints.read(RANGE, request);
    const entries = kvs.map((found) => this.#translation.entry(found));
    return { entries, count, more, revision: header!.revision };
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    this.#check();
    // Here as well, for all stores to refuse the same.
    checkTransaction(transaction);
    const { header, succeeded, responses } = await this.#endpoints.write(
      TXN,
      this.#translation.transaction(transaction),
    );
    const results = this.#translation.results(transaction, { succeeded, responses }, header.revision);
    return { succeeded, revision: header.revision, results };
  }

  watch(options: WatchOptions, sink: WatchSink): Watch {
    this.#check();
    const { clock, log } = this.#options;
    const parts = { endpoints: this.#endpoints, translation: this.#translation, probe: this.#probe, clock, log };
    const watch = new EtcdWatch(parts, options, sink);
    this.#watches.add(watch);
    void watch.done.then(() => this.#watches.delete(watch));
    return { requestProgress: () => watch.requestProgress(), close: () => watch.close() };
  }

  async grantLease({ ttlSeconds, id = 0 }: { readonly ttlSeconds: number; readonly id?: number }): Promise<Lease> {
    this.#check();
    const { ID, TTL } = await this.#endpoints.write(LEASE_GRANT, { TTL: ttlSeconds, ID: id });
    return { id: ID, ttlSeconds: TTL, remainingSeconds: TTL };
  }

  async keepLease(id: number): Promise<Lease> {
    this.#check();
    const { TTL } = await this.#endpoints.first(LEASE_KEEP_ALIVE, { ID: id });
    if (TTL <= 0) throw leaseNotFound(id);
    return { id, ttlSeconds: TTL, remainingSeconds: TTL };
  }

  async revokeLease(id: number): Promise<Revision> {
    this.#check();
    return (await this.#endpoints.write(LEASE_REVOKE, { ID: id })).header.revision;
  }

  async leases(): Promise<readonly Lease[]> {
    this.#check();
    const { leases } = await this.#endpoints.read(LEASE_LEASES, {});
    const found = await Promise.all(
      leases.map(async ({ ID }) => ({ id: ID, ...(await this.#endpoints.read(LEASE_TIME_TO_LIVE, { ID })) })),
    );
    // One may have ended in between.
    return found
      .filter(({ TTL }) => TTL >= 0)
      .map(({ id, TTL, grantedTTL }) => ({ id, ttlSeconds: grantedTTL, remainingSeconds: TTL }));
  }

  async leaseKeys(id: number): Promise<readonly string[]> {
    this.#check();
    const { TTL, keys } = await this.#endpoints.read(LEASE_TIME_TO_LIVE, { ID: id, keys: true });
    if (TTL < 0) throw leaseNotFound(id);
    return keys.map((key) => this.#translation.keyText(key));
  }

  async compact(revision: Revision): Promise<void> {
    this.#check();
    await this.#endpoints.write(COMPACT, { revision });
    this.#compactRevision = Math.max(this.#compactRevision, revision);
  }

  async status() {
    this.#check();
    const [{ dbSize }, revision] = await Promise.all([this.#endpoints.read(STATUS, {}), this.revision()]);
    this.#compactRevision = await this.#findCompactRevision(revision);
    return { revision, compactRevision: this.#compactRevision, sizeBytes: dbSize };
  }

  /** The oldest revision that can be read, by halves: usually the first question answers it. */
  async #findCompactRevision(newest: Revision): Promise<Revision> {
    if (await this.#readable(Math.max(this.#compactRevision, 1))) return this.#compactRevision;
    let low = this.#compactRevision;
    let high = newest;
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2);
      if (await this.#readable(middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  async #readable(revision: Revision): Promise<boolean> {
    try {
      await this.#range({ key: this.#translation.key("\0"), countOnly: true, revision });
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === "compacted") return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const watch of this.#watches) watch.end(storeClosed());
    await Promise.all([...this.#watches].map(({ done }) => done));
    this.#endpoints.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(): void {
    if (this.#closed) throw storeClosed();
  }
}

function leaseNotFound(id: number): StoreError {
  return new StoreError("leaseNotFound", `find lease: there is none with id ${id}`);
}

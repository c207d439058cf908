import type {
  Change,
  Entry,
  KeyRange,
  Lease,
  Operation,
  OperationResult,
  RangeOptions,
  RangeResult,
  Revision,
  Store,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
  WatchSink,
} from "../../store/index.ts";
import { DecryptionError, ENCRYPTED_MARK, type EncryptionProvider, identityProvider, startsWith } from "./provider.ts";

/** Providers of a key's resource: the first one writes, all of them read. */
export type ProvidersOf = (key: string) => readonly EncryptionProvider[];

/**
 * A store whose values are encrypted in the one below, and plain to whoever uses it. A value that the first provider would
 * write otherwise is marked as stale, so that it is written anew even by an update that changes nothing.
 */
export function encryptedStore(store: Store, providersOf: ProvidersOf): Store {
  return new EncryptedStore(store, providersOf);
}

class EncryptedStore implements Store {
  readonly #store: Store;
  readonly #providersOf: ProvidersOf;

  constructor(store: Store, providersOf: ProvidersOf) {
    this.#store = store;
    this.#providersOf = providersOf;
  }

  revision(): Promise<Revision> {
    return this.#store.revision();
  }

  async get(key: string, options?: { readonly revision?: Revision }) {
    const { entry, revision } = await this.#store.get(key, options);
    return { entry: entry && (await this.#open(entry)), revision };
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    const result = await this.#store.range(options);
    return options.keysOnly ? result : { ...result, entries: await this.#openAll(result.entries) };
  }

  async transact({ compare, success, failure }: Transaction): Promise<TransactionResult> {
    const result = await this.#store.transact({
      compare,
      success: await this.#sealAll(success),
      failure: await this.#sealAll(failure),
    });
    return { ...result, results: await Promise.all(result.results.map((one) => this.#openResult(one))) };
  }

  watch(options: WatchOptions, sink: WatchSink): Watch {
    return new OpeningWatch({ store: this.#store, options, sink, open: (entry) => this.#open(entry) });
  }

  compact(revision: Revision): Promise<void> {
    return this.#store.compact(revision);
  }

  grantLease(wish: { readonly ttlSeconds: number; readonly id?: number }): Promise<Lease> {
    return this.#store.grantLease(wish);
  }

  keepLease(id: number): Promise<Lease> {
    return this.#store.keepLease(id);
  }

  revokeLease(id: number): Promise<Revision> {
    return this.#store.revokeLease(id);
  }

  leases(): Promise<readonly Lease[]> {
    return this.#store.leases();
  }

  leaseKeys(id: number): Promise<readonly string[]> {
    return this.#store.leaseKeys(id);
  }

  status() {
    return this.#store.status();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sealAll(operations: readonly Operation[]): Promise<Operation[]> {
    return Promise.all(
      operations.map(async (operation) => {
        if (operation.type === "transaction")
          return {
            ...operation,
            success: await this.#sealAll(operation.success),
            failure: await this.#sealAll(operation.failure),
          };
        if (operation.type !== "put") return operation;
        const [writer = identityProvider] = this.#providersOf(operation.key);
        return { ...operation, value: await writer.seal(operation.value, operation.key) };
      }),
    );
  }

  /** At once where no key service has to be asked. */
  #open(entry: Entry): Entry | Promise<Entry> {
    const providers = this.#providersOf(entry.key);
    const isEncrypted = startsWith(entry.value, ENCRYPTED_MARK);
    if (providers.length === 0 && !isEncrypted) return entry;
    const reader = providers.find(({ prefix }) => (isEncrypted ? prefix && startsWith(entry.value, prefix) : !prefix));
    if (!reader) throw new DecryptionError(`decrypt ${entry.key}: no matching prefix found`);
    const isStale = reader !== providers[0];
    const opened = (value: Uint8Array): Entry => ({ ...entry, value, ...(isStale && { stale: true }) });
    const value = reader.open(entry.value, entry.key);
    return value instanceof Promise ? value.then(opened) : opened(value);
  }

  #openAll(entries: readonly Entry[]): Promise<Entry[]> {
    return Promise.all(entries.map((entry) => this.#open(entry)));
  }

  async #openResult(result: OperationResult): Promise<OperationResult> {
    switch (result.type) {
      case "put":
        return { type: "put", previous: result.previous && (await this.#open(result.previous)) };
      case "delete":
        return { type: "delete", previous: await this.#openAll(result.previous) };
      case "range":
        return { ...result, entries: await this.#openAll(result.entries) };
      case "transaction":
        return { ...result, results: await Promise.all(result.results.map((inner) => this.#openResult(inner))) };
      default:
        return result satisfies never;
    }
  }
}

interface OpeningOptions {
  readonly store: Store;
  readonly options: KeyRange & WatchOptions;
  readonly sink: WatchSink;
  readonly open: (entry: Entry) => Entry | Promise<Entry>;
}

/** A watch that hands on what it hears decrypted, in order, although a key service may have to be asked. */
class OpeningWatch implements Watch {
  readonly #sink: WatchSink;
  readonly #open: OpeningOptions["open"];
  readonly #watch: Watch;
  /** What is still being decrypted; undefined when the next call may go straight through. */
  #busy: Promise<void> | undefined;
  #closed = false;

  constructor({ store, options, sink, open }: OpeningOptions) {
    this.#sink = sink;
    this.#open = open;
    this.#watch = store.watch(options, {
      changes: (changes, revision) => this.#hear(changes, revision),
      progress: (revision) => this.#inOrder(() => sink.progress(revision)),
      closed: (error) => this.#inOrder(() => sink.closed(error)),
    });
  }

  requestProgress(): void {
    this.#watch.requestProgress();
  }

  close(): void {
    this.#closed = true;
    this.#watch.close();
  }

  #hear(changes: readonly Change[], revision: Revision): void {
    try {
      const opened = changes.map((change) => this.#openChange(change));
      if (!opened.some((one) => one instanceof Promise))
        return this.#inOrder(() => this.#sink.changes(opened as Change[], revision));
      const all = Promise.all(opened);
      all.catch(() => {});
      this.#inOrder(async () => this.#deliver(await all, revision));
    } catch (error) {
      this.#fail(error);
    }
  }

  #deliver(changes: readonly Change[], revision: Revision): void {
    if (!this.#closed) this.#sink.changes(changes, revision);
  }

  #openChange(change: Change): Change | Promise<Change> {
    const entry = change.type === "put" ? this.#open(change.entry) : undefined;
    const previous = change.previous && this.#open(change.previous);
    const whole = (now: Entry | undefined, before: Entry | undefined) =>
      ({ ...change, ...(now && { entry: now }), previous: before }) as Change;
    if (!(entry instanceof Promise) && !(previous instanceof Promise)) return whole(entry, previous);
    return Promise.all([entry, previous]).then(([now, before]) => whole(now, before));
  }

  #inOrder(run: () => void | Promise<void>): void {
    if (!this.#busy) {
      const running = run();
      if (!(running instanceof Promise)) return;
      this.#wait(running);
    } else this.#wait(this.#busy.then(() => (this.#closed ? undefined : run())));
  }

  #wait(running: Promise<void>): void {
    const busy = running
      .catch((error) => this.#fail(error))
      .finally(() => {
        if (this.#busy === busy) this.#busy = undefined;
      });
    this.#busy = busy;
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.#sink.closed(error as Error);
  }
}

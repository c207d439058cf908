import { passableBytes, ThreadCalls, ThreadError, type ThreadPort } from "../../net/index.ts";
import { StoreError, type StoreErrorCode } from "../errors.ts";
import type {
  Change,
  Lease,
  Operation,
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
import type { Plain } from "./serve.ts";

/** The store of another thread, which {@link serveStore} serves at the other end of the port. */
export function threadStore(port: ThreadPort): Store {
  return new ThreadStore(port);
}

class ThreadStore implements Store {
  readonly #calls: ThreadCalls;
  readonly #sinks = new Map<number, WatchSink>();
  #lastWatch = 0;
  #isClosed = false;

  constructor(port: ThreadPort) {
    this.#calls = new ThreadCalls(port, (name, values) => this.#hear(name, values));
  }

  async get(key: string, options?: { readonly revision?: Revision }) {
    return (await this.#call("get", [key, options])) as Awaited<ReturnType<Store["get"]>>;
  }

  async range(options: RangeOptions): Promise<RangeResult> {
    return (await this.#call("range", [options])) as RangeResult;
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    return (await this.#call("transact", [passable(transaction)])) as TransactionResult;
  }

  watch(options: WatchOptions, sink: WatchSink): Watch {
    if (this.#isClosed) throw closed();
    const id = ++this.#lastWatch;
    this.#sinks.set(id, sink);
    // Whoever may not watch hears of it as of any end.
    this.#call("watch", [id, options]).catch((error) => this.#end(id, error));
    return {
      requestProgress: () => this.#calls.tell("requestProgress", [id]),
      close: () => {
        if (this.#sinks.delete(id)) this.#calls.tell("closeWatch", [id]);
      },
    };
  }

  async revision(): Promise<Revision> {
    return (await this.#call("revision", [])) as Revision;
  }

  async compact(revision: Revision): Promise<void> {
    await this.#call("compact", [revision]);
  }

  async grantLease(wish: { readonly ttlSeconds: number; readonly id?: number }): Promise<Lease> {
    return (await this.#call("grantLease", [wish])) as Lease;
  }

  async keepLease(id: number): Promise<Lease> {
    return (await this.#call("keepLease", [id])) as Lease;
  }

  async revokeLease(id: number): Promise<Revision> {
    return (await this.#call("revokeLease", [id])) as Revision;
  }

  async leases(): Promise<readonly Lease[]> {
    return (await this.#call("leases", [])) as readonly Lease[];
  }

  async leaseKeys(id: number): Promise<readonly string[]> {
    return (await this.#call("leaseKeys", [id])) as readonly string[];
  }

  async status() {
    return (await this.#call("status", [])) as Awaited<ReturnType<Store["status"]>>;
  }

  /** Ends the use of it here; who opened the store closes it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const id of [...this.#sinks.keys()]) {
      this.#calls.tell("closeWatch", [id]);
      this.#end(id, closed());
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #call(name: Plain | "get" | "range" | "transact" | "watch", values: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed) throw closed();
    try {
      return await this.#calls.call(name, values);
    } catch (error) {
      throw error instanceof ThreadError && error.code !== undefined ? storeError(error.code, error.message) : error;
    }
  }

  #hear(name: string, values: readonly unknown[]): void {
    const [id, ...rest] = values as [number, ...unknown[]];
    const sink = this.#sinks.get(id);
    if (name === "changes") sink?.changes(...(rest as [readonly Change[], Revision]));
    else if (name === "progress") sink?.progress(rest[0] as Revision);
    else if (name === "closed") this.#end(id, storeError(...(rest as [string, string])));
  }

  #end(id: number, error: Error): void {
    const sink = this.#sinks.get(id);
    this.#sinks.delete(id);
    sink?.closed(error);
  }
}

function closed(): StoreError {
  return new StoreError("closed", "use store: it has been closed");
}

function storeError(code: string, message: string): StoreError {
  return new StoreError(code as StoreErrorCode, message);
}

function passable<T extends Transaction>(transaction: T): T {
  const { compare, success, failure } = transaction;
  return {
    ...transaction,
    compare: compare.map((one) => (one.target === "value" ? { ...one, value: passableBytes(one.value) } : one)),
    success: success.map(passableOperation),
    failure: failure.map(passableOperation),
  };
}

function passableOperation(operation: Operation): Operation {
  if (operation.type === "put") return { ...operation, value: passableBytes(operation.value) };
  return operation.type === "transaction" ? passable(operation) : operation;
}

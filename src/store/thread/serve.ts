import { passableBytes, ThreadCalls, type ThreadPort } from "../../net/index.ts";
import type {
  Change,
  Entry,
  OperationResult,
  RangeOptions,
  RangeResult,
  Store,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
} from "../store.ts";

/** Lets another thread use a store; what it watches ends with the returned function. */
export function serveStore(store: Store, port: ThreadPort): () => void {
  const watches = new Map<number, Watch>();
  const calls: ThreadCalls = new ThreadCalls(port, async (name, values) => {
    switch (name) {
      case "get": {
        const [key, options] = values as Parameters<Store["get"]>;
        const { entry, revision } = await store.get(key, options);
        return { entry: entry && passableEntry(entry), revision };
      }
      case "range":
        return passableRange(await store.range(values[0] as RangeOptions));
      case "transact":
        return passableTransaction(await store.transact(values[0] as Transaction));
      case "watch": {
        const [id, options] = values as [number, WatchOptions];
        watches.set(id, store.watch(options, teller(calls, id)));
        return;
      }
      case "requestProgress":
        return watches.get(values[0] as number)?.requestProgress();
      case "closeWatch":
        watches.get(values[0] as number)?.close();
        watches.delete(values[0] as number);
        return;
      default:
        // The rest takes and gives plain data.
        return (store[name as Plain] as (...args: readonly unknown[]) => unknown).apply(store, [...values]);
    }
  });
  return () => {
    for (const watch of watches.values()) watch.close();
    watches.clear();
  };
}

/** Calls of a store that are passed as they are. */
export type Plain =
  | "revision"
  | "compact"
  | "grantLease"
  | "keepLease"
  | "revokeLease"
  | "leases"
  | "leaseKeys"
  | "status";

function teller(calls: ThreadCalls, id: number) {
  return {
    changes: (changes: readonly Change[], revision: number) =>
      calls.tell("changes", [id, changes.map(passableChange), revision]),
    progress: (revision: number) => calls.tell("progress", [id, revision]),
    closed: (error: Error) => calls.tell("closed", [id, (error as { readonly code?: string }).code, error.message]),
  };
}

/** Values lie in memory that is shared with others. */
function passableEntry(entry: Entry): Entry {
  return { ...entry, value: passableBytes(entry.value) };
}

function passableChange(change: Change): Change {
  const previous = change.previous && passableEntry(change.previous);
  return change.type === "put" ? { ...change, entry: passableEntry(change.entry), previous } : { ...change, previous };
}

function passableRange<T extends RangeResult>(result: T): T {
  return { ...result, entries: result.entries.map(passableEntry) };
}

function passableTransaction<T extends Pick<TransactionResult, "results">>(result: T): T {
  return { ...result, results: result.results.map(passableResult) };
}

function passableResult(result: OperationResult): OperationResult {
  switch (result.type) {
    case "put":
      return { ...result, previous: result.previous && passableEntry(result.previous) };
    case "delete":
      return { ...result, previous: result.previous.map(passableEntry) };
    case "range":
      return passableRange(result);
    case "transaction":
      return passableTransaction(result);
    default:
      return result satisfies never;
  }
}

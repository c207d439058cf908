import { StoreError, type StoreErrorCode } from "./errors.ts";
import type { Change, Entry, Operation, Revision, Store, TransactionResult, Watch, WatchSink } from "./store.ts";

/** Declares a test of a fresh store, whose revision it is told. */
export type Check = (title: string, body: (store: Store, base: Revision) => Promise<void>) => void;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytes = (text: string): Uint8Array => encoder.encode(text);
export const text = (value: Uint8Array): string => decoder.decode(value);

export const put = (key: string, value: string): Operation => ({ type: "put", key, value: bytes(value) });
export const remove = (key: string): Operation => ({ type: "delete", key });

/** Does operations on no condition. */
export function write(store: Store, ...success: Operation[]): Promise<TransactionResult> {
  return store.transact({ compare: [], success, failure: [] });
}

/** Whether a store refused with this code; for `assert.rejects`. */
export function refused(code: StoreErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof StoreError && error.code === code;
}

/** An entry as one line: key, value and what the store counts, revisions relative to `base`. */
export function entryLine(entry: Entry | undefined, base: Revision): string | undefined {
  if (!entry) return undefined;
  const { key, value, createRevision, modRevision, version } = entry;
  return `${key}=${text(value)} created@${createRevision - base} modified@${modRevision - base} version ${version}`;
}

/** A change as one line, with the value it replaced where that is told. */
function changeLine(change: Change): string {
  const before = change.previous ? ` (was ${text(change.previous.value)})` : "";
  return change.type === "put"
    ? `put ${change.entry.key}=${text(change.entry.value)}${before}`
    : `delete ${change.key}${before}`;
}

/** A sink that remembers, and lets a test wait for what it expects. */
export class Recorder implements WatchSink {
  /** One per call: relative revision and its changes. */
  readonly batches: Array<{ readonly revision: Revision; readonly changes: readonly string[] }> = [];
  readonly progressAt: Revision[] = [];
  error: Error | undefined;
  #waiting: Array<() => void> = [];
  #inside = false;

  changes(changes: readonly Change[], revision: Revision): void {
    if (this.#inside) throw new Error("watch: calls overlap");
    this.#inside = true;
    this.batches.push({ revision, changes: changes.map(changeLine) });
    this.#wake();
    this.#inside = false;
  }

  progress(revision: Revision): void {
    this.progressAt.push(revision);
    this.#wake();
  }

  closed(error: Error): void {
    this.error = error;
    this.#wake();
  }

  get lines(): string[] {
    return this.batches.flatMap(({ changes }) => changes);
  }

  async until(condition: (recorder: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Everything up to now has arrived. */
  async settled(watch: Watch): Promise<void> {
    const seen = this.progressAt.length;
    watch.requestProgress();
    await this.until(() => this.progressAt.length > seen || this.error !== undefined);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

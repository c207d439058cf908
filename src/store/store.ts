import { LAST_KEY } from "./memory/keys.ts";

/** One number for the whole store; each transaction that changes something takes the next one. */
export type Revision = number;

/** A value under a key, as of one revision. Values are shared: never change their bytes. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
  /** Writes since creation, 1 for the first. */
  readonly version: number;
  /** 0 for none. */
  readonly lease: number;
  /** It was written in a way that is no longer wanted (encrypted otherwise): worth writing again as it is. */
  readonly stale?: boolean;
}

/** Keys from `start` (included) to `end` (excluded). */
export interface KeyRange {
  readonly start: string;
  readonly end: string;
}

export interface RangeOptions extends KeyRange {
  /** Read as of this revision; 0 or absent for the newest. */
  readonly revision?: Revision;
  /** At most this many entries; 0 or absent for all. */
  readonly limit?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
}

export interface RangeResult {
  readonly entries: readonly Entry[];
  /** All keys in the range, whatever the limit. */
  readonly count: number;
  readonly more: boolean;
  /** The store's newest revision at the time of the read. */
  readonly revision: Revision;
}

/**
 * A condition on one key; a key that does not exist has version, createRevision and modRevision 0, and no value that could fit.
 * With an end it is one on all keys from the first up to it; where there are none, on one that does not exist.
 */
export type Compare =
  | {
      readonly key: string;
      readonly end?: string;
      readonly target: "version" | "createRevision" | "modRevision" | "lease";
      readonly operator: "=" | "!=" | "<" | ">";
      readonly value: number;
    }
  | {
      readonly key: string;
      readonly end?: string;
      readonly target: "value";
      readonly operator: "=" | "!=" | "<" | ">";
      readonly value: Uint8Array;
    };

export type Operation =
  | PutOperation
  | { readonly type: "delete"; readonly key: string }
  | ({ readonly type: "deleteRange" } & KeyRange)
  | ({ readonly type: "range" } & RangeOptions)
  | ({ readonly type: "transaction" } & Transaction);

export interface PutOperation {
  readonly type: "put";
  readonly key: string;
  readonly value: Uint8Array;
  readonly lease?: number;
  /** The value, or the lease, stays what it is; `keyNotFound` when there is none. */
  readonly keep?: "value" | "lease" | "both";
}

export type OperationResult =
  | { readonly type: "put"; readonly previous: Entry | undefined }
  | { readonly type: "delete"; readonly previous: readonly Entry[] }
  | ({ readonly type: "range" } & RangeResult)
  | { readonly type: "transaction"; readonly succeeded: boolean; readonly results: readonly OperationResult[] };

/**
 * One branch happens, all of it at one revision, and later operations see what earlier ones did. A key is put at most once
 * and not deleted beside that. Conditions, those of transactions inside too, are about the state before all of it.
 */
export interface Transaction {
  readonly compare: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
}

export interface TransactionResult {
  readonly succeeded: boolean;
  /** The newest revision: of this transaction when it wrote something. */
  readonly revision: Revision;
  readonly results: readonly OperationResult[];
}

export type Change =
  | { readonly type: "put"; readonly entry: Entry; readonly previous: Entry | undefined }
  | {
      readonly type: "delete";
      readonly key: string;
      readonly revision: Revision;
      readonly previous: Entry | undefined;
    };

/** Hears a watch. Calls never overlap; all changes of one revision come in one call. */
export interface WatchSink {
  changes(changes: readonly Change[], revision: Revision): void;
  /** Everything up to this revision has been delivered. */
  progress(revision: Revision): void;
  /** The watch is over; a {@link StoreError} says why (`compacted`, `closed`, `unavailable`). */
  closed(error: Error): void;
}

export interface WatchOptions extends KeyRange {
  /** The first revision to deliver; absent for the next one. What is compacted or about to be cannot be asked for. */
  readonly from?: Revision;
  /** Fill in `previous`. */
  readonly previous?: boolean;
}

export interface Watch {
  /** Asks for a `progress` call once everything so far has been delivered. */
  requestProgress(): void;
  /** Ends it; `closed` is not called. */
  close(): void;
}

/** A time to live that keys can hang on: unless it is kept they are deleted when it is over. */
export interface Lease {
  readonly id: number;
  readonly ttlSeconds: number;
  readonly remainingSeconds: number;
}

/**
 * Revisioned key-value store. Every read and write is linearisable; a write that has been acknowledged is durable; a
 * watch sees every later change once, in order, atomically per revision. `store.suite.ts` is the whole contract.
 * Keys compare by their bytes: UTF-8, or what {@link keyText} makes of bytes that are none. Throws {@link StoreError}.
 */
export interface Store extends AsyncDisposable {
  /** The newest revision. */
  revision(): Promise<Revision>;
  get(
    key: string,
    options?: { readonly revision?: Revision },
  ): Promise<{ entry: Entry | undefined; revision: Revision }>;
  range(options: RangeOptions): Promise<RangeResult>;
  transact(transaction: Transaction): Promise<TransactionResult>;
  watch(options: WatchOptions, sink: WatchSink): Watch;
  /** Forgets what is older than `revision`, except what is current at it. */
  compact(revision: Revision): Promise<void>;
  /** Makes a lease; without an id (or 0) the store picks one. Leases outlive a restart, with their whole time again. */
  grantLease(wish: { readonly ttlSeconds: number; readonly id?: number }): Promise<Lease>;
  /** Starts a lease's time anew; `leaseNotFound` when it has ended. */
  keepLease(id: number): Promise<Lease>;
  /** Ends a lease and deletes its keys, all at one revision; the newest revision after that. */
  revokeLease(id: number): Promise<Revision>;
  leases(): Promise<readonly Lease[]>;
  /** The keys that hang on a lease now. */
  leaseKeys(id: number): Promise<readonly string[]>;
  /** Oldest revision that can still be read, and the size in bytes of what is kept. */
  status(): Promise<{ readonly revision: Revision; readonly compactRevision: Revision; readonly sizeBytes: number }>;
  /** The state as of now, whatever is written while it is read; only of a store that keeps files of its own. */
  snapshot?(): AsyncIterable<Uint8Array>;
  /** What was the newest revision at a time, and since when that is known; only of a store that keeps files of its own. */
  revisionAt?(timeMs: number): { readonly revision: Revision | undefined; readonly sinceMs: number };
  /** Rewrites the files so that they hold nothing that compaction has let go of; only of a store that keeps files of its own. */
  defragment?(): Promise<void>;
  close(): Promise<void>;
}

/** A store that can be copied in O(1): the copy shares nothing that either can change. */
export interface ForkableStore extends Store {
  fork(): ForkableStore;
}

/** The end of the range of all keys that start with `prefix`; all keys for the empty one. */
export function prefixEnd(prefix: string): string {
  const unit = prefix.charCodeAt(prefix.length - 1);
  // All prefixes of ours end so; every request asks for several.
  if (unit < 0xd7ff) return prefix.slice(0, -1) + String.fromCharCode(unit + 1);
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    // Surrogates are no code points of their own: what follows the last one before them is the first one after.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return LAST_KEY;
}

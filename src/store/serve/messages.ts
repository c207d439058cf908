import { keyBytes, keyText, LAST_KEY } from "../memory/index.ts";
import type { Entry, KeyRange } from "../store.ts";

/** etcd's messages as the codec gives and takes them. 64-bit numbers are bigints only beyond 2^53. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: number;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly limit: number;
  readonly revision: number;
  readonly sortOrder: "NONE" | "ASCEND" | "DESCEND";
  readonly sortTarget: "KEY" | "VERSION" | "CREATE" | "MOD" | "VALUE";
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

export interface PutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: number;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export interface DeleteRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

export interface CompareMessage {
  readonly result: "EQUAL" | "GREATER" | "LESS" | "NOT_EQUAL";
  readonly target: "VERSION" | "CREATE" | "MOD" | "VALUE" | "LEASE";
  readonly key: Uint8Array;
  readonly version?: number;
  readonly createRevision?: number;
  readonly modRevision?: number;
  readonly value?: Uint8Array;
  readonly lease?: number;
  readonly rangeEnd: Uint8Array;
}

export interface RequestOp {
  readonly requestRange?: RangeRequest;
  readonly requestPut?: PutRequest;
  readonly requestDeleteRange?: DeleteRangeRequest;
  readonly requestTxn?: TxnRequest;
}

export interface TxnRequest {
  readonly compare: readonly CompareMessage[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export interface WatchCreateRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly filters: ReadonlyArray<"NOPUT" | "NODELETE">;
  readonly prevKv: boolean;
  readonly watchId: number;
  readonly fragment: boolean;
}

export interface WatchRequest {
  readonly createRequest?: WatchCreateRequest;
  readonly cancelRequest?: { readonly watchId: number };
  readonly progressRequest?: object;
}

/** Who answers: goes with every response. */
export interface Member {
  readonly name: string;
  readonly clusterId: bigint;
  readonly memberId: bigint;
}

export function keyValue(entry: Entry): KeyValue {
  return { ...entry, key: keyBytes(entry.key) };
}

/** The keys that a key and its range end name: one, those up to the end, or all that follow ("\0"). */
export function rangeOf(key: Uint8Array, rangeEnd: Uint8Array): KeyRange {
  return rangeOfText(keyText(key), keyText(rangeEnd));
}

/** The same of keys that are text already. */
export function rangeOfText(start: string, end: string): KeyRange {
  if (end === "") return { start, end: `${start}\0` };
  return { start, end: end === "\0" ? LAST_KEY : end };
}

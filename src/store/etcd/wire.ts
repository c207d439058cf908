import { type GrpcMethod, loadService, type ProtocolDescriptor } from "../../net/index.ts";
import { keyBytes, keyText, LAST_KEY } from "../memory/index.ts";
import {
  prefixEnd,
  type Compare,
  type Entry,
  type Operation,
  type OperationResult,
  type Revision,
  type Transaction,
} from "../store.ts";
import descriptor from "../etcd-v3.json" with { type: "json" };

/** etcd's messages, as far as they are used, and how they map to the store's own types. */
export interface Header {
  readonly revision: number;
}

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
  readonly rangeEnd?: Uint8Array;
  readonly limit?: number;
  readonly revision?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
}

export interface RangeResponse {
  readonly header?: Header;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
}

export interface TxnResponse {
  readonly header: Header;
  readonly succeeded: boolean;
  readonly responses: ReadonlyArray<{
    readonly responseRange?: RangeResponse;
    readonly responsePut?: { readonly prevKv?: KeyValue };
    readonly responseDeleteRange?: { readonly prevKvs: readonly KeyValue[] };
    readonly responseTxn?: Pick<TxnResponse, "succeeded" | "responses">;
  }>;
}

export interface WatchEvent {
  readonly type: "PUT" | "DELETE";
  readonly kv: KeyValue;
  readonly prevKv?: KeyValue;
}

export interface WatchResponse {
  readonly header: Header;
  readonly watchId: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly events: readonly WatchEvent[];
}

export interface LeaseGrantResponse {
  readonly ID: number;
  readonly TTL: number;
}

export interface LeaseTimeToLiveResponse {
  readonly TTL: number;
  readonly grantedTTL: number;
  readonly keys: readonly Uint8Array[];
}

export interface StatusResponse {
  readonly version: string;
  readonly dbSize: number;
}

const protocol = descriptor as unknown as ProtocolDescriptor;
const kv = loadService(protocol, "etcdserverpb.KV");
export const RANGE: GrpcMethod<RangeRequest, RangeResponse> = kv.method("Range");
export const TXN: GrpcMethod<object, TxnResponse> = kv.method("Txn");
export const PUT: GrpcMethod<object, { readonly header: Header }> = kv.method("Put");
export const COMPACT: GrpcMethod<object, object> = kv.method("Compact");
export const WATCH: GrpcMethod<object, WatchResponse> = loadService(protocol, "etcdserverpb.Watch").method("Watch");
export const STATUS: GrpcMethod<object, StatusResponse> = loadService(protocol, "etcdserverpb.Maintenance").method(
  "Status",
);

const lease = loadService(protocol, "etcdserverpb.Lease");
export const LEASE_GRANT: GrpcMethod<object, LeaseGrantResponse> = lease.method("LeaseGrant");
export const LEASE_REVOKE: GrpcMethod<object, { readonly header: Header }> = lease.method("LeaseRevoke");
export const LEASE_KEEP_ALIVE: GrpcMethod<object, LeaseGrantResponse> = lease.method("LeaseKeepAlive");
export const LEASE_TIME_TO_LIVE: GrpcMethod<object, LeaseTimeToLiveResponse> = lease.method("LeaseTimeToLive");
export const LEASE_LEASES: GrpcMethod<object, { readonly leases: ReadonlyArray<{ readonly ID: number }> }> =
  lease.method("LeaseLeases");

/** What keys begin with here, and in etcd instead. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

const SAME: Rename = { from: "", to: "" };

/** Translates between the store's types and etcd's, whose keys all start with a prefix. */
export class Translation {
  readonly #prefix: string;
  readonly #rename: Rename;

  constructor({ prefix = "", rename = SAME }: { readonly prefix?: string; readonly rename?: Rename | undefined } = {}) {
    this.#prefix = prefix;
    this.#rename = rename;
  }

  /** etcd has no empty key; the one after it starts every range just as well. */
  key(key: string): Uint8Array {
    const { from, to } = this.#rename;
    const named = from !== to && key.startsWith(from) ? to + key.slice(from.length) : key;
    return keyBytes(this.#prefix + named || "\0");
  }

  /** The end of a range; etcd has a word of its own for all keys that follow. */
  end(key: string): Uint8Array {
    if (key !== LAST_KEY) return this.key(key);
    return this.#prefix === "" ? Uint8Array.of(0) : keyBytes(prefixEnd(this.#prefix));
  }

  keyText(bytes: Uint8Array): string {
    const { from, to } = this.#rename;
    const named = keyText(bytes).slice(this.#prefix.length);
    return from !== to && named.startsWith(to) ? from + named.slice(to.length) : named;
  }

  entry(found: KeyValue): Entry {
    const { value, createRevision, modRevision, version, lease } = found;
    return { key: this.keyText(found.key), value, createRevision, modRevision, version, lease };
  }

  range(options: {
    readonly start: string;
    readonly end: string;
    readonly revision?: Revision;
    readonly limit?: number;
    readonly keysOnly?: boolean;
    readonly countOnly?: boolean;
  }): RangeRequest {
    const { start, end, ...rest } = options;
    return { ...rest, key: this.key(start), rangeEnd: this.end(end) };
  }

  transaction({ compare, success, failure }: Transaction): object {
    return {
      compare: compare.map((condition) => this.compare(condition)),
      success: success.map((operation) => this.operation(operation)),
      failure: failure.map((operation) => this.operation(operation)),
    };
  }

  compare(compare: Compare): object {
    const common = { key: this.key(compare.key), result: RESULTS[compare.operator], target: TARGETS[compare.target] };
    const rangeEnd = compare.end === undefined ? undefined : this.end(compare.end);
    return { ...common, [compare.target]: compare.value, ...(rangeEnd && { rangeEnd }) };
  }

  operation(operation: Operation): object {
    switch (operation.type) {
      case "put": {
        const { key, value, lease = 0, keep } = operation;
        const kept = {
          ignoreValue: keep === "value" || keep === "both",
          ignoreLease: keep === "lease" || keep === "both",
        };
        const given = { ...(!kept.ignoreValue && { value }), ...(!kept.ignoreLease && { lease }) };
        return { requestPut: { key: this.key(key), ...given, ...(keep && kept), prevKv: true } };
      }
      case "delete":
        return { requestDeleteRange: { key: this.key(operation.key), prevKv: true } };
      case "deleteRange": {
        const { start, end } = operation;
        return { requestDeleteRange: { key: this.key(start), rangeEnd: this.end(end), prevKv: true } };
      }
      case "range": {
        const { type: _, ...options } = operation;
        return { requestRange: this.range(options) };
      }
      case "transaction":
        return { requestTxn: this.transaction(operation) };
      default:
        return operation satisfies never;
    }
  }

  /** What the operations of the branch that was taken did. */
  results(
    { success, failure }: Transaction,
    { succeeded, responses }: Pick<TxnResponse, "succeeded" | "responses">,
    revision: Revision,
  ): OperationResult[] {
    const operations = succeeded ? success : failure;
    return operations.map((operation, index) => this.result(operation, responses[index]!, revision));
  }

  result(operation: Operation, response: TxnResponse["responses"][number], revision: Revision): OperationResult {
    switch (operation.type) {
      case "put": {
        const previous = response.responsePut?.prevKv;
        return { type: "put", previous: previous && this.entry(previous) };
      }
      case "delete":
      case "deleteRange": {
        const previous = response.responseDeleteRange?.prevKvs ?? [];
        return { type: "delete", previous: previous.map((found) => this.entry(found)) };
      }
      case "range": {
        const { kvs, count, more } = response.responseRange!;
        return { type: "range", entries: kvs.map((found) => this.entry(found)), count, more, revision };
      }
      case "transaction": {
        const { succeeded, responses } = response.responseTxn!;
        return { type: "transaction", succeeded, results: this.results(operation, { succeeded, responses }, revision) };
      }
      default:
        return operation satisfies never;
    }
  }
}

const RESULTS = { "=": "EQUAL", "!=": "NOT_EQUAL", "<": "LESS", ">": "GREATER" } as const;
const TARGETS = {
  version: "VERSION",
  createRevision: "CREATE",
  modRevision: "MOD",
  value: "VALUE",
  lease: "LEASE",
} as const;

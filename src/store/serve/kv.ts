import { GrpcError, type UnaryHandler } from "../../net/index.ts";
import { keyText, OPERATIONS_MAX } from "../memory/index.ts";
import type {
  Compare,
  Entry,
  Operation,
  OperationResult,
  PutOperation,
  RangeResult,
  Revision,
  Store,
  Transaction,
} from "../store.ts";
import { header, RangeResponse, type ResponseHeader } from "./encode.ts";
import { answering, emptyKey } from "./errors.ts";
import {
  type CompareMessage,
  type DeleteRangeRequest,
  keyValue,
  type Member,
  type PutRequest,
  type RangeRequest,
  rangeOf,
  type RequestOp,
  type TxnRequest,
} from "./messages.ts";
import type { Quota } from "./quota.ts";

/** The KV service: ranges, puts, deletes, transactions, compaction. */
export function kvHandlers({
  store,
  member,
  quota,
}: {
  readonly store: Store;
  readonly member: Member;
  readonly quota: Quota;
}): Record<string, UnaryHandler> {
  const head = (revision: Revision) => header(member, revision);
  const transact = async (request: TxnRequest) => {
    checkRequests(request, OPERATIONS_MAX);
    if (hasPuts(request)) await quota.check();
    const { succeeded, revision, results } = await store.transact(transactionOf(request));
    return {
      header: head(revision),
      succeeded,
      responses: responsesOf(request, { succeeded, results }, head(revision)),
    };
  };
  return {
    Range: answering(async (request: RangeRequest) => {
      const result = await store.range(rangeOptions(request));
      return shaped(request, result, head(result.revision));
    }),
    Put: answering(async (request: PutRequest) => {
      checkPut(request);
      await quota.check();
      const { revision, results } = await store.transact({ compare: [], success: [putOf(request)], failure: [] });
      const [done] = results;
      const previous = request.prevKv && done?.type === "put" ? done.previous : undefined;
      return { header: head(revision), ...(previous && { prevKv: keyValue(previous) }) };
    }),
    DeleteRange: answering(async (request: DeleteRangeRequest) => {
      const { responses, header: at } = await transact({
        compare: [],
        success: [{ requestDeleteRange: request }],
        failure: [],
      });
      return { ...(responses[0] as { responseDeleteRange: object }).responseDeleteRange, header: at };
    }),
    Txn: answering(transact),
    Compact: answering(async ({ revision }: { readonly revision: number }) => {
      await store.compact(revision);
      return { header: head(await store.revision()) };
    }),
  };
}

function putOf({ key, value, lease, ignoreValue, ignoreLease }: PutRequest): PutOperation {
  const keep = ignoreValue ? (ignoreLease ? "both" : "value") : ignoreLease ? "lease" : undefined;
  return { type: "put", key: keyText(key), value: owned(value), lease, ...(keep && { keep }) };
}

/** A copy: what came is a part of what was read from the socket, and would keep all of that in memory. */
function owned(value: Uint8Array): Uint8Array {
  return Buffer.from(value);
}

function rangeOptions(request: RangeRequest) {
  const { key, rangeEnd, limit, revision, keysOnly, countOnly } = request;
  if (key.length === 0) throw emptyKey();
  // Sorted or filtered, all of them have to be looked at.
  return {
    ...rangeOf(key, rangeEnd),
    revision,
    limit: isPlain(request) ? limit : 0,
    keysOnly: keysOnly && request.sortTarget !== "VALUE",
    countOnly,
  };
}

function isPlain(request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision, sortOrder, sortTarget } = request;
  const unfiltered = !minModRevision && !maxModRevision && !minCreateRevision && !maxCreateRevision;
  return unfiltered && sortOrder !== "DESCEND" && sortTarget === "KEY";
}

/** The part of a range response that the request's filters, order and limit leave. */
function shaped(request: RangeRequest, result: RangeResult, at: ResponseHeader): RangeResponse {
  const { count } = result;
  if (isPlain(request)) return new RangeResponse({ header: at, entries: result.entries, more: result.more, count });
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision, limit, keysOnly } = request;
  const kept = result.entries.filter(
    ({ modRevision, createRevision }) =>
      (!minModRevision || modRevision >= minModRevision) &&
      (!maxModRevision || modRevision <= maxModRevision) &&
      (!minCreateRevision || createRevision >= minCreateRevision) &&
      (!maxCreateRevision || createRevision <= maxCreateRevision),
  );
  const sorted = kept.sort(ORDERS[request.sortTarget]);
  if (request.sortOrder === "DESCEND") sorted.reverse();
  const shown = limit > 0 ? sorted.slice(0, limit) : sorted;
  const entries = keysOnly ? shown.map((entry) => ({ ...entry, value: new Uint8Array(0) })) : shown;
  return new RangeResponse({ header: at, entries, more: shown.length < sorted.length, count });
}

const ORDERS: Readonly<Record<RangeRequest["sortTarget"], (a: Entry, b: Entry) => number>> = {
  KEY: () => 0,
  VERSION: (a, b) => a.version - b.version,
  CREATE: (a, b) => a.createRevision - b.createRevision,
  MOD: (a, b) => a.modRevision - b.modRevision,
  VALUE: (a, b) => Buffer.compare(a.value, b.value),
};

function checkPut({ key, value, lease, ignoreValue, ignoreLease }: PutRequest): void {
  if (key.length === 0) throw emptyKey();
  if (ignoreValue && value.length > 0) throw new GrpcError("invalidArgument", "etcdserver: value is provided");
  if (ignoreLease && lease !== 0) throw new GrpcError("invalidArgument", "etcdserver: lease is provided");
}

/** `most`: conditions, and operations of a branch; a transaction inside another has what that one leaves. */
function checkRequests({ compare, success, failure }: TxnRequest, most: number): void {
  const count = Math.max(compare.length, success.length, failure.length);
  if (count > most) throw new GrpcError("invalidArgument", "etcdserver: too many operations in txn request");
  for (const condition of compare) if (condition.key.length === 0) throw emptyKey();
  for (const { requestPut, requestRange, requestDeleteRange, requestTxn } of [...success, ...failure]) {
    if (requestPut) checkPut(requestPut);
    if ((requestRange ?? requestDeleteRange)?.key.length === 0) throw emptyKey();
    if (requestTxn) checkRequests(requestTxn, most - count);
  }
}

function hasPuts({ success, failure }: TxnRequest): boolean {
  return [...success, ...failure].some(
    ({ requestPut, requestTxn }) => requestPut !== undefined || (requestTxn !== undefined && hasPuts(requestTxn)),
  );
}

const OPERATORS = { EQUAL: "=", NOT_EQUAL: "!=", LESS: "<", GREATER: ">" } as const;
const TARGETS = {
  VERSION: "version",
  CREATE: "createRevision",
  MOD: "modRevision",
  LEASE: "lease",
} as const;

function compareOf(message: CompareMessage): Compare {
  const { start: key, end } = rangeOf(message.key, message.rangeEnd);
  const range = message.rangeEnd.length > 0 ? { key, end } : { key };
  const operator = OPERATORS[message.result];
  if (message.target === "VALUE")
    return { ...range, operator, target: "value", value: message.value ?? new Uint8Array(0) };
  const target = TARGETS[message.target];
  if (target === undefined || operator === undefined)
    throw new GrpcError("invalidArgument", "etcdserver: the comparison is of an unknown kind");
  return { ...range, operator, target, value: message[target] ?? 0 };
}

function transactionOf({ compare, success, failure }: TxnRequest): Transaction {
  return { compare: compare.map(compareOf), success: success.map(operationOf), failure: failure.map(operationOf) };
}

function operationOf({ requestRange, requestPut, requestDeleteRange, requestTxn }: RequestOp): Operation {
  if (requestRange) return { type: "range", ...rangeOptions(requestRange) };
  if (requestPut) return putOf(requestPut);
  if (requestDeleteRange) {
    const { key, rangeEnd } = requestDeleteRange;
    return rangeEnd.length === 0
      ? { type: "delete", key: keyText(key) }
      : { type: "deleteRange", ...rangeOf(key, rangeEnd) };
  }
  if (requestTxn) return { type: "transaction", ...transactionOf(requestTxn) };
  throw new GrpcError("invalidArgument", "etcdserver: the operation is empty");
}

/** What the operations of the branch that was taken did. */
function responsesOf(
  request: TxnRequest,
  { succeeded, results }: { readonly succeeded: boolean; readonly results: readonly OperationResult[] },
  at: ResponseHeader,
): object[] {
  const operations = succeeded ? request.success : request.failure;
  return results.map((result, index) => responseOf(operations[index]!, result, at));
}

function responseOf(request: RequestOp, result: OperationResult, at: ResponseHeader): object {
  switch (result.type) {
    case "put": {
      const previous = request.requestPut!.prevKv ? result.previous : undefined;
      return { responsePut: { header: at, ...(previous && { prevKv: keyValue(previous) }) } };
    }
    case "delete": {
      const prevKvs = request.requestDeleteRange!.prevKv ? result.previous.map(keyValue) : [];
      return { responseDeleteRange: { header: at, deleted: result.previous.length, prevKvs } };
    }
    case "range":
      return { responseRange: shaped(request.requestRange!, result, at) };
    case "transaction": {
      const { succeeded } = result;
      return { responseTxn: { header: at, succeeded, responses: responsesOf(request.requestTxn!, result, at) } };
    }
    default:
      return result satisfies never;
  }
}

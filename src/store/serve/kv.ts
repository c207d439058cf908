import { GrpcError, type UnaryHandler } from "../../net/index.ts";
import { OPERATIONS_MAX } from "../memory/index.ts";
import type { Compare, Entry, Operation, OperationResult, RangeResult, Revision, Store } from "../store.ts";
import { header, RangeResponse, type ResponseHeader } from "./encode.ts";
import { answering, emptyKey, notServed } from "./errors.ts";
import {
  type CompareMessage,
  type DeleteRangeRequest,
  keyText,
  keyValue,
  type Member,
  type PutRequest,
  type RangeRequest,
  rangeOf,
  type RequestOp,
  type TxnRequest,
} from "./messages.ts";
import type { Quota } from "./quota.ts";

/** How often a put that keeps the value or the lease is tried while others change the key. */
const ATTEMPTS_MAX = 100;

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
    checkRequests(request);
    if ([...request.success, ...request.failure].some(({ requestPut }) => requestPut)) await quota.check();
    const { succeeded, revision, results } = await store.transact({
      compare: request.compare.map(compareOf),
      success: request.success.map(operationOf),
      failure: request.failure.map(operationOf),
    });
    const operations = succeeded ? request.success : request.failure;
    const responses = results.map((result, index) => responseOf(operations[index]!, result, head(revision)));
    return { header: head(revision), succeeded, responses };
  };
  return {
    Range: answering(async (request: RangeRequest) => {
      const result = await store.range(rangeOptions(request));
      return shaped(request, result, head(result.revision));
    }),
    Put: answering(async (request: PutRequest) => {
      checkPut(request);
      await quota.check();
      const { revision, previous } = await put(store, request);
      return { header: head(revision), ...(request.prevKv && previous && { prevKv: keyValue(previous) }) };
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

async function put(
  store: Store,
  request: PutRequest,
): Promise<{ readonly revision: Revision; readonly previous: Entry | undefined }> {
  const key = keyText(request.key);
  const { ignoreValue, ignoreLease } = request;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const now = ignoreValue || ignoreLease ? (await store.get(key)).entry : undefined;
    if ((ignoreValue || ignoreLease) && !now) throw new GrpcError("invalidArgument", "etcdserver: key not found");
    const value = ignoreValue ? now!.value : owned(request.value);
    const lease = ignoreLease ? now!.lease : request.lease;
    const result = await store.transact({
      compare: now ? [{ key, target: "modRevision", operator: "=", value: now.modRevision }] : [],
      success: [{ type: "put", key, value, lease }],
      failure: [],
    });
    const [done] = result.results;
    if (result.succeeded && done?.type === "put") return { revision: result.revision, previous: done.previous };
  }
  throw new GrpcError("aborted", "etcdserver: the key changes too often to keep its value");
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

function checkRequests({ compare, success, failure }: TxnRequest): void {
  if (Math.max(compare.length, success.length, failure.length) > OPERATIONS_MAX)
    throw new GrpcError("invalidArgument", "etcdserver: too many operations in txn request");
  for (const condition of compare) if (condition.key.length === 0) throw emptyKey();
  for (const { requestPut, requestRange, requestDeleteRange } of [...success, ...failure]) {
    if (requestPut) {
      checkPut(requestPut);
      if (requestPut.ignoreValue || requestPut.ignoreLease)
        throw notServed("a put that keeps its value or lease inside a transaction");
    }
    if ((requestRange ?? requestDeleteRange)?.key.length === 0) throw emptyKey();
  }
}

const OPERATORS = { EQUAL: "=", NOT_EQUAL: "!=", LESS: "<", GREATER: ">" } as const;
const TARGETS = {
  VERSION: "version",
  CREATE: "createRevision",
  MOD: "modRevision",
  LEASE: "lease",
} as const;

function compareOf(message: CompareMessage): Compare {
  if (message.rangeEnd.length > 0) throw notServed("a comparison of a whole range");
  const key = keyText(message.key);
  const operator = OPERATORS[message.result];
  if (message.target === "VALUE") return { key, operator, target: "value", value: message.value ?? new Uint8Array(0) };
  const target = TARGETS[message.target];
  if (target === undefined || operator === undefined)
    throw new GrpcError("invalidArgument", "etcdserver: the comparison is of an unknown kind");
  return { key, operator, target, value: message[target] ?? 0 };
}

function operationOf(request: RequestOp): Operation {
  const { requestRange, requestPut, requestDeleteRange } = request;
  if (requestRange) return { type: "range", ...rangeOptions(requestRange) };
  if (requestPut) {
    const { key, value, lease } = requestPut;
    return { type: "put", key: keyText(key), value: owned(value), lease };
  }
  if (requestDeleteRange) {
    const { key, rangeEnd } = requestDeleteRange;
    return rangeEnd.length === 0
      ? { type: "delete", key: keyText(key) }
      : { type: "deleteRange", ...rangeOf(key, rangeEnd) };
  }
  throw request.requestTxn
    ? notServed("a transaction inside a transaction")
    : new GrpcError("invalidArgument", "etcdserver: the operation is empty");
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
    default:
      return result satisfies never;
  }
}

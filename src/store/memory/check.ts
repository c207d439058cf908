import { StoreError } from "../errors.ts";
import type { Compare, KeyRange, Operation, Transaction } from "../store.ts";
import { admitKey, compareKeys } from "./keys.ts";

/** Bytes of keys and values that one transaction may carry. */
const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;
/** Conditions, and operations of one branch; a transaction inside another has what that one leaves. */
export const OPERATIONS_MAX = 128;

/** Throws when a transaction is too large or contradicts itself, before anything of it has happened. */
export function checkTransaction(transaction: Transaction): void {
  checkCounts(transaction, OPERATIONS_MAX);
  const bytes = transactionBytes(transaction);
  if (bytes > REQUEST_BYTES_MAX)
    throw new StoreError("tooLarge", `transact: request is ${bytes} bytes, wanted at most ${REQUEST_BYTES_MAX}`);
  checkBranch(transaction.success);
  checkBranch(transaction.failure);
}

function checkCounts({ compare, success, failure }: Transaction, most: number): void {
  const count = Math.max(compare.length, success.length, failure.length);
  if (count > most) throw new StoreError("tooLarge", `transact: too many operations, wanted at most ${OPERATIONS_MAX}`);
  for (const branch of [success, failure])
    for (const operation of branch) if (operation.type === "transaction") checkCounts(operation, most - count);
}

function transactionBytes({ compare, success, failure }: Transaction): number {
  let bytes = 0;
  for (const condition of compare) bytes += conditionBytes(condition);
  for (const operation of success) bytes += operationBytes(operation);
  for (const operation of failure) bytes += operationBytes(operation);
  return bytes;
}

function conditionBytes(condition: Compare): number {
  const { key, end = "" } = condition;
  return key.length + end.length + (condition.target === "value" ? condition.value.length : 8);
}

function operationBytes(operation: Operation): number {
  switch (operation.type) {
    case "put":
      return operation.key.length + operation.value.length;
    case "delete":
      return operation.key.length;
    case "transaction":
      return transactionBytes(operation);
    case "deleteRange":
    case "range":
      return operation.start.length + operation.end.length;
    default:
      return operation satisfies never;
  }
}

/** What a branch may change, whichever way the transactions in it go. */
interface Changed {
  readonly puts: Set<string>;
  readonly deletes: KeyRange[];
}

function checkBranch(operations: readonly Operation[]): void {
  // The one operation that most branches have contradicts nothing.
  if (operations.length < 2 && operations[0]?.type !== "transaction") admitKeys(operations);
  else changedBy(operations);
}

function admitKeys(operations: readonly Operation[]): void {
  for (const operation of operations) if (operation.type === "put") admitKey(operation.key);
}

function changedBy(operations: readonly Operation[]): Changed {
  admitKeys(operations);
  const changed: Changed = { puts: new Set(), deletes: [] };
  for (const operation of operations) {
    if (operation.type === "delete") changed.deletes.push(rangeOf(operation.key));
    else if (operation.type === "deleteRange") changed.deletes.push(operation);
  }
  for (const operation of operations) if (operation.type === "transaction") addInner(changed, operation);
  for (const operation of operations) if (operation.type === "put") addPut(changed, operation.key);
  return changed;
}

/** Of an inner transaction only one branch happens: both may put the same key. */
function addInner(changed: Changed, inner: Transaction): void {
  const [success, failure] = [changedBy(inner.success), changedBy(inner.failure)];
  for (const key of new Set([...success.puts, ...failure.puts])) addPut(changed, key);
  changed.deletes.push(...success.deletes, ...failure.deletes);
}

function addPut({ puts, deletes }: Changed, key: string): void {
  if (puts.has(key) || deletes.some((range) => isIn(range, key)))
    throw new StoreError("invalid", `transact: key ${key} is changed twice, wanted once`);
  puts.add(key);
}

function rangeOf(key: string): KeyRange {
  return { start: key, end: `${key}\0` };
}

function isIn({ start, end }: KeyRange, key: string): boolean {
  return compareKeys(key, start) >= 0 && compareKeys(key, end) < 0;
}

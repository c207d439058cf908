import { StoreError } from "../errors.ts";
import type { Compare, Operation, Transaction } from "../store.ts";
import { admitKey, compareKeys } from "./keys.ts";

/** Bytes of keys and values that one transaction may carry. */
export const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;
/** Conditions, and operations of one branch. */
export const OPERATIONS_MAX = 128;

/** Throws when a transaction is too large or contradicts itself, before anything of it has happened. */
export function checkTransaction({ compare, success, failure }: Transaction): void {
  if (compare.length > OPERATIONS_MAX || success.length > OPERATIONS_MAX || failure.length > OPERATIONS_MAX)
    throw new StoreError("tooLarge", `transact: too many operations, wanted at most ${OPERATIONS_MAX}`);
  let bytes = 0;
  for (const condition of compare) bytes += conditionBytes(condition);
  for (const operation of success) bytes += operationBytes(operation);
  for (const operation of failure) bytes += operationBytes(operation);
  if (bytes > REQUEST_BYTES_MAX)
    throw new StoreError("tooLarge", `transact: request is ${bytes} bytes, wanted at most ${REQUEST_BYTES_MAX}`);
  checkBranch(success);
  checkBranch(failure);
}

function conditionBytes(condition: Compare): number {
  return condition.key.length + (condition.target === "value" ? condition.value.length : 8);
}

function operationBytes(operation: Operation): number {
  switch (operation.type) {
    case "put":
      return operation.key.length + operation.value.length;
    case "delete":
      return operation.key.length;
    default:
      return operation.start.length + operation.end.length;
  }
}

function checkBranch(operations: readonly Operation[]): void {
  for (const operation of operations) if (operation.type === "put") admitKey(operation.key);
  if (operations.length < 2) return;
  const put = new Set<string>();
  for (const operation of operations) {
    if (operation.type !== "put") continue;
    if (put.has(operation.key)) throw twice(operation.key);
    put.add(operation.key);
  }
  for (const operation of operations) {
    if (operation.type === "delete" && put.has(operation.key)) throw twice(operation.key);
    if (operation.type !== "deleteRange") continue;
    for (const key of put)
      if (compareKeys(key, operation.start) >= 0 && compareKeys(key, operation.end) < 0) throw twice(key);
  }
}

function twice(key: string): StoreError {
  return new StoreError("invalid", `transact: key ${key} is changed twice, wanted once`);
}

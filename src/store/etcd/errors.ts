import { GrpcError } from "../../net/index.ts";
import { type StoreErrorCode, StoreError } from "../errors.ts";

/** What etcd says, and what it means here. Its texts are what tells errors of one status apart. */
const TEXTS: ReadonlyArray<readonly [text: string, code: StoreErrorCode]> = [
  ["required revision has been compacted", "compacted"],
  ["required revision is a future revision", "future"],
  ["request is too large", "tooLarge"],
  ["too many operations", "tooLarge"],
  ["message larger than max", "tooLarge"],
  ["duplicate key given", "invalid"],
  ["key is not provided", "invalid"],
  ["key not found", "keyNotFound"],
  ["requested lease not found", "leaseNotFound"],
  ["lease already exists", "leaseExists"],
  ["too large lease TTL", "invalid"],
  ["database space exceeded", "noSpace"],
];

/** The store's error for a call that failed; what is no answer of etcd's passes as it is. */
export function storeError(cause: unknown, action: string): unknown {
  if (!(cause instanceof GrpcError)) return cause;
  const code = TEXTS.find(([text]) => cause.message.includes(text))?.[1] ?? "unavailable";
  return new StoreError(code, `${action}: etcd answered ${cause.code}`, { cause });
}

/** Whether another endpoint may do better. */
export function isEndpointTrouble(error: unknown): boolean {
  // A stream that goes down with its connection says that it was cancelled.
  return error instanceof GrpcError && ["unavailable", "deadlineExceeded", "cancelled"].includes(error.code);
}

/** Whether a request can't have reached etcd. */
export function neverSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (["ECONNREFUSED", "ENOENT", "EHOSTUNREACH", "ENOTFOUND"].includes((cause as { code?: string }).code ?? ""))
      return true;
    if (cause instanceof GrpcError && cause.message.includes("no connection")) return true;
  }
  return false;
}

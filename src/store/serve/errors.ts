import { GrpcError, type GrpcStatusName } from "../../net/index.ts";
import { StoreError, type StoreErrorCode } from "../errors.ts";

const ANSWERS: Readonly<Record<StoreErrorCode, readonly [GrpcStatusName, string]>> = {
  compacted: ["outOfRange", "etcdserver: mvcc: required revision has been compacted"],
  future: ["outOfRange", "etcdserver: mvcc: required revision is a future revision"],
  invalid: ["invalidArgument", "etcdserver: duplicate key given in txn request"],
  keyNotFound: ["invalidArgument", "etcdserver: key not found"],
  leaseNotFound: ["notFound", "etcdserver: requested lease not found"],
  leaseExists: ["failedPrecondition", "etcdserver: lease already exists"],
  tooLarge: ["invalidArgument", "etcdserver: request is too large"],
  noSpace: ["resourceExhausted", "etcdserver: mvcc: database space exceeded"],
  corrupt: ["dataLoss", "etcdserver: corrupt cluster"],
  newerFormat: ["failedPrecondition", "etcdserver: the data directory is of a newer version"],
  locked: ["unavailable", "etcdserver: the data directory is in use"],
  unavailable: ["unavailable", "etcdserver: the store can't be written to, restart the server"],
  closed: ["unavailable", "etcdserver: server stopped"],
};

export const emptyKey = () => new GrpcError("invalidArgument", "etcdserver: key is not provided");

/** What isn't served is refused by name. */
export function notServed(what: string): GrpcError {
  return new GrpcError("unimplemented", `etcdserver: ${what} is not served here`);
}

/** A handler whose store errors go out as etcd's. */
export function answering<Request extends object>(
  handle: (request: Request) => Promise<object>,
): (request: Request) => Promise<object> {
  return async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      throw etcdError(error);
    }
  };
}

export function etcdError(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const [code, message] = ANSWERS[error.code];
  return new GrpcError(code, message, { cause: error });
}

import { internal, statusError } from "../../api/index.ts";
import { StoreError } from "../../store/index.ts";

/** A store's failure as clients see it. */
export function storeFailure(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  switch (error.code) {
    case "tooLarge":
      return statusError({ code: 500, reason: "", message: "etcdserver: request is too large" }, { cause: error });
    case "noSpace":
      return statusError(
        { code: 500, reason: "", message: "etcdserver: mvcc: database space exceeded" },
        { cause: error },
      );
    default:
      return internal(error.message, { cause: error });
  }
}

/** Whether a failure that clients see is the store's of what is too large for it. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof StoreError && error.cause.code === "tooLarge";
}

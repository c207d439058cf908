import { unless } from "../../base/index.ts";

/** Why a runtime refused. `retryable` ones may pass by themselves. */
export type CriErrorCode =
  | "not-found"
  | "already-exists"
  | "invalid-argument"
  | "failed-precondition"
  | "deadline-exceeded"
  | "unavailable"
  | "unimplemented"
  | "cancelled"
  | "unknown";

/** What a runtime answers instead of a result. The message is the runtime's own: it appears in events. */
export class CriError extends Error {
  override readonly name = "CriError";
  readonly code: CriErrorCode;
  constructor(code: CriErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get retryable(): boolean {
    return this.code === "unavailable" || this.code === "deadline-exceeded";
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof CriError && error.code === "not-found";
}

/** What was asked for or done; undefined when the runtime has no such thing: ending what is gone is done already. */
export function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  return unless(isNotFound, work);
}

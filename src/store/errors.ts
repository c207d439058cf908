/**
 * - `compacted`: the revision asked for is no longer kept. Not retryable as it is.
 * - `future`: the revision asked for has not happened yet. Retryable.
 * - `invalid`: the request contradicts itself (no key, the same key twice in one transaction, text that is no Unicode). Not
 *   retryable.
 * - `keyNotFound`: a put that keeps the value or the lease of a key that isn't there. Not retryable.
 * - `leaseNotFound`: the lease named by a request has ended or never was. Not retryable.
 * - `leaseExists`: the lease that is to be made is there already. Not retryable.
 * - `tooLarge`: a request is over the limit. Not retryable.
 * - `noSpace`: the disk or the quota is full; nothing was written. Retryable once there is room.
 * - `corrupt`: what is on disk is damaged. Not retryable.
 * - `newerFormat`: the directory was written by a newer version. Not retryable.
 * - `locked`: another process has the directory open. Retryable.
 * - `unavailable`: the store can't be reached now; a write may or may not have happened. Retryable.
 * - `closed`: the store has been closed. Not retryable.
 */
export type StoreErrorCode =
  | "compacted"
  | "future"
  | "invalid"
  | "keyNotFound"
  | "leaseNotFound"
  | "leaseExists"
  | "tooLarge"
  | "noSpace"
  | "corrupt"
  | "newerFormat"
  | "locked"
  | "unavailable"
  | "closed";

/** Every operating error of a store. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Why a container or a pod could not be brought up: the reason its status shows, and what to tell. */
export class SyncError extends Error {
  override readonly name = "SyncError";
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What the machine refused. */
export type HostErrorCode = "not-found" | "escapes" | "not-directory" | "unsupported" | "failed" | "missing-program";

/** Thrown by hosts; the message names the path or program. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code: HostErrorCode;
  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

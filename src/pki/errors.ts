/** What went wrong, for callers that act on it. */
export type PkiErrorCode =
  | "malformed"
  | "unsupported"
  | "badSignature"
  | "unknownKey"
  | "expired"
  | "notYetValid"
  | "untrusted"
  | "wrongUsage"
  | "wrongName"
  | "wrongIssuer"
  | "wrongAudience";

/** A certificate, key or token that can't be used. None of these is worth retrying with the same input. */
export class PkiError extends Error {
  override readonly name = "PkiError";
  readonly code: PkiErrorCode;

  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What went wrong on the wire, for callers that act on it. */
export type NetErrorCode =
  /** The body is longer than the reader allows. Not retryable. */
  | "bodyTooLarge"
  /** The other end went away in the middle. Retryable when the request is. */
  | "connectionLost"
  /** No connection could be made, TLS included. Retryable. */
  | "connectFailed"
  /** It took longer than allowed. */
  | "timeout"
  /** The other end broke the protocol. Not retryable. */
  | "protocol"
  /** The server answered a request for another protocol with something else. */
  | "upgradeRefused"
  | "aborted"
  | "unsupported";

export class NetError extends Error {
  override readonly name = "NetError";
  readonly code: NetErrorCode;

  constructor(code: NetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Requests and responses as the API server and its clients pass them: our own types, so that a cluster in one process
 * hands over objects without a socket. The HTTP adapters translate.
 */

/** Who makes a request. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the connection says about its other end. */
export interface Peer {
  /** IP address, or "" when there is no socket. */
  readonly address: string;
  /** DER of the client certificate that TLS verified against the accepted authorities. */
  readonly certificate?: Uint8Array;
  /** Set only by the in-process transport: the component that calls. The HTTP adapter never sets it. */
  readonly identity?: UserInfo;
}

export type RequestBody =
  | { readonly type: "none" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** An in-process caller's object, JSON-shaped; it must not change after the call. */
  | { readonly type: "object"; readonly value: unknown }
  | { readonly type: "stream"; readonly chunks: AsyncIterable<Uint8Array> };

/** A byte pipe both ways: an upgraded connection, a WebSocket's payload, a port. */
export interface Duplex {
  readonly incoming: AsyncIterable<Uint8Array>;
  write(chunk: Uint8Array): Promise<void>;
  close(): void;
}

export interface ApiRequest {
  readonly method: string;
  /** As received, still percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; "" for none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Only towards a server far away: headers with several values, which go as a line each. */
  readonly repeatedHeaders?: Readonly<Record<string, readonly string[]>>;
  /** Off a socket: the values of a header, one for each line that it was sent in. Ask {@link headerLines}. */
  readonly linesOf?: (name: string) => readonly string[];
  readonly body: RequestBody;
  readonly peer: Peer;
  readonly signal: AbortSignal;
  /** Present when the client asked to upgrade and the transport can: take it to answer with an upgrade. */
  readonly upgrade?: UpgradeOffer;
}

/** The other protocols that the transport can switch this connection to. */
export interface UpgradeOffer {
  /** "websocket" or "spdy/3.1", from the Upgrade header (lower case). */
  readonly protocol: string;
  /** WebSocket or stream protocols the client offers, in its order. */
  readonly subprotocols: readonly string[];
}

export interface WatchFrame {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

export type ResponseBody =
  | { readonly type: "none" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** Only to callers that accept {@link OBJECT_MEDIA_TYPE}: a shared object, which nobody may change. */
  | { readonly type: "object"; readonly value: unknown }
  /** Same, for watches: batches of events as they happen. */
  | { readonly type: "events"; readonly batches: AsyncIterable<readonly WatchFrame[]> }
  | {
      readonly type: "stream";
      readonly chunks: AsyncIterable<Uint8Array>;
      /** For who has done with a chunk, as when it was sent: its memory may then be used again. Nobody needs to call it. */
      readonly release?: (chunk: Uint8Array) => void;
    }
  /**
   * Answer with the protocol switch: `serve` gets the other end's channels or streams and works until all is over. From a
   * client of a server far away it joins them with that server's, so that a proxy may return the answer as it is; use
   * `connectUpgrade` to get a connection of one's own.
   */
  | {
      readonly type: "upgrade";
      readonly subprotocol?: string;
      /** Of a WebSocket without a subprotocol: what kind of messages it carries, text unless this says otherwise. */
      readonly messages?: "binary";
      readonly serve: (connection: UpgradedConnection) => Promise<void>;
    }
  /**
   * Only over sockets: another server made the protocol switch. The response's headers are its own, those of the switch
   * included, and the bytes of both ends go on as they are, whatever protocol it is.
   */
  | { readonly type: "tunnel"; readonly pipe: Duplex & { end(): Promise<void> } };

/** A connection after the switch: numbered (WebSocket channels) or named (SPDY) streams over one socket. */
export interface UpgradedConnection {
  readonly protocol: "websocket" | "spdy/3.1";
  readonly subprotocol: string;
  /** The next stream the client opens (SPDY), or each channel of a WebSocket in turn; ends with the connection. */
  readonly streams: AsyncIterable<UpgradedStream>;
  /** WebSocket: the channel with this number, made on first use. */
  channel(number: number): UpgradedStream;
  /** SPDY: opens a stream with these headers (lower-case names) and waits for the other end to accept it. */
  open(headers: Readonly<Record<string, string>>): Promise<UpgradedStream>;
  close(): void;
  readonly closed: Promise<void>;
}

export interface UpgradedStream extends Duplex {
  /** SPDY stream headers (lower case names); empty for WebSocket channels. */
  readonly headers: Readonly<Record<string, string>>;
  /** WebSocket channel number or SPDY stream id. */
  readonly id: number;
  /** Ends our direction only. */
  end(): Promise<void>;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case; content-type included. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ResponseBody;
}

/** The values of a header that may stand there several times; in `headers` they are joined, as if commas in them meant nothing. */
export function headerLines({ linesOf, headers }: ApiRequest, name: string): readonly string[] {
  if (linesOf) return linesOf(name);
  return headers[name] === undefined ? [] : headers[name].split(/, */);
}

/** Anything that answers requests. */
export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

/** What in-process callers accept that take objects as they are. */
export const OBJECT_MEDIA_TYPE = "application/vnd.navarch.object";

/** An Accept value without {@link OBJECT_MEDIA_TYPE}: objects can't leave the process, and not everyone may share them. */
export function acceptingBytes(accept: string): string {
  if (!accept.includes(OBJECT_MEDIA_TYPE)) return accept;
  const clauses = accept.split(",").map((clause) => clause.trim());
  return clauses.filter((clause) => !clause.startsWith(OBJECT_MEDIA_TYPE)).join(", ");
}

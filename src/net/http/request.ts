import { acceptingBytes, type ApiRequest, type Peer, type RequestBody, type UpgradeOffer } from "../message.ts";

/** Tells `gone` when the client goes before it is answered; may call back at once. */
export type WatchClient = (gone: () => void) => void;

export interface SocketRequestParts {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly linesOf: (name: string) => readonly string[];
  readonly body: RequestBody;
  readonly peer: Peer;
  readonly watchClient: WatchClient;
  readonly upgrade?: UpgradeOffer;
}

/** A request off a socket. Its signal is made when somebody asks for it: most requests are over before. */
export class SocketRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly linesOf: (name: string) => readonly string[];
  readonly body: RequestBody;
  readonly peer: Peer;
  readonly upgrade?: UpgradeOffer;
  readonly #watchClient: WatchClient;
  #controller: AbortController | undefined;

  constructor(parts: SocketRequestParts) {
    const { target } = parts;
    const mark = target.indexOf("?");
    this.method = parts.method;
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? "" : target.slice(mark + 1);
    this.headers = forBytes(parts.headers);
    this.linesOf = parts.linesOf;
    this.body = parts.body;
    this.peer = parts.peer;
    if (parts.upgrade) this.upgrade = parts.upgrade;
    this.#watchClient = parts.watchClient;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      this.#watchClient(() => controller.abort());
    }
    return this.#controller.signal;
  }

  /** Tells the handler to stop: the server is closing. */
  abort(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort();
  }

  /** Whether the answer goes on until somebody ends it. */
  get isLongRunning(): boolean {
    return /(?:^|&)(?:watch|follow)=(?!false|0)/.test(this.query) || this.path.includes("/watch/");
  }
}

/** Only bytes can be answered here. */
function forBytes(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { accept } = headers;
  const acceptable = accept && acceptingBytes(accept);
  return acceptable === accept ? headers : { ...headers, accept: acceptable! };
}

import type { Clock } from "../../base/index.ts";
import {
  type CallOptions,
  type ClientTls,
  createGrpcChannel,
  GrpcError,
  type GrpcChannel,
  type GrpcMethod,
} from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import { isEndpointTrouble, neverSent, storeError } from "./errors.ts";

const CALL_TIMEOUT_MS = 10_000;
/** etcd refuses to be asked more often than every 5 s. */
const KEEP_ALIVE = { everyMs: 6_000, timeoutMs: 4_000 };

/** The members of an etcd cluster: calls go to one until it fails, then to the next. */
export class Endpoints {
  readonly #channels: readonly GrpcChannel[];
  #current = 0;

  constructor({ endpoints, tls, clock }: { endpoints: readonly string[]; tls?: ClientTls; clock: Clock }) {
    if (endpoints.length === 0) throw new TypeError("open etcd store: no endpoint, want at least one");
    this.#channels = endpoints.map((endpoint) => {
      const target = endpoint.includes("://") ? endpoint : `${tls ? "https" : "http"}://${endpoint}`;
      return createGrpcChannel({ target, clock, keepAlive: KEEP_ALIVE, ...(tls && { tls }) });
    });
  }

  get current(): GrpcChannel {
    return this.#channels[this.#current]!;
  }

  /** Leaves a member that failed, unless someone has already. */
  leave(failed: GrpcChannel, error?: unknown): void {
    // Whoever doesn't answer may be gone without a word, or come back while the connection still waits for the old one.
    if (error instanceof GrpcError && error.code === "deadlineExceeded") failed.reset();
    if (failed === this.current) this.#current = (this.#current + 1) % this.#channels.length;
  }

  /** A call that may be repeated. */
  read<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    request: Request,
  ): Promise<Response> {
    return this.#call(method, request, isEndpointTrouble);
  }

  /** A call that changes something: repeated only when it can't have arrived. */
  write<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    request: Request,
  ): Promise<Response> {
    return this.#call(method, request, neverSent);
  }

  /** One answer of a method that streams; may be repeated. */
  async first<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const channel = this.current;
    try {
      for await (const response of channel.stream(method, [request], { timeoutMs: CALL_TIMEOUT_MS })) return response;
    } catch (error) {
      if (isEndpointTrouble(error)) this.leave(channel, error);
      throw storeError(error, method.name.toLowerCase());
    }
    throw new StoreError("unavailable", `${method.name.toLowerCase()}: etcd ended the stream without an answer`);
  }

  async #call<Request extends object, Response extends object>(
    method: GrpcMethod<Request, Response>,
    request: Request,
    mayRepeat: (error: unknown) => boolean,
  ): Promise<Response> {
    const options: CallOptions = { timeoutMs: CALL_TIMEOUT_MS };
    for (let attempt = 1; ; attempt++) {
      const channel = this.current;
      try {
        return await channel.unary(method, request, options);
      } catch (error) {
        if (isEndpointTrouble(error)) this.leave(channel, error);
        if (attempt >= this.#channels.length || !mayRepeat(error)) throw storeError(error, method.name.toLowerCase());
      }
    }
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }
}

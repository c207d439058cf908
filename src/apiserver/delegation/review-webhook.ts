import { Buffer } from "node:buffer";
import type { Clock } from "../../base/index.ts";
import { type Handler, makeRequest, readBody } from "../../net/index.ts";

/** A server behind a kubeconfig, and the path at which it is asked. */
export interface WebhookServer {
  readonly handle: Handler;
  readonly path: string;
}

export interface ReviewWebhookOptions {
  readonly server: WebhookServer;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly backoffMs?: number;
}

const TIMEOUT_MS = 30_000;
const BACKOFF_MS = 500;
const BACKOFF_FACTOR = 1.5;
const TRIES_MAX = 5;
const BODY_BYTES_MAX = 1024 * 1024;

/** What clients of Kubernetes make of statuses. */
const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  403: "the server does not allow access to the requested resource",
  404: "the server could not find the requested resource",
  429: "the server has received too many requests and has asked us to try again later",
};

/** A server could not be asked, or said nothing that makes sense. */
class ReviewError extends Error {
  override readonly name = "ReviewError";
}

/** Sends an object to a server and returns its `status`; some times over while the server is in trouble. */
export async function askReview(
  review: object,
  { server, clock, timeoutMs = TIMEOUT_MS, backoffMs = BACKOFF_MS }: ReviewWebhookOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = Buffer.from(JSON.stringify(review));
  for (let tries = 1, waitMs = backoffMs; ; tries++, waitMs *= BACKOFF_FACTOR) {
    const { status, text } = await send(bytes, { server, clock, timeoutMs });
    if (status >= 200 && status < 300) return statusIn(text);
    // What a server can't take it can't take a second time; trouble of its own may pass.
    const mayPass = status === 429 || status >= 500;
    if (!mayPass || tries === TRIES_MAX)
      throw new ReviewError(
        STATUS_TEXTS[status] ??
          `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`,
      );
    await clock.sleep(waitMs);
  }
}

async function send(
  bytes: Uint8Array<ArrayBuffer>,
  { server, clock, timeoutMs }: Pick<ReviewWebhookOptions, "server" | "clock"> & { readonly timeoutMs: number },
): Promise<{ readonly status: number; readonly text: string }> {
  const late = new AbortController();
  const timer = clock.timer(timeoutMs, () => late.abort(new ReviewError("ask a webhook: no answer in time")));
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const body = { type: "bytes", bytes } as const;
    const response = await server.handle(
      makeRequest({ method: "POST", path: server.path, headers, body, signal: late.signal }),
    );
    return { status: response.status, text: Buffer.from(await readBody(response, BODY_BYTES_MAX)).toString() };
  } catch (cause) {
    if (cause instanceof ReviewError) throw cause;
    throw new ReviewError("ask a webhook: it can't be reached", { cause });
  } finally {
    timer.cancel();
  }
}

function statusIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const { status } = JSON.parse(text) as { readonly status?: unknown };
    return typeof status === "object" && status !== null ? (status as Record<string, unknown>) : {};
  } catch (cause) {
    throw new ReviewError("ask a webhook: its answer is no JSON", { cause });
  }
}

import { Buffer } from "node:buffer";
import { EndpointSlice, type KindDefinition, parseIp, Service, StatusError } from "../../../api/index.ts";
import type { Clock, Random, Scope } from "../../../base/index.ts";
import { createHttpClient, type HttpClient, makeRequest, readBody } from "../../../net/index.ts";
import type { ApiResponse, Handler } from "../../../net/message.ts";
import { JsonError, parseJson } from "../../../schema/index.ts";
import type { Reads } from "../../contracts.ts";
import { dialProblem } from "../../streaming/dial-problem.ts";
import { slicesOf } from "../../services/slices.ts";
import type { ProxyTarget } from "../../subresources/proxy/targets.ts";
import type { Webhook } from "./webhook.ts";

const CLIENTS_MAX = 200;
const TIMEOUT_SECONDS = 10;
const SERVICE_PORT = 443;

export interface CallerOptions {
  readonly clock: Clock;
  readonly scope: Scope;
  readonly random: Random;
  /** How pods of this process are reached; undefined for the others, which are reached over the network. */
  readonly dial?: (target: ProxyTarget) => Handler | undefined;
}

/** A webhook could not be asked, or said nothing that makes sense; the message is the reason. */
export class CallError extends Error {
  override readonly name = "CallError";
}

/** Where a webhook is. */
interface Place {
  /** Its address as messages have it. */
  readonly shown: string;
  /** With the port. */
  readonly host: string;
  /** The name in its certificate. */
  readonly hostname: string;
  readonly path: string;
  readonly query: string;
}

/** Where a service leads. */
interface ServiceEndpoint {
  readonly ip: string;
  readonly port: number;
}

interface Question {
  readonly place: Place;
  readonly body: unknown;
  readonly reads: Reads;
  readonly signal: AbortSignal;
}

/** Asks webhooks over TLS. */
export class WebhookCaller {
  readonly #options: CallerOptions;
  readonly #clients = new Map<string, HttpClient>();

  constructor(options: CallerOptions) {
    this.#options = options;
    options.scope.defer(() => {
      for (const client of this.#clients.values()) client.close();
    });
  }

  newUid(): string {
    return this.#options.random.uuid();
  }

  /** The body of the webhook's answer as JSON; throws {@link CallError}. */
  async call(webhook: Webhook, body: unknown, reads: Reads): Promise<unknown> {
    const { timeoutSeconds = TIMEOUT_SECONDS } = webhook;
    const place = placeOf(webhook, timeoutSeconds);
    const abort = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = this.#options.clock.timer(timeoutSeconds * 1000, () => {
      const error = new CallError(`Post "${place.shown}": context deadline exceeded`);
      abort.abort(error);
      late.reject(error);
    });
    try {
      return await Promise.race([this.#ask(webhook, { place, body, reads, signal: abort.signal }), late.promise]);
    } catch (error) {
      if (error instanceof CallError || error instanceof StatusError || !(error instanceof Error)) throw error;
      throw new CallError(`Post "${place.shown}": ${dialProblem(error)}`, { cause: error });
    } finally {
      timer.cancel();
    }
  }

  async #ask(webhook: Webhook, { place, body, reads, signal }: Question): Promise<unknown> {
    const { service } = webhook.clientConfig;
    const endpoint = service && (await endpointOf(service, place, reads));
    const handle = this.#handlerFor(webhook, place, endpoint);
    const response = await handle(
      makeRequest({
        method: "POST",
        path: place.path,
        query: place.query,
        headers: { host: place.host, accept: "application/json", "content-type": "application/json" },
        body: { type: "bytes", bytes: Buffer.from(JSON.stringify(body)) },
        signal,
      }),
    );
    return valueOf(response);
  }

  #handlerFor(
    { clientConfig: { caBundle } }: Webhook,
    { host, hostname }: Place,
    endpoint: ServiceEndpoint | undefined,
  ): Handler {
    const inside =
      endpoint && this.#options.dial?.({ scheme: "https", host: endpoint.ip, port: String(endpoint.port) });
    if (inside) return inside;
    const server = `https://${endpoint ? authorityOf(endpoint) : host}`;
    const key = JSON.stringify([server, hostname, caBundle]);
    const known = this.#clients.get(key);
    if (known) return known.handle;
    const isName = !parseIp(hostname.replace(/^\[|\]$/g, ""));
    const client = createHttpClient({
      server,
      clock: this.#options.clock,
      tls: {
        ...(caBundle && { ca: Buffer.from(caBundle, "base64").toString() }),
        ...(isName && { serverName: hostname }),
      },
    });
    this.#keep(key, client);
    return client.handle;
  }

  /** Configurations come and go: the client that was made first makes room. */
  #keep(key: string, client: HttpClient): void {
    this.#clients.set(key, client);
    if (this.#clients.size <= CLIENTS_MAX) return;
    const [oldest, first] = this.#clients.entries().next().value!;
    this.#clients.delete(oldest);
    first.close();
  }
}

function placeOf({ clientConfig: { url, service } }: Webhook, timeoutSeconds: number): Place {
  const timeout = `timeout=${timeoutSeconds}s`;
  if (!service) {
    const { protocol, host, hostname, pathname } = new URL(url ?? "");
    return { shown: `${protocol}//${host}${pathname}?${timeout}`, host, hostname, path: pathname, query: timeout };
  }
  const { namespace, name, path = "/", port = SERVICE_PORT } = service;
  const hostname = `${name}.${namespace}.svc`;
  return {
    shown: `https://${hostname}:${port}${path}?${timeout}`,
    host: `${hostname}:${port}`,
    hostname,
    path,
    query: timeout,
  };
}

interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port?: number;
}

/** One of the endpoints that a service's port leads to. */
async function endpointOf(
  { namespace, name, port = SERVICE_PORT }: ServiceReference,
  place: Place,
  reads: Reads,
): Promise<ServiceEndpoint> {
  const fail = (why: string): never => {
    throw new CallError(`Post "${place.shown}": ${why}`);
  };
  const service = await reads.get(Service as unknown as KindDefinition, { namespace, name });
  if (!service) return fail(`service "${name}" not found`);
  const { ports = [] } = (service as { spec: { ports?: readonly { port: number; name?: string }[] } }).spec;
  const found = ports.find((one) => one.port === port);
  if (!found) return fail(`no service port ${port} found for service "${name}"`);
  const slices = (await reads.list(EndpointSlice as unknown as KindDefinition, namespace)) as readonly Slice[];
  const endpoint = slicesOf(name, slices).flatMap((slice) => readyEndpoints(slice, found.name ?? ""))[0];
  return endpoint ?? fail(`no endpoints available for service "${name}"`);
}

interface Slice {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
}

function readyEndpoints({ ports = [], endpoints = [] }: Slice, portName: string): ServiceEndpoint[] {
  const port = ports.find(({ name = "" }) => name === portName)?.port;
  if (port === undefined) return [];
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.slice(0, 1).map((ip) => ({ ip, port })));
}

function authorityOf({ ip, port }: ServiceEndpoint): string {
  return `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}

async function valueOf(response: ApiResponse): Promise<unknown> {
  const text = Buffer.from(await readBody(response)).toString();
  if (response.status !== 200) throw new CallError(refusal(response.status, text));
  try {
    return parseJson(text).value;
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new CallError(`couldn't get version/kind; json parse error: ${cause.message}`, { cause });
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  405: "the server does not allow this method on the requested resource",
  413: "the request is too large",
};

/** What clients say of an answer that is none. */
function refusal(status: number, text: string): string {
  if (status >= 500)
    return `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`;
  return REFUSALS[status] ?? "the server rejected our request for an unknown reason";
}

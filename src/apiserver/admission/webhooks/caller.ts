import { Buffer } from "node:buffer";
import { parseIp, StatusError } from "../../../api/index.ts";
import type { Clock, Random, Scope } from "../../../base/index.ts";
import { makeRequest, readBody } from "../../../net/index.ts";
import type { ApiResponse, Handler } from "../../../net/message.ts";
import { isObject, JsonError, jsonTypeName, parseJson } from "../../../schema/index.ts";
import type { Reads } from "../../contracts.ts";
import { BodyError, fromYaml } from "../../http/body.ts";
import { dialProblem } from "../../streaming/dial-problem.ts";
import {
  REFERENCE_PORT,
  resolveService,
  type ServiceEndpoint,
  type ServiceReference,
} from "../../services/endpoints.ts";
import { Clients } from "../../streaming/clients.ts";
import { authorityOf } from "../../subresources/proxy/proxy.ts";
import type { DialInside } from "../../subresources/proxy/targets.ts";
import type { Webhook as AdmissionWebhook } from "./webhook.ts";

/** Where a webhook is, and how long it may take. */
export type Webhook = Pick<AdmissionWebhook, "clientConfig" | "timeoutSeconds">;

const CLIENTS_MAX = 200;
const TIMEOUT_SECONDS = 10;
const UNAVAILABLE = 503;

export interface CallerOptions {
  readonly clock: Clock;
  readonly scope: Scope;
  readonly random: Random;
  /** How pods of this process are reached; undefined for the others, which are reached over the network. */
  readonly dial?: DialInside;
}

/** A webhook could not be asked, or said nothing that makes sense; the message is the reason. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** As which status it counts: the webhook's own, if it has given one. */
  readonly code: number;

  constructor(
    message: string,
    { code = UNAVAILABLE, cause }: { readonly code?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
  }
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

interface Question {
  readonly place: Place;
  readonly body: unknown;
  readonly reads: Reads;
  readonly signal: AbortSignal;
}

/** Asks webhooks over TLS. */
export class WebhookCaller {
  readonly #options: CallerOptions;
  readonly #clients: Clients;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#clients = new Clients({ clock: options.clock, clientsMax: CLIENTS_MAX });
    options.scope.defer(() => this.#clients.close());
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
    const handle = await this.#handlerFor(webhook, place, endpoint);
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

  async #handlerFor(
    { clientConfig: { caBundle } }: Webhook,
    { host, hostname }: Place,
    endpoint: ServiceEndpoint | undefined,
  ): Promise<Handler> {
    const target = endpoint && ({ scheme: "https", host: endpoint.host, port: String(endpoint.port) } as const);
    const inside = target && (await this.#options.dial?.(target));
    if (inside) return inside;
    const server = `https://${target ? authorityOf(target) : host}`;
    const isName = !parseIp(hostname.replace(/^\[|\]$/g, ""));
    return this.#clients.of(server, {
      ...(caBundle && { ca: Buffer.from(caBundle, "base64").toString() }),
      ...(isName && { serverName: hostname }),
    }).handle;
  }
}

function placeOf({ clientConfig: { url, service } }: Webhook, timeoutSeconds: number): Place {
  const timeout = `timeout=${timeoutSeconds}s`;
  if (!service) {
    const { protocol, host, hostname, pathname } = new URL(url ?? "");
    return { shown: `${protocol}//${host}${pathname}?${timeout}`, host, hostname, path: pathname, query: timeout };
  }
  const { namespace, name, path = "/", port = REFERENCE_PORT } = service;
  const hostname = `${name}.${namespace}.svc`;
  return {
    shown: `https://${hostname}:${port}${path}?${timeout}`,
    host: `${hostname}:${port}`,
    hostname,
    path,
    query: timeout,
  };
}

/** One of the endpoints that a service's port leads to. */
async function endpointOf(reference: ServiceReference, place: Place, reads: Reads): Promise<ServiceEndpoint> {
  const resolved = await resolveService(reads, reference);
  if ("endpoints" in resolved) return resolved.endpoints[0]!;
  throw new CallError(`Post "${place.shown}": ${whatIsMissing(resolved.missing, reference)}`);
}

function whatIsMissing(
  missing: "service" | "port" | "slices" | "endpoints",
  { name, port = REFERENCE_PORT }: ServiceReference,
): string {
  if (missing === "service") return `service "${name}" not found`;
  if (missing === "port") return `no service port ${port} found for service "${name}"`;
  return `no endpoints available for service "${name}"`;
}

async function valueOf(response: ApiResponse): Promise<unknown> {
  const bytes = await readBody(response);
  const text = Buffer.from(bytes).toString();
  const type = String(response.headers["content-type"] ?? "application/json");
  if (response.status < 200 || response.status > 206) throw refusalOf(response.status, text, type);
  if (bytes.length === 0)
    throw new CallError(`0-length response with status code: ${response.status} and content type: ${type}`);
  const { value, problem } = text.trimStart().startsWith("{") ? fromJson(text) : await fromText(bytes);
  if (problem !== undefined) throw new CallError(`couldn't get version/kind; json parse error: ${problem}`);
  return value;
}

function refusalOf(status: number, text: string, type: string): CallError {
  const { message, code = status } = failureIn(text) ?? {};
  return new CallError(message ?? refusal(status, type.startsWith("text/") ? text.trim() : "unknown"), { code });
}

/** What a Status says that comes with the code of a failure; undefined for anything else. */
function failureIn(text: string): { readonly message?: string; readonly code?: number } | undefined {
  const { value } = text.startsWith("{") ? fromJson(text) : {};
  if (!isObject(value) || value.kind !== "Status" || value.status !== "Failure") return undefined;
  return value as { readonly message?: string; readonly code?: number };
}

interface Parsed {
  readonly value?: unknown;
  readonly problem?: string;
}

function fromJson(text: string): Parsed {
  try {
    return { value: parseJson(text).value };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { problem: error.message };
  }
}

/** What doesn't begin as JSON objects do is taken for YAML. */
async function fromText(bytes: Uint8Array): Promise<Parsed> {
  try {
    const { value } = await fromYaml(bytes, { isLarge: false, turn: async () => undefined });
    if (isObject(value)) return { value };
    if (value === null && bytes.length > 0) return { value: {} };
    return { problem: `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${TYPE_STRUCT}` };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    return { problem: error.message };
  }
}

const TYPE_STRUCT =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const REFUSALS: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  406: "the server was unable to respond with a content type that the client supports",
  405: "the server does not allow this method on the requested resource",
  409: "the server reported a conflict",
  413: "the request is too large",
  422: "the server rejected our request due to an error in our request",
  429: "the server has received too many requests and has asked us to try again later",
  503: "the server is currently unable to handle the request",
  504: "the server was unable to return a response in the time allotted, but may still be processing the request",
};

/** What clients say of an answer that is none. */
function refusal(status: number, text: string): string {
  if (status === 403 || status === 415) return text;
  if (status === 406 && text !== "unknown") return text;
  if (status >= 500 && REFUSALS[status] === undefined)
    return `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`;
  return REFUSALS[status] ?? `the server responded with the status code ${status} but did not return more information`;
}

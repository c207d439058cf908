import { groupVersion, type Draft, type KindDefinition, type KubeObject, StatusError } from "../api/index.ts";
import type { Clock } from "../base/index.ts";
import { type ApiRequest, type ApiResponse, type Handler, OBJECT_MEDIA_TYPE } from "../net/index.ts";
import type {
  ApplyOptions,
  Client,
  DeleteCollectionOptions,
  DeleteOptions,
  GetOptions,
  JsonOptions,
  ListOptions,
  ObjectKey,
  ObjectList,
  PatchOptions,
  RawRequest,
  ResourceReference,
  SelfNamed,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
import { frames, isStatus, named, answerOf } from "./decode.ts";
import { queryOf, resourcePath } from "./path.ts";
import { kindOf } from "./kinds.ts";

export interface ClientOptions {
  /** Where requests go: a direct or HTTPS transport. */
  readonly transport: Handler;
  readonly userAgent?: string;
  readonly clock: Clock;
  readonly limits?: {
    /** Requests per second, and how many may go at once above it. Default no limit. */
    readonly qps?: number;
    readonly burst?: number;
    /** Tries of a request that the server turns down with 429. Default 10. */
    readonly retriesMax?: number;
  };
}

const JSON_TYPE = "application/json";
const WHOLE = `${OBJECT_MEDIA_TYPE}, ${JSON_TYPE}`;
const METADATA_LIST = viewOf({ group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadataList" });
const METADATA = viewOf({ group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadata" });

const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

const NEVER = new AbortController().signal;

/** A view of objects, best as they are; a server that doesn't have it sends them whole. */
function viewOf({ group, version, kind }: NonNullable<JsonOptions["as"]>): string {
  const parameters = `as=${kind};g=${group};v=${version}`;
  return `${OBJECT_MEDIA_TYPE};${parameters}, ${JSON_TYPE};${parameters}, ${JSON_TYPE}`;
}

/** A client that speaks through `transport`. */
export function createClient(options: ClientOptions): Client {
  return new TypedClient(options);
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

class TypedClient implements Client {
  readonly #transport: Handler;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #limits: NonNullable<ClientOptions["limits"]>;
  /** When the next request may go, if there is a limit. */
  #nextSlotMs = 0;

  constructor({ transport, userAgent, clock, limits }: ClientOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#userAgent = userAgent ?? "navarch";
    this.#limits = limits ?? {};
  }

  async get<T>(kind: KindDefinition<T>, key: ObjectKey, { resourceVersion, signal }: GetOptions = {}): Promise<T> {
    const query = queryOf({ resourceVersion });
    return named(kind, await this.#value({ method: "GET", path: resourcePath(kind, key), query, signal }));
  }

  async list<T>(kind: KindDefinition<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const { namespace, signal, metadataOnly, ...parameters } = options;
    const path = resourcePath(kind, { namespace });
    const accept = metadataOnly ? METADATA_LIST : undefined;
    const value = await this.#value({ method: "GET", path, query: queryOf(parameters), accept, signal });
    const { items, metadata } = value as { items?: readonly unknown[] | null; metadata?: ObjectList<T>["metadata"] };
    return { items: (items ?? []).map((item) => named(kind, item)), metadata: metadata ?? {} };
  }

  async create<T>(kind: KindDefinition<T>, object: Draft<T>, options: WriteOptions = {}): Promise<T> {
    const path = resourcePath(kind, { namespace: metadataOf(object).namespace });
    const body = withType(kind, object);
    const { signal } = options;
    return named(kind, await this.#value({ method: "POST", path, query: writeQuery(options), body, signal }));
  }

  async update<T>(kind: KindDefinition<T>, object: Draft<T>, options: UpdateOptions = {}): Promise<T> {
    const { namespace, name } = metadataOf(object);
    const { subresource, signal } = options;
    const path = resourcePath(kind, { namespace, name: name ?? "", subresource });
    const body = withType(kind, object);
    return named(kind, await this.#value({ method: "PUT", path, query: writeQuery(options), body, signal }));
  }

  updateStatus<T>(kind: KindDefinition<T>, object: Draft<T>, options: WriteOptions = {}): Promise<T> {
    return this.update(kind, object, { ...options, subresource: "status" });
  }

  async patch<T>(kind: KindDefinition<T>, key: ObjectKey, body: unknown, options: PatchOptions): Promise<T> {
    const { type, subresource, force, signal } = options;
    const path = resourcePath(kind, { ...key, subresource });
    const query = join(writeQuery(options), queryOf({ force: type === "apply" ? force : undefined }));
    const contentType = PATCH_TYPES[type];
    return named(kind, await this.#value({ method: "PATCH", path, query, body, contentType, signal }));
  }

  apply<T>(kind: KindDefinition<T>, object: Draft<T>, options: ApplyOptions): Promise<T>;
  apply(object: SelfNamed, options?: Partial<ApplyOptions>): Promise<KubeObject>;
  async apply<T>(
    first: KindDefinition<T> | SelfNamed,
    second?: Draft<T> | Partial<ApplyOptions>,
    third?: ApplyOptions,
  ): Promise<T | KubeObject> {
    if (third === undefined) {
      const object = first as SelfNamed;
      const options = (second ?? {}) as Partial<ApplyOptions>;
      const { signal } = options;
      const kind = await kindOf(object, { getJson: (path, how) => this.getJson(path, how), signal });
      return this.#apply(kind, object, options);
    }
    return this.#apply(first as KindDefinition<T>, second as Draft<T>, third);
  }

  #apply<T>(kind: KindDefinition<T>, object: unknown, options: Partial<ApplyOptions>): Promise<T> {
    const { namespace, name } = metadataOf(object);
    const fieldManager = options.fieldManager ?? this.#userAgent;
    // Applying a cluster-scoped object needs no namespace; a namespaced one without any goes to "default", as kubectl does.
    const place = kind.scope === "Namespaced" ? { namespace: namespace ?? "default" } : {};
    return this.patch(kind, { ...place, name: name ?? "" }, withType(kind, object), {
      ...options,
      fieldManager,
      type: "apply",
    });
  }

  async delete<T>(kind: KindDefinition<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<T | undefined> {
    const path = resourcePath(kind, key);
    const body = deleteBody(options);
    const value = await this.#value({ method: "DELETE", path, body, signal: options.signal });
    return value === undefined || isStatus(value) ? undefined : named(kind, value);
  }

  async deleteCollection<T>(kind: KindDefinition<T>, options: DeleteCollectionOptions = {}): Promise<void> {
    const { namespace, labelSelector, fieldSelector, signal } = options;
    const path = resourcePath(kind, { namespace });
    const query = queryOf({ labelSelector, fieldSelector });
    await this.#value({ method: "DELETE", path, query, body: deleteBody(options), signal });
  }

  async *watch<T>(kind: KindDefinition<T>, options: WatchOptions = {}): AsyncIterable<readonly WatchEvent<T>[]> {
    const { namespace, signal, metadataOnly, ...parameters } = options;
    const path = resourcePath(kind, { namespace });
    const query = queryOf({ ...parameters, watch: "true" });
    const response = await this.#send({
      method: "GET",
      path,
      query,
      accept: metadataOnly ? METADATA : undefined,
      signal,
    });
    for await (const batch of frames(response, decodeNothing)) {
      const events: WatchEvent<T>[] = [];
      for (const { type, object } of batch) {
        if (type === "ERROR") {
          if (events.length > 0) yield events;
          throw new StatusError(object as ConstructorParameters<typeof StatusError>[0]);
        }
        events.push({ type, object: named(kind, object) });
      }
      yield events;
    }
  }

  async createSubresource<R>(
    kind: ResourceReference,
    key: ObjectKey,
    subresource: string,
    body: unknown,
    options: WriteOptions = {},
  ): Promise<R> {
    const path = resourcePath(kind, { ...key, subresource });
    const { signal } = options;
    return (await this.#value({ method: "POST", path, query: writeQuery(options), body, signal })) as R;
  }

  async getSubresource<R>(
    kind: ResourceReference,
    key: ObjectKey,
    subresource: string,
    { resourceVersion, signal }: GetOptions = {},
  ): Promise<R> {
    const path = resourcePath(kind, { ...key, subresource });
    return (await this.#value({ method: "GET", path, query: queryOf({ resourceVersion }), signal })) as R;
  }

  async raw(request: RawRequest): Promise<ApiResponse> {
    await this.#slot(request.signal);
    return this.#transport({
      method: request.method ?? "GET",
      path: request.path,
      query: request.query ?? "",
      headers: { "user-agent": this.#userAgent, accept: JSON_TYPE, ...request.headers },
      body: request.body ?? { type: "none" },
      peer: { address: "" },
      signal: request.signal ?? NEVER,
      ...(request.upgrade && { upgrade: request.upgrade }),
    });
  }

  async getJson<R>(path: string, { as, ...options }: JsonOptions = {}): Promise<R> {
    return (await this.#value({ method: "GET", path, ...options, ...(as && { accept: viewOf(as) }) })) as R;
  }

  async #value(call: Call): Promise<unknown> {
    return answerOf(await this.#send(call));
  }

  /** Sends a call, again as long as the server says when to. */
  async #send(call: Call): Promise<ApiResponse> {
    const request = this.#request(call);
    const retriesMax = this.#limits.retriesMax ?? 10;
    for (let retries = 0; ; retries++) {
      await this.#slot(call.signal);
      const response = await this.#transport(request);
      const waitMs = retryAfterMs(response);
      if (waitMs === undefined || retries >= retriesMax) return response;
      await this.#clock.sleep(waitMs, call.signal);
    }
  }

  #request({ method, path, query, accept, contentType, body, signal }: Call): ApiRequest {
    const sent = body === undefined ? undefined : (contentType ?? JSON_TYPE);
    return {
      method,
      path,
      query: query ?? "",
      headers: {
        "user-agent": this.#userAgent,
        accept: accept ?? WHOLE,
        ...(sent && { "content-type": sent }),
      },
      body: body === undefined ? { type: "none" } : { type: "object", value: body },
      peer: { address: "" },
      signal: signal ?? NEVER,
    };
  }

  /** Waits for this request's turn under the rate limit. */
  async #slot(signal: AbortSignal | undefined): Promise<void> {
    const { qps, burst = 1 } = this.#limits;
    if (!qps) return;
    const now = this.#clock.monotonicMs();
    const earliest = now - (burst * 1000) / qps;
    this.#nextSlotMs = Math.max(this.#nextSlotMs, earliest) + 1000 / qps;
    if (this.#nextSlotMs > now) await this.#clock.sleep(this.#nextSlotMs - now, signal);
  }
}

function decodeNothing(): never {
  throw new TypeError("decode watch: protobuf was not asked for");
}

function retryAfterMs({ status, headers }: ApiResponse): number | undefined {
  const seconds = headers["retry-after"];
  if (status !== 429 || typeof seconds !== "string" || !/^\d+$/.test(seconds)) return undefined;
  return Number(seconds) * 1000;
}

function metadataOf(object: unknown): { readonly namespace?: string; readonly name?: string } {
  return (object as { metadata?: { namespace?: string; name?: string } }).metadata ?? {};
}

function withType<T>(kind: KindDefinition<T>, object: unknown): unknown {
  if ((object as { kind?: string }).kind && (object as { apiVersion?: string }).apiVersion) return object;
  return { ...(object as object), apiVersion: groupVersion(kind), kind: kind.kind };
}

function writeQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): string {
  return queryOf({ dryRun: dryRun ? "All" : undefined, fieldManager, fieldValidation });
}

function join(...queries: readonly string[]): string {
  return queries.filter((query) => query !== "").join("&");
}

function deleteBody({ gracePeriodSeconds, propagationPolicy, preconditions, dryRun }: DeleteOptions): unknown {
  return {
    kind: "DeleteOptions",
    apiVersion: "v1",
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(preconditions && { preconditions }),
    ...(dryRun && { dryRun: ["All"] }),
  };
}

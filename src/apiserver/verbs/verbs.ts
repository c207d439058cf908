import {
  badRequest,
  conflict,
  type FieldError,
  forbidden,
  fromHub,
  type KindDefinition,
  type KubeObject,
  noSuchPath,
  Status,
  statusError,
  StatusError,
  toHub,
  behaviorOf,
} from "../../api/index.ts";
import { type Clock, formatTime, type Random } from "../../base/index.ts";
import type { ApiRequest, ApiResponse, UpgradedConnection } from "../../net/message.ts";
import { applyDefaults, copyJson, encodeProtoObject } from "../../schema/index.ts";
import type { Store } from "../../store/index.ts";
import { giveBack } from "../list/chunks.ts";
import type { RequestContext } from "../contracts.ts";
import { Gathering } from "./gathering.ts";
import { compressedStream } from "../http/compress.ts";
import { contentType, type Format, negotiate, negotiateStream, wantsPretty } from "../http/negotiate.ts";
import { isNo, typeName } from "../http/foreign.ts";
import { readWritten } from "../http/object.ts";
import { metadataOf, placeInNamespace } from "../http/posted.ts";
import { respond, respondBytes } from "../http/respond.ts";
import { list, listHead, listedVersion, type ListResult, parseVersion } from "../list/list.ts";
import { type ListOptions, listOptions, watchOptions } from "../list/options.ts";
import { listJson, listProto, protoObject } from "../list/body.ts";
import { isLongList, longAnswer, type LongText } from "../list/long.ts";
import {
  applyConfiguration,
  applyTo,
  decodeApplied,
  decodePatched,
  patched,
  patchOptions,
  patchType,
  type ReadPatch,
  readPatch,
  reportApplied,
  requireName,
} from "./patch.ts";
import { deleteOptions } from "./delete-options.ts";
import { deleteObject, type DeleteOptions, optionErrors } from "../registry/delete.ts";
import type { Json, Registry, WriteOptions } from "../registry/generic.ts";
import { joinOwners } from "../registry/metadata.ts";
import { isProtobuf } from "../stored/encoding.ts";
import type { StoredObject } from "../stored/stored.ts";
import { isTrue } from "../http/request-info.ts";
import { writeOptions } from "./write-options.ts";
import { selection } from "../list/selection.ts";
import {
  longMetadataList,
  longMetadataListProto,
  longTable,
  metadataListStruct,
  partialMetadata,
  protoMetadata,
  tableOf,
  tableOptions,
} from "../list/table.ts";
import { watch, type WatchItem } from "../watch/watch.ts";
import { EventEncoder } from "../watch/encode.ts";
import { SharedChunks } from "../watch/shared.ts";
import { betweenSteps, inTurns } from "../turns.ts";
import { WatchTurns } from "../watch/turns.ts";

export interface VerbOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** Objects of a list that are looked at until others have their turn. */
const WEIGHED_AT_A_TIME = 4096;
const READS: ReadonlySet<string> = new Set(["list", "watch"]);

/** Reads and writes of one version of a resource, each from request to response. */
export class Verbs {
  /** What clients of this version speak; the registry speaks the version that is stored. */
  readonly #kind: KindDefinition;
  readonly #registry: Registry;
  readonly #options: VerbOptions;
  readonly #turns: WatchTurns;
  readonly #renewals: Gathering;
  readonly #shared = new SharedChunks();

  constructor(kind: KindDefinition, registry: Registry, options: VerbOptions) {
    this.#kind = kind;
    this.#registry = registry;
    this.#options = options;
    this.#turns = new WatchTurns(options.clock);
    this.#renewals = new Gathering(options.clock);
  }

  async run(context: RequestContext): Promise<ApiResponse> {
    try {
      return await this.#run(context);
    } catch (error) {
      throw inServedGroup(error, this.#registry.kind, this.#kind);
    }
  }

  async #run(context: RequestContext): Promise<ApiResponse> {
    const { verb, name, subresource } = context.info;
    switch (verb) {
      case "get":
        return this.#get(context);
      case "list":
        return this.#list(context);
      case "watch":
        return this.#watch(context);
      case "create":
        return this.#create(context);
      case "update":
        return this.#update(context, subresource);
      case "patch":
        return this.#patch(context, subresource);
      case "delete":
        return this.#delete(context, name);
      case "deletecollection":
        return this.#deleteCollection(context);
      default:
        throw noSuchPath();
    }
  }

  #writeOptions(context: RequestContext, otherErrors?: readonly FieldError[]): WriteOptions {
    return { ...writeOptions(context, otherErrors), version: this.#kind };
  }

  async #get(context: RequestContext): Promise<ApiResponse> {
    const format = this.#format(context);
    const { namespace, name } = context.info;
    const read = this.#registry.kind.rules.uncached ? listedVersion : parseVersion;
    const version = read(context.query.get("resourceVersion") ?? "");
    if (version) await this.#registry.cacher.notOlderThan(version);
    const found = await this.#registry.get(namespace, name);
    this.#weighShown(context, found, format);
    return this.#one(200, found, format, context);
  }

  /** Weighs an object if it has to be read to be shown. */
  #weighShown({ weigh }: RequestContext, { entry: { value } }: StoredObject, { as, encoding, pretty }: Format): void {
    if (!weigh) return;
    const isStored = as === "object" && encoding === "json" && !pretty && !this.#kind.storage && !this.#kind.custom;
    // What is read to be shown in YAML, or is of custom kinds, is gone through again.
    const work = encoding === "yaml" || this.#kind.custom ? undefined : "read";
    if (!isStored || isProtobuf(value)) weigh(value, work);
  }

  /** The same of many; others have their turn meanwhile. */
  async #weighAllShown(context: RequestContext, items: readonly StoredObject[], format: Format): Promise<void> {
    if (!context.weigh) return;
    for (const [index, item] of items.entries()) {
      this.#weighShown(context, item, format);
      if (index % WEIGHED_AT_A_TIME === WEIGHED_AT_A_TIME - 1) await context.turn();
    }
  }

  #format({ request, query, info }: RequestContext): Format {
    return negotiate(request.headers.accept, this.#offer(READS.has(info.verb)), wantsPretty(request, query));
  }

  #offer(streams: boolean) {
    return { streams, views: true, noProtobuf: this.#kind.custom !== undefined };
  }

  /** The format of a watch that has begun; ends it when there is none. */
  async #streamFormat({ request, query }: RequestContext, batches: AsyncIterableIterator<unknown>): Promise<Format> {
    try {
      return negotiateStream(request.headers.accept, this.#offer(true), wantsPretty(request, query));
    } catch (error) {
      await batches.return?.();
      throw error;
    }
  }

  /** One object in the format asked for. */
  #one(status: number, held: StoredObject, format: Format, { query }: RequestContext): ApiResponse {
    if (format.as === "table") {
      // What is made for show alone has no version.
      const metadata = held.revision ? { resourceVersion: String(held.revision) } : {};
      return respond(status, this.#table([held], metadata, { query, format }), format);
    }
    const stored = held.as(this.#kind);
    if (format.as === "metadata") {
      if (format.encoding === "protobuf")
        return respondBytes(status, protoMetadata(stored, format.viewVersion), contentType(format, false));
      return respond(status, partialMetadata(stored.object, format.viewVersion), format);
    }
    if (format.as === "metadataList")
      throw this.#kind.custom
        ? noList()
        : isNo("PartialObjectMetadataList", "not a list", typeName(this.#registry.kind));
    if (format.encoding === "protobuf") return respondBytes(status, this.#proto(stored), contentType(format, false));
    if (format.encoding !== "json" || format.pretty) return respond(status, stored.object, format);
    const headers = { "content-type": contentType(format, false), "cache-control": "no-cache, private" };
    return { status, headers, body: { type: "bytes", bytes: stored.jsonLine() } };
  }

  #proto(stored: StoredObject): Uint8Array {
    return protoObject(this.#kind, stored);
  }

  #table(
    items: readonly StoredObject[],
    metadata: unknown,
    { query, format }: { query: URLSearchParams; format: Format },
  ): unknown {
    const nowMs = this.#options.clock.now();
    return tableOf(this.#tableKind(), this.#kind.custom ? items.map((stored) => stored.as(this.#kind)) : items, {
      metadata,
      nowMs,
      format,
      ...tableOptions(query),
    });
  }

  /** Versions of custom kinds have columns of their own; of all others the stored version has them. */
  #tableKind(): KindDefinition {
    return this.#kind.custom ? this.#kind : this.#registry.kind;
  }

  async #list(context: RequestContext): Promise<ApiResponse> {
    const format = this.#format(context);
    const { cacher, kind } = this.#registry;
    const { query, info } = context;
    const options = listOptions(query);
    const picked = selection(this.#kind, info.namespace, options);
    const { store, clock } = this.#options;
    const result = await list({ kind, cacher, store, options, selection: picked, clock });
    await this.#weighAllShown(context, result.items, format);
    return this.#many(result, format, context);
  }

  /** Several objects in the format asked for. */
  async #many(result: ListResult, format: Format, { request, query }: RequestContext): Promise<ApiResponse> {
    const kind = this.#kind;
    if (format.as === "metadata") throw isNo("PartialObjectMetadata", "a list", `${typeName(this.#registry.kind)}List`);
    const head = listHead(kind);
    // Lists of custom kinds always say where they go on, even when they don't.
    const metadata = kind.custom ? { continue: "", ...result.metadata } : result.metadata;
    if (format.encoding !== "object" && isLongList(result.items)) {
      const long = await this.#long(result, { query, format });
      if (long) return compressedStream(request, long);
    }
    if (format.as === "table")
      return respond(200, this.#table(result.items, result.metadata, { query, format }), format);
    if (format.as !== "object") {
      const some = await this.#shown(result.items, (object) => partialMetadata(object, format.viewVersion));
      const items = some.length > 0 ? some : null;
      const all = { ...metadataHead(format), metadata: result.metadata, items };
      return format.encoding === "protobuf"
        ? respondBytes(200, encodeProtoObject(metadataListStruct(format), all), contentType(format, false))
        : respond(200, all, format);
    }
    const items = kind.storage || kind.custom ? result.items.map((stored) => stored.as(kind)) : result.items;
    const body = { head, metadata, items, clock: this.#options.clock };
    if (format.encoding === "json" && !format.pretty)
      return compressedStream(
        request,
        listJson({ ...body, part: kind.custom === undefined ? "withoutType" : "whole" }),
      );
    if (format.encoding === "protobuf") return compressedStream(request, await listProto(kind, body));
    const whole = await this.#shown(items, kind.custom || format.encoding === "object" ? (object) => object : untyped);
    return respond(200, { ...head, metadata, items: whole }, format);
  }

  /** What is shown of objects, in turns: each may have to be parsed. */
  async #shown(items: readonly StoredObject[], show: (object: KubeObject) => unknown): Promise<unknown[]> {
    const shown: unknown[] = [];
    await inTurns(items, this.#options.clock, ({ object }) => shown.push(show(object)));
    return shown;
  }

  /** Many objects, where they aren't sent as they are stored: made as they are sent. */
  async #long(
    { items, metadata }: ListResult,
    { query, format }: { query: URLSearchParams; format: Format },
  ): Promise<ApiResponse | undefined> {
    const { clock } = this.#options;
    const kind = this.#kind;
    const { as, encoding, pretty } = format;
    if (as === "object" && (encoding === "protobuf" || (encoding === "json" && !pretty))) return undefined;
    if (encoding === "protobuf") return longMetadataListProto(metadataHead(format), { metadata, items, clock });
    const shown = kind.custom || (as === "object" && kind.storage) ? items.map((stored) => stored.as(kind)) : items;
    return longAnswer({ items: shown, clock, format }, this.#longText(metadata, { query, format }));
  }

  #longText(metadata: unknown, { query, format }: { query: URLSearchParams; format: Format }): LongText {
    const kind = this.#kind;
    const nowMs = this.#options.clock.now();
    if (format.as === "table") return longTable(this.#tableKind(), { metadata, nowMs, format, ...tableOptions(query) });
    if (format.as !== "object") return longMetadataList({ ...metadataHead(format), metadata });
    const shown = kind.custom ? { continue: "", ...(metadata as object) } : metadata;
    return {
      head: { ...listHead(kind), metadata: shown },
      at: "items",
      make: kind.custom ? (object) => object : untyped,
    };
  }

  async #watch(context: RequestContext): Promise<ApiResponse> {
    this.#format(context);
    const { cacher, kind: hub } = this.#registry;
    const kind = this.#kind;
    const { query, info, request } = context;
    const { clock, random } = this.#options;
    const options = watchOptions(query);
    const picked = selection(kind, info.namespace, options, nameIn(info.name, options));
    const { signal } = request;
    const turns = this.#turns;
    const batches = await watch({ kind, hub, cacher, options, selection: picked, clock, random, signal, turns });
    const format = await this.#streamFormat(context, batches);
    // The original ends at the first event that it can't show so.
    if (format.as === "metadataList") return this.#ended(format, batches);
    const encoder = new EventEncoder({ kind, hub, format, query, clock, shared: this.#shared });
    if (format.encoding === "object")
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: { type: "events", batches: mapBatches(batches, (items) => encoder.frames(items)) },
      };
    if (request.upgrade?.protocol === "websocket") {
      const [subprotocol = "", ...others] = request.upgrade.subprotocols;
      if (hasOrigin(request) && others.length === 0) return overWebSocket(batches, encoder, subprotocol);
      await batches.return?.();
      return { status: hasOrigin(request) ? 400 : 403, headers: {}, body: { type: "none" } };
    }
    return {
      status: 200,
      headers: { "content-type": contentType(format, true), "cache-control": "no-cache, private" },
      body: { type: "stream", chunks: mapBatches(batches, (items) => encoder.encode(items)), release: giveBack },
    };
  }

  /** A watch that ends with its first event and tells of none. */
  #ended(format: Format, batches: AsyncIterable<unknown>): ApiResponse {
    const chunks = (async function* (): AsyncGenerator<Uint8Array> {
      for await (const _ of batches) return;
      yield new Uint8Array(0);
    })();
    return {
      status: 200,
      headers: { "content-type": contentType(format, true), "cache-control": "no-cache, private" },
      body: { type: "stream", chunks },
    };
  }

  async #create(context: RequestContext): Promise<ApiResponse> {
    const format = this.#format(context);
    const write = this.#writeOptions(context);
    const object = await readWritten(context, this.#kind);
    const metadata = metadataOf(object);
    this.#placeInNamespace(context, metadata);
    context.warnings.push(...joinOwners(metadata, "sent"));
    if (this.#kind.custom?.terminating) throw goingAway(this.#kind, String(metadata.name ?? ""));
    return this.#one(201, await this.#registry.create(context, this.#toHub(object, write), write), format, context);
  }

  /** An object of this version as the registry wants it; its version's defaults are set first, since the hub may have others. */
  #toHub(object: Json, { isApply }: WriteOptions): Json {
    const kind = this.#kind;
    if (!kind.storage) return object;
    applyDefaults(kind.struct, object, isApply ? "keep" : "drop");
    behaviorOf(kind).setDefaults?.(object as never);
    return toHub(kind, object);
  }

  /** The current object as this version shows it. */
  #current(object: KubeObject | undefined): KubeObject | undefined {
    return object && (fromHub(this.#kind, object as unknown as Json) as unknown as KubeObject);
  }

  /** A changed object that is the one on the URL, as the registry wants it. */
  #placed(context: RequestContext, object: Json, write: WriteOptions): Json {
    const metadata = metadataOf(object);
    this.#placeInNamespace(context, metadata);
    requireName(context, metadata);
    return this.#toHub(object, write);
  }

  #placeInNamespace(context: RequestContext, metadata: Json): void {
    placeInNamespace(context, this.#registry.kind.scope, metadata);
  }

  async #update(context: RequestContext, subresource: string): Promise<ApiResponse> {
    const format = this.#format(context);
    const write = this.#writeOptions(context);
    const kind = this.#kind;
    // Callers in the same process cost no wake-up of their own.
    if (this.#registry.kind.rules.renewed && context.request.body.type === "stream") await this.#renewals.turn();
    const object = await readWritten(context, kind);
    const metadata = metadataOf(object);
    this.#placeInNamespace(context, metadata);
    requireName(context, metadata);
    context.warnings.push(...joinOwners(metadata, "sent"));
    // Who insists on a version gets one try; others need the object again when someone else was faster.
    const { resourceVersion } = metadata;
    const isLast = Boolean(resourceVersion) && resourceVersion !== "0";
    const result = await this.#registry.update(context, {
      change: () => this.#toHub(isLast ? object : copyJson(object), write),
      write,
      subresource,
      whole: true,
      createMissing: this.#registry.kind.rules.createdByUpdate === true,
    });
    return this.#one(result.created ? 201 : 200, result.object, format, context);
  }

  async #patch(context: RequestContext, subresource: string): Promise<ApiResponse> {
    const kind = this.#kind;
    const type = patchType(context.request, kind);
    const format = this.#format(context);
    const write = { ...patchOptions(context, type), version: this.#kind };
    if (type === "apply") {
      const patch = await readPatch(context, type);
      return this.#apply(context, { patch, write, subresource, format });
    }
    const read = await deferred(readPatch(context, type));
    const change = async (current: KubeObject | undefined) => {
      const patch = read();
      const { weigh } = context;
      const made = patched({ kind, type, patch, current: this.#current(current)!, ...(weigh && { weigh }) });
      await betweenSteps(context);
      return this.#placed(context, decodePatched(context, made, { kind, type, patch }), write);
    };
    const result = await this.#registry.update(context, { change, write, subresource });
    return this.#one(result.created ? 201 : 200, result.object, format, context);
  }

  async #apply(context: RequestContext, { patch, write, subresource, format }: ApplyCall): Promise<ApiResponse> {
    const kind = this.#kind;
    const config = applyConfiguration(kind, patch.value);
    const change = async (current: KubeObject | undefined) => {
      const merged = await applyTo({
        kind,
        current: this.#current(current),
        config,
        write,
        subresource,
        now: formatTime(this.#options.clock.now()),
        force: isTrue(context.query.get("force")),
      });
      await betweenSteps(context);
      const object = decodeApplied(context, merged, { kind, config });
      reportApplied(context, patch);
      if (!current) refuseUid(context, kind, metadataOf(object));
      return this.#placed(context, object, write);
    };
    const result = await this.#registry.update(context, {
      change,
      write,
      subresource,
      createMissing: subresource === "" || this.#registry.kind.rules.createdByUpdate === true,
    });
    return this.#one(result.created ? 201 : 200, result.object, format, context);
  }

  async #delete(context: RequestContext, name: string): Promise<ApiResponse> {
    const format = this.#format(context);
    const { store, clock } = this.#options;
    const options = await this.#deleteOptions(context);
    const { namespace } = context.info;
    const write = this.#writeOptions(context, optionErrors(options));
    const { object, gone } = await deleteObject(
      { registry: this.#registry, context, options, write, store, clock },
      namespace,
      name,
    );
    // Only who asks for dependents to go too, in the old way, is told that it takes time.
    if (!gone) return this.#one(options.orphanDependents === false ? 202 : 200, object, format, context);
    if (this.#registry.kind.rules.returnsDeleted) return this.#one(200, object, format, context);
    const status = this.#deleted(object.object);
    if (format.encoding === "protobuf")
      return respondBytes(200, encodeProtoObject(Status, status), contentType(format, false));
    return respond(200, status, { ...format, as: "object" });
  }

  #deleted({ metadata: { name, uid } }: KubeObject) {
    const { group, plural } = this.#kind;
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: { name, ...(group && { group }), kind: plural, uid },
    };
  }

  async #deleteOptions(context: RequestContext): Promise<DeleteOptions> {
    const all = await deleteOptions(context);
    const { propagationWarning } = behaviorOf(this.#kind);
    if (propagationWarning && all.propagationPolicy === undefined && all.orphanDependents === undefined)
      context.warnings.push(propagationWarning);
    return all;
  }

  async #deleteCollection(context: RequestContext): Promise<ApiResponse> {
    const format = this.#format(context);
    const { kind, cacher } = this.#registry;
    const { query, info } = context;
    const { store, clock } = this.#options;
    const listed = listOptions(query);
    const picked = selection(this.#kind, info.namespace, listed);
    const options = await this.#deleteOptions(context);
    const write = this.#writeOptions(context, optionErrors(options));
    const result = await list({ kind, cacher, store, options: listed, selection: picked, clock });
    const items: StoredObject[] = [];
    // Before any of them has gone.
    for (const { entry } of result.items) context.weigh?.(entry.value);
    for (const stored of result.items) {
      // Nobody waits for the rest: it stays.
      if (context.request.signal.aborted) break;
      const { namespace = "", name } = stored.object.metadata;
      const call = { registry: this.#registry, context, options, write, store, clock, isOfMany: true as const };
      const deleted = await deleteObject(call, namespace, name).catch((error) => {
        if (error instanceof StatusError && error.code === 404) return undefined;
        throw error;
      });
      if (deleted) items.push(stored);
    }
    return this.#many({ ...result, items }, format, context);
  }
}

/** The name of the one object that a watch is about; 400 when its selector names another. */
function nameIn(name: string, { fields }: ListOptions): string | undefined {
  if (name === "") return undefined;
  const isNamed =
    fields.length === 0 ||
    fields.some(({ key, operator, values }) => key === "metadata.name" && operator === "=" && values[0] === name);
  if (!isNamed) throw badRequest("fieldSelector metadata.name doesn't match requested name");
  return name;
}

function metadataHead({ viewVersion = "meta.k8s.io/v1" }: Format) {
  return { kind: "PartialObjectMetadataList", apiVersion: viewVersion };
}

/** 500: one custom object can't be shown as a list, which the original doesn't see coming. */
function noList(): Error {
  return statusError({ code: 500, reason: "", message: "content is not a list" });
}

/** Keeps a complaint about a body back until its object is known to be there. */
function deferred<T>(work: Promise<T>): Promise<() => T> {
  return work.then(
    (value) => () => value,
    (error) => {
      if (!(error instanceof StatusError) || error.code !== 400) throw error;
      return () => {
        throw error;
      };
    },
  );
}

interface ApplyCall {
  readonly patch: ReadPatch;
  readonly write: WriteOptions;
  readonly subresource: string;
  readonly format: Format;
}

/** What is said of a resource that is stored in another group than it is served in (events) names the latter. */
function inServedGroup(error: unknown, stored: KindDefinition, served: KindDefinition): unknown {
  if (stored.group === served.group || !(error instanceof StatusError)) return error;
  const { details, message = "" } = error.status;
  if (details?.kind !== stored.plural || (details.group ?? "") !== stored.group) return error;
  const named = ({ plural, group }: KindDefinition) => `${plural}${group === "" ? "" : `.${group}`} "`;
  return new StatusError({
    ...error.status,
    message: message.replace(named(stored), named(served)),
    details: { ...details, group: served.group },
  });
}

function goingAway(kind: KindDefinition, name: string): Error {
  return forbidden(kind, name, "create not allowed while custom resource definition is terminating");
}

function untyped({ kind: _, apiVersion: __, ...object }: KubeObject): unknown {
  return object;
}

/** 409: an apply of what isn't there speaks of one that was. */
function refuseUid({ info: { name } }: RequestContext, kind: KindDefinition, { uid }: Json): void {
  if (!uid) return;
  const found = `the provided object specified uid ${String(uid)}, and no existing object was found`;
  throw conflict(kind, name, `uid mismatch: ${found}`);
}

/** Whether who opens a WebSocket says on whose behalf, as browsers do: the original insists on it for a watch. */
function hasOrigin({ headers: { origin = "" } }: ApiRequest): boolean {
  return /^([a-z][a-z0-9+.-]*:|\/)/i.test(origin);
}

/**
 * A watch over a WebSocket: one event in each message, whose end nothing else needs to tell. Whatever protocol a client
 * offers, it is that; of several none.
 */
function overWebSocket(
  batches: AsyncIterable<readonly WatchItem[]>,
  encoder: EventEncoder,
  subprotocol: string,
): ApiResponse {
  const serve = async (connection: UpgradedConnection) => {
    const channel = connection.channel(0);
    const iterator = batches[Symbol.asyncIterator]();
    connection.closed.then(() => iterator.return?.()).catch(() => {});
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      for (const item of next.value) await channel.write(encoder.message(item));
    connection.close();
  };
  const body = { type: "upgrade", subprotocol, serve } as const;
  return { status: 101, headers: {}, body: encoder.isText ? body : { ...body, messages: "binary" } };
}

/** Written out, since a generator costs more than the rest of a delivery. */
function mapBatches<T, R>(batches: AsyncIterableIterator<T>, map: (batch: T) => R): AsyncIterableIterator<R> {
  const mapped = (result: IteratorResult<T>): IteratorResult<R> =>
    result.done ? { done: true, value: undefined } : { done: false, value: map(result.value) };
  return {
    next: () => batches.next().then(mapped),
    async return() {
      await batches.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

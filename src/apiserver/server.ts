import { checkConnection, checkRoute, checkWatchable } from "./http/routes.ts";
import type { Aggregator } from "./aggregation/aggregator.ts";
import {
  badRequest,
  type KindDefinition,
  type KubeObject,
  hubOf,
  kinds as allKinds,
  methodNotSupported,
  noSuchPath,
  notFound,
  notImplemented,
} from "../api/index.ts";
import type { Clock, Log, Random, Scope } from "../base/index.ts";
import type { ApiResponse, Handler } from "../net/message.ts";
import type { Auditor } from "./audit/auditor.ts";
import { type Entry, prefixEnd, type Revision, type Store } from "../store/index.ts";
import { Cacher } from "./cacher/cacher.ts";
import type { ServerCore } from "./core.ts";
import type {
  AdmissionPlugin,
  Authenticator,
  Authorizer,
  Impersonate,
  Reads,
  RequestContext,
  RequestInfo,
  SubresourceHandler,
} from "./contracts.ts";
import { dumpHandlers } from "./fairness/dumps.ts";
import { Fairness, type FairnessOptions } from "./fairness/fairness.ts";
import { FlowControl } from "./flow/flow-control.ts";
import { HealthFigures } from "./introspection/health-figures.ts";
import { type ObjectCount, RequestMetrics } from "./introspection/metrics.ts";
import { NOT_FOUND, pathHandlers } from "./introspection/paths.ts";
import { pipeline } from "./pipeline.ts";
import { Registry, type ResourceHooks } from "./registry/generic.ts";
import { ServedKinds } from "./discovery/served.ts";
import { isConverted } from "./stored/custom.ts";
import { shownIn } from "./stored/shown.ts";
import { storageKey, storagePrefix, type StoredObject } from "./stored/stored.ts";
import type { StorageMediaType } from "./stored/encoding.ts";
import { scaleOf } from "./subresources/scale.ts";
import { Verbs } from "./verbs/verbs.ts";

/** What the server itself needs from the parts that decide who may do what, and from those that serve special paths. */
export interface ApiServerParts {
  readonly authenticators: readonly Authenticator[];
  readonly authorizers: readonly Authorizer[];
  readonly admission: readonly AdmissionPlugin[];
  /** Lines for /metrics. */
  readonly metrics: () => readonly string[];
  /** What other servers answer behind this one. */
  readonly aggregator: Aggregator;
  readonly impersonate?: Impersonate;
  /** "resource/subresource" (or a resource that is only created, like reviews) -> what answers it. */
  readonly handlers: ReadonlyMap<string, SubresourceHandler>;
  /** "group/resource" -> hooks around its writes. */
  readonly hooks: ReadonlyMap<string, ResourceHooks>;
  /** Paths outside /api and /apis, such as /openapi/v2. */
  readonly paths: ReadonlyMap<string, SubresourceHandler>;
  /** Those of them that the list of paths doesn't name: the original does not have them. */
  readonly unlisted: readonly string[];
}

export interface ServerOptions {
  readonly store: Store;
  readonly storageMediaType: StorageMediaType;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
  readonly anonymous: boolean | readonly string[];
  /** host:port that clients are told to use. */
  readonly serverAddress: string;
  readonly processMetrics?: () => readonly string[];
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  readonly parts: (server: ServerCore) => ApiServerParts;
  readonly audit?: Auditor;
  /** Answers requests that would hold up others. */
  readonly beside?: Handler;
  /** What it shows to the servers behind it. */
  readonly proxyClient?: unknown;
  /** Named checks of /readyz beside the server's own. */
  readonly kinds?: readonly KindDefinition[];
}

export interface CompleteCore extends ServerCore {
  readonly handle: Handler;
  readonly setReady: () => void;
  readonly beginHistory: () => Promise<void>;
  /** Waits until what is cached is not older than a revision. */
  readonly upTo: (revision: Revision) => Promise<void>;
}

/** Puts a server together: registries for all kinds, and the pipeline in front of them. */
export function serverCore(options: ServerOptions): CompleteCore {
  const served = new ServedKinds(options.kinds ?? allKinds);
  const { store, storageMediaType, clock, random, scope } = options;
  // By where the objects lie, so that a changed definition keeps the cache and the watches of its objects.
  const cachers = new Map<string, Cacher>();
  const history = { oldest: 0 };
  const cacherOf = (kind: KindDefinition) => {
    const key = cacheKey(kind);
    let cacher = cachers.get(key);
    if (!cacher) {
      const open = isConverted(kind) ? (stored: readonly StoredObject[]) => shownIn(kind, stored) : undefined;
      cacher = new Cacher({ kind: hubOf(kind), store, clock, oldest: () => history.oldest, open });
      cachers.set(key, cacher);
    }
    return cacher;
  };
  const close = (keys: Iterable<string>) => {
    for (const key of keys) {
      cachers.get(key)?.close();
      cachers.delete(key);
    }
  };
  scope.defer(() => {
    for (const cacher of cachers.values()) cacher.close();
  });
  const reads = readsOf(store, cacherOf);
  const registries = new WeakMap<KindDefinition, Registry>();
  let parts: ApiServerParts | undefined;
  const core: ServerCore = {
    reads,
    served,
    forget: (kinds) => close(kinds.map(cacheKey)),
    registry: (kind) => {
      const hub = hubOf(kind);
      let registry = registries.get(hub);
      if (!registry) {
        const hooks = parts?.hooks.get(`${hub.group}/${hub.plural}`);
        registry = new Registry(
          hub,
          cacherOf(hub),
          { store, storageMediaType, clock, random, admission: parts?.admission ?? [], reads },
          hooks,
        );
        registries.set(hub, registry);
      }
      return registry;
    },
  };
  parts = options.parts(core);
  const state = { ready: false };
  const metrics = new RequestMetrics();
  const objects = () =>
    [...cachers.values()].map(({ kind, size: count }) => ({ group: kind.group, resource: kind.plural, count }));
  const flows = new FlowControl(reads, cacherOf);
  const countOf = (kind: KindDefinition | undefined) => (kind && cachers.get(cacheKey(kind))?.size) ?? 0;
  const fairness = fairnessOf(options, flows, (info) => countOf(served.find({ ...info, plural: info.resource })));
  const flowMetrics = () => [
    ...fairness.metrics(),
    ...(options.audit?.metrics() ?? []),
    ...(parts?.metrics() ?? []),
    ...(options.processMetrics?.() ?? []),
  ];
  const dumps = dumpHandlers(() => fairness.snapshot());
  const dispatch = dispatcher({ core, parts, options, state, metrics, objects, flowMetrics, dumps });
  const handle = pipeline({ ...options, ...parts, dispatch, metrics, flows, fairness });
  const beginHistory = async () => {
    history.oldest = await store.revision();
  };
  const upTo = (revision: Revision) => caughtUp(cachers.values(), revision);
  return { ...core, handle, beginHistory, upTo, setReady: () => (state.ready = true) };
}

/** What isn't filled yet will not be older anyway. */
async function caughtUp(cachers: Iterable<Cacher>, revision: Revision): Promise<void> {
  const filled = [...cachers].filter(({ isFilled }) => isFilled);
  await Promise.all(filled.map((cacher) => cacher.notOlderThan(revision)));
}

function fairnessOf(
  { clock, maxRequestsInflight, maxMutatingRequestsInflight }: ServerOptions,
  flows: FlowControl,
  countOf: FairnessOptions["countOf"],
): Fairness {
  return new Fairness({ clock, flows, totalSeats: maxRequestsInflight + maxMutatingRequestsInflight, countOf });
}

/** By where the objects lie; versions that somebody converts have caches of their own. */
function cacheKey(kind: KindDefinition): string {
  return isConverted(kind) ? `${storagePrefix(kind)}@${kind.version}` : storagePrefix(kind);
}

function readsOf(store: Store, cacherOf: (kind: KindDefinition) => Cacher): Reads {
  const scopeOf = (kind: KindDefinition, namespace?: string) =>
    namespace ? `${storagePrefix(kind)}${namespace}/` : storagePrefix(kind);
  const openAll = async <T>(kind: KindDefinition<T>, entries: readonly Entry[]): Promise<T[]> => {
    const own = kind as KindDefinition;
    return (await cacherOf(own).opened(entries)).map((stored) => stored.as(own).object as unknown as T);
  };
  return {
    async get<T>(kind: KindDefinition<T>, { namespace = "", name }: { namespace?: string; name: string }) {
      const { entry } = await store.get(storageKey(kind as KindDefinition, namespace, name));
      return entry && (await openAll(kind, [entry]))[0];
    },
    async list<T>(kind: KindDefinition<T>, namespace?: string) {
      const start = scopeOf(kind as KindDefinition, namespace);
      const { entries } = await store.range({ start, end: prefixEnd(start) });
      return openAll(kind, entries);
    },
    version: (kind) => cacherOf(kind).changedRevision,
    cached<T>(kind: KindDefinition<T>, namespace = "") {
      return cacherOf(kind as KindDefinition)
        .in(namespace)
        .map((stored) => stored.as(kind as KindDefinition).object as KubeObject as unknown as T);
    },
    holds<T>(kind: KindDefinition<T>, { namespace = "", name }: { namespace?: string; name: string }) {
      const own = kind as KindDefinition;
      return cacherOf(own).get(storageKey(own, namespace, name)) !== undefined;
    },
    isEmpty: <T>(kind: KindDefinition<T>) => {
      const { isFilled, size } = cacherOf(kind as KindDefinition);
      return isFilled && size === 0;
    },
    filled: <T>(kind: KindDefinition<T>) => cacherOf(kind as KindDefinition).start(),
  };
}

interface Dispatcher {
  readonly core: ServerCore;
  readonly parts: ApiServerParts;
  readonly options: ServerOptions;
  readonly state: { ready: boolean };
  readonly metrics: RequestMetrics;
  readonly objects: () => readonly ObjectCount[];
  readonly flowMetrics: () => readonly string[];
  /** Paths that tell of priority and fairness. */
  readonly dumps: ReadonlyMap<string, SubresourceHandler>;
}

function dispatcher({
  core,
  parts,
  options,
  state,
  metrics,
  objects,
  flowMetrics,
  dumps,
}: Dispatcher): (context: RequestContext) => Promise<ApiResponse> {
  const verbs = new WeakMap<KindDefinition, Verbs>();
  const verbsOf = (kind: KindDefinition) => {
    let one = verbs.get(kind);
    if (!one) {
      one = new Verbs(kind, core.registry(kind), options);
      verbs.set(kind, one);
    }
    return one;
  };
  const paths = pathHandlers({
    kinds: () => core.served.all,
    aggregation: () => parts.aggregator.aggregation,
    isOwnGroup: (group) => core.served.hasOwnGroup(group),
    serverAddress: options.serverAddress,
    metrics,
    objects,
    flowMetrics,
    special: new Map([...parts.paths, ...dumps]),
    unlisted: [...parts.unlisted, ...dumps.keys()],
    store: options.store,
    clock: options.clock,
    state,
    isStopping: () => options.scope.signal.aborted,
    figures: new HealthFigures(),
    hasProxyClient: options.proxyClient !== undefined,
  });
  const custom = async (kind: KindDefinition, context: RequestContext) => {
    const { info } = context;
    if (isOutOfPlace(kind, info)) return NOT_FOUND;
    checkCustomVerb(kind, info);
    return info.subresource === "scale" ? scaleOf(core, kind, options.clock)(context) : verbsOf(kind).run(context);
  };
  return async (context) => {
    const { info } = context;
    const elsewhere = parts.aggregator.serviceAt(info.path);
    if (elsewhere) return parts.aggregator.relay(elsewhere, context);
    if (!info.isResource) return paths(context);
    const kind = core.served.find({ ...info, plural: info.resource });
    if (!kind) return notServed(core.served, info);
    if (!kind.custom) checkRoute(kind, context);
    if (kind.rules.deprecation) warnOfEnd(context, kind.rules.deprecation);
    if (kind.custom) return custom(kind, context);
    checkWatchable(kind, context);
    checkConnection(context);
    const handler = parts.handlers.get(info.subresource ? `${info.resource}/${info.subresource}` : info.resource);
    if (handler) return handler(context);
    if (info.subresource === "scale") return scaleOf(core, kind, options.clock)(context);
    if (info.subresource !== "" && !PLAIN_SUBRESOURCES.has(info.subresource))
      throw notImplemented(`${info.resource}/${info.subresource}`);
    return verbsOf(kind).run(context);
  };
}

/** Says that a version goes, and by when if that is known. */
function warnOfEnd({ warnings, audited }: RequestContext, text: string): void {
  warnings.push(text);
  audited?.annotate("k8s.io/deprecated", "true");
  const release = /unavailable in v(\d+\.\d+)/.exec(text)?.[1];
  if (release !== undefined) audited?.annotate("k8s.io/removed-release", release);
}

const PLAIN_SUBRESOURCES = new Set(["status", "approval", "finalize", "ephemeralcontainers", "resize"]);

/** Groups of our own answer with a Status where there is nothing; of any other nothing is known. */
function notServed(served: ServedKinds, { group, path }: RequestInfo): ApiResponse {
  const isOwn = group === "" ? path.startsWith("/api/") : served.hasOwnGroup(group);
  if (isOwn) throw noSuchPath();
  return NOT_FOUND;
}

/** A namespaced path of a cluster's kind, or a single object of a namespaced one without its namespace. */
function isOutOfPlace({ scope }: KindDefinition, { namespace, verb }: RequestInfo): boolean {
  if (scope === "Cluster") return namespace !== "";
  return namespace === "" && !["list", "watch"].includes(verb);
}

/** What custom kinds say of a subresource that they don't have, and of a verb that a path doesn't know. */
function checkCustomVerb(kind: KindDefinition, { name, subresource, verb }: RequestInfo): void {
  if (subresource !== "") {
    const sub = kind.subresources.find((one) => one.name === subresource);
    if (!sub) throw notFound(kind, name);
    if (!sub.verbs.includes(verb)) throw methodNotSupported(kind, verb);
    return;
  }
  if (name === "" && (verb === "update" || verb === "patch")) throw badRequest("name must be provided");
  const allowed =
    name === ""
      ? ["create", "list", "watch", "deletecollection"]
      : ["create", "get", "update", "patch", "delete", "watch"];
  if (!allowed.includes(verb)) throw methodNotSupported(kind, verb);
}

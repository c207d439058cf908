import type { KeyObject } from "node:crypto";
import type { Clock, Log, Random, Scope } from "../base/index.ts";
import type { ApiRequest, Handler } from "../net/message.ts";
import { Service } from "../api/index.ts";
import { prefixEnd, type Revision, type Store } from "../store/index.ts";
import { type AdmissionChoice, admissionPlugins } from "./admission/all.ts";
import { admittedConnections } from "./admission/connect.ts";
import type { Auditor } from "./audit/auditor.ts";
import { ServiceAccountTokens } from "./authn/service-accounts.ts";
import { impersonation } from "./authn/impersonate.ts";
import { issuerPaths } from "./authn/issuer.ts";
import { rememberingTokens } from "./authn/token-cache.ts";
import { tokenRequests } from "./authn/token-request.ts";
import type { PrivateKey } from "../pki/index.ts";
import { clientCertificates, inProcess, type StaticToken, staticTokens } from "./authn/authn.ts";
import { bearerTokens, type TokenReader } from "./authn/bearer.ts";
import { requestHeaders, type RequestHeaderOptions } from "./authn/request-header.ts";
import { nodeAuthorizer } from "./authz/node.ts";
import { noEscalation } from "./authz/escalation.ts";
import { alwaysAllow, alwaysDeny, masters, rbac } from "./authz/rbac.ts";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { keepIdentity } from "./bootstrap/identity.ts";
import { publishServiceCidr } from "./bootstrap/service-cidr.ts";
import { type ServerPlace, publishServer } from "./bootstrap/server-addresses.ts";
import type { Kubelets } from "./streaming/kubelets.ts";
import { podStreams } from "./streaming/pods.ts";
import { proxies } from "./subresources/proxy/proxy.ts";
import { dialOf } from "./subresources/proxy/dial.ts";
import type { DialInside } from "./subresources/proxy/targets.ts";
import { WebhookCaller, WebhookMetrics } from "./admission/webhooks/index.ts";
import { Definitions } from "./crd/definitions.ts";
import type { Authorizer, Reads, SubresourceHandler } from "./contracts.ts";
import type { ServerCore } from "./core.ts";
import { type ApiServerParts, type CompleteCore, serverCore } from "./server.ts";
import { keepDangling } from "./flow/dangling.ts";
import { Aggregator } from "./aggregation/aggregator.ts";
import { keepAvailability } from "./aggregation/availability.ts";
import { keepRegistrations, removeUnserved } from "./aggregation/registration.ts";
import { keepAuthentication, publishAuthentication } from "./bootstrap/authentication.ts";
import type { StorageMediaType } from "./stored/encoding.ts";
import { withCors } from "./http/cors.ts";
import { openApiHandlers } from "./openapi/openapi.ts";
import {
  COMPACT_PATH,
  compactHandler,
  REVISION_PATH,
  revisionHandler,
  SNAPSHOT_PATH,
  snapshotHandler,
} from "./introspection/snapshot.ts";
import { expireEvents } from "./upkeep/events.ts";
import { makeNamespaces } from "./upkeep/namespaces.ts";
import { chargeQuotas } from "./upkeep/quotas.ts";
import { ServiceRanges } from "./services/ranges.ts";
import { addedCidrs, keepRepaired, type RepairParts, repairServices } from "./services/repair.ts";
import { firstServiceAddress, serviceHooks } from "./services/services.ts";
import { componentStatuses } from "./subresources/component-status.ts";
import { bindPod, evictPod } from "./subresources/pods.ts";
import { accessReviews } from "./reviews/access.ts";
import { identityReviews } from "./reviews/identity.ts";
import { rulesReview } from "./reviews/rules.ts";
import { deviceAdminAccess } from "./admission/device-admin.ts";
import { profileHandlers, type Profiler } from "./introspection/profiles.ts";
import { debugPages, type GivenFlags } from "./introspection/zpages.ts";
import { type RuntimeConfigOptions, servedKinds } from "./discovery/runtime-config.ts";

export interface ApiServerOptions extends RuntimeConfigOptions {
  readonly store: Store;
  /** In what form objects are written; both are read. Default JSON, which is served as it is. */
  readonly storageMediaType?: StorageMediaType;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
  /** How tokens of service accounts are made; without it there are none. */
  readonly serviceAccounts?: {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly key: PrivateKey;
    /** Further keys and issuers whose tokens are accepted. */
    readonly otherKeys?: readonly KeyObject[];
    readonly otherIssuers?: readonly string[];
  };
  /** Entries of a token file. */
  readonly tokens?: readonly StaticToken[];
  /** Whose client certificates name users, when the transport takes others' too (PEM). Default whoever it takes. */
  readonly clientCa?: string;
  /** Proxies that say in headers who calls. */
  readonly requestHeader?: RequestHeaderOptions;
  /** Admission plugins beside those on by default, and those to leave out; default all that there are. */
  readonly admissionPlugins?: AdmissionChoice;
  /** Default Node and RBAC. */
  readonly authorizationModes?: readonly AuthorizationMode[];
  /** Who decides instead of those modes; `builtIn` makes what decides as a mode does. */
  readonly authorization?: (builtIn: (mode: AuthorizationMode) => Authorizer) => readonly Authorizer[];
  /** What else knows whose a token is. */
  readonly tokenReaders?: readonly TokenReader[];
  /** Requests without credentials are system:anonymous, perhaps on some paths only. Default true. */
  readonly anonymousAuth?: boolean | readonly string[];
  /** host:port that clients are told to use. Default "127.0.0.1:6443". */
  readonly serverAddress?: string;
  /** Where cluster addresses of services come from. Default 10.96.0.0/16. */
  readonly serviceCidr?: string;
  /** Where node ports come from. Default 30000 to 32767. */
  readonly nodePortRange?: { readonly first: number; readonly last: number };
  /** Where pods reach this server: the `kubernetes` Service leads there. Without it there is no such Service. */
  readonly advertise?: ServerPlace;
  /** How the server reaches the kubelet of a node. */
  readonly kubelet?: Kubelets;
  /** How proxies reach pods, endpoints and nodes. Without it, and where it answers undefined: over the network. */
  readonly dial?: DialInside;
  /** What it shows to API servers behind it, which then believe whom it says to call for (PEM). */
  readonly proxyClient?: { readonly cert: string; readonly key: string };
  /** How long events are kept after the last time they were added to. Default one hour. */
  readonly eventTtlMs?: number;
  readonly maxRequestsInflight?: number;
  readonly maxMutatingRequestsInflight?: number;
  /** All that is stored, as it lies on disk; absent where the store is somebody else's. */
  readonly snapshot?: () => AsyncIterable<Uint8Array>;
  /** What was the newest revision at a time, and since when that is known. */
  readonly revisionAt?: NonNullable<Store["revisionAt"]>;
  /** Lets go of all but the newest state and answers with its revision; of a store that keeps files of its own. */
  readonly compact?: () => Promise<Revision>;
  /** Metrics of the process it runs in, lines for /metrics. */
  readonly processMetrics?: () => readonly string[];
  /** Patterns of the origins whose pages may see answers. Default none. */
  readonly corsAllowedOrigins?: readonly string[];
  /** Makes profiles of that process. Without it nobody serves any. */
  readonly profiler?: Profiler;
  /** Further paths ("/name/"): who may ask is decided as for any path that is no resource; they see the rest of the path. */
  readonly extensions?: ReadonlyMap<string, Handler>;
  /** Writes down who did what. */
  readonly audit?: Auditor;
  /** Answers requests that would hold up others: a server over the same store, in another thread. */
  readonly beside?: Handler;
  /** The flags that the server was started with, by name; what /flagz tells. */
  readonly givenFlags?: GivenFlags;
}

export type AuthorizationMode = "Node" | "RBAC" | "AlwaysAllow" | "AlwaysDeny";

const AUTHORIZERS: Readonly<Record<AuthorizationMode, (reads: Reads) => Authorizer>> = {
  Node: nodeAuthorizer,
  RBAC: rbac,
  AlwaysAllow: () => alwaysAllow,
  AlwaysDeny: () => alwaysDeny,
};

/** A server without a socket. */
export interface ApiServer {
  /** Answers any request. */
  readonly handle: Handler;
  /** Resolves once what every cluster holds is there. */
  readonly ready: Promise<void>;
}

/** A server that nothing keeps in order yet. */
export interface ServerParts extends Kept {
  readonly core: CompleteCore;
}

/** Puts the parts of a server together. */
export function serverParts(options: ApiServerOptions): ServerParts {
  let definitions: Definitions | undefined;
  let services: RepairParts | undefined;
  let aggregator: Aggregator | undefined;
  const core = serverCore({
    ...options,
    storageMediaType: options.storageMediaType ?? "application/json",
    kinds: servedKinds(options),
    anonymous: options.anonymousAuth ?? true,
    serverAddress: options.serverAddress ?? SERVER_ADDRESS,
    maxRequestsInflight: options.maxRequestsInflight ?? 400,
    maxMutatingRequestsInflight: options.maxMutatingRequestsInflight ?? 200,
    parts: (server) => {
      definitions = new Definitions({ ...options, core: server, caller: new WebhookCaller(options) });
      services = servicesOf(options, server.reads);
      aggregator = new Aggregator({ ...options, reads: server.reads });
      return partsOf(options, server, { definitions, services, aggregator });
    },
  });
  return { core, definitions: definitions!, services: services!, aggregator: aggregator! };
}

/** Puts an API server over a store. It ends with its scope. */
export function createApiServer({ beside, ...given }: ApiServerOptions): ApiServer {
  const options = { ...given, ...(beside && { beside: (request: ApiRequest) => answeredBeside(request) }) };
  const { core, definitions, services, aggregator } = serverParts(options);
  const answeredBeside = async (request: ApiRequest) => {
    const response = await beside!(request);
    // Whoever changes a definition is served by it from the answer on.
    if (request.path.startsWith(DEFINITIONS_PATH)) await definitions.start();
    return response;
  };
  const ready = isNew(options.store).then(async (fresh) => {
    await start(options, core, { definitions, services, aggregator });
    // What a new cluster is made of was there before anyone looked: there is nothing to watch.
    if (fresh) await core.beginHistory();
    core.setReady();
  });
  const { clock, log, scope, eventTtlMs = EVENT_TTL_MS } = options;
  scope.spawn("keep conditions of flow schemas", async (signal) => {
    await ready;
    await keepDangling(core, { clock, log, signal });
  });
  scope.spawn("keep conditions of API services", async (signal) => {
    await ready;
    await keepAvailability(core, { aggregator, clock, log, signal });
  });
  scope.spawn("keep API services of definitions", async (signal) => {
    await ready;
    await keepRegistrations(core, { clock, log, signal });
  });
  if (options.clientCa || options.requestHeader)
    scope.spawn("keep how callers are known", async (signal) => {
      await ready;
      await keepAuthentication(core, options, { clock, log, signal });
    });
  scope.spawn("expire events", (signal) => expireEvents(core, { clock, log, ttlMs: eventTtlMs, signal }));
  scope.spawn("repair services", (signal) => keepRepaired({ ...services, log, signal }));
  const { advertise } = options;
  if (advertise?.hasPeers && advertise.hostname !== undefined)
    scope.spawn("keep identity", () => ready.then(() => keepIdentity(core, { ...options, ...advertise })));
  scope.spawn("serve definitions", (signal) => ready.then(() => definitions.run(signal)));
  const { corsAllowedOrigins: origins = [], random } = options;
  return { handle: origins.length > 0 ? withCors(core.handle, origins, random) : core.handle, ready };
}

const DEFINITIONS_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const SERVER_ADDRESS = "127.0.0.1:6443";
const EVENT_TTL_MS = 3_600_000;
const SERVICE_CIDR = "10.96.0.0/16";
const NODE_PORTS = { first: 30_000, last: 32_767 };

/** What services draw from, and what keeps that in line with them. */
function servicesOf(options: ApiServerOptions, reads: Reads): RepairParts {
  const { store, clock, serviceCidr = SERVICE_CIDR, nodePortRange = NODE_PORTS } = options;
  const services = () => reads.list(Service);
  const added = () => addedCidrs(reads);
  const ranges = new ServiceRanges({ ...options, services, addedCidrs: added, serviceCidr, nodePortRange });
  return { ranges, store, clock, services };
}

interface Kept {
  readonly definitions: Definitions;
  readonly services: RepairParts;
  readonly aggregator: Aggregator;
}

function partsOf(
  options: ApiServerOptions,
  core: ServerCore,
  { definitions, services, aggregator }: Kept,
): ApiServerParts {
  const { store, clock } = options;
  const accounts =
    options.serviceAccounts && new ServiceAccountTokens({ ...options.serviceAccounts, ...options, reads: core.reads });
  const tokenReaders = [
    staticTokens(options.tokens ?? [], options.serviceAccounts?.audiences),
    ...(accounts
      ? [
          rememberingTokens((token, audiences) => accounts.read(token, audiences), {
            clock,
            audiences: accounts.audiences,
          }),
        ]
      : []),
    ...(options.tokenReaders ?? []),
  ];
  const authenticators = [
    inProcess,
    ...(options.requestHeader ? [requestHeaders(options.requestHeader, clock)] : []),
    clientCertificates(options.clientCa === undefined ? undefined : { ca: options.clientCa, clock }),
    bearerTokens(tokenReaders),
  ];
  const authorized = authorizers(options, core.reads);
  const webhookMetrics = new WebhookMetrics(clock);
  const admission = [
    ...admissionPlugins(
      {
        ...options,
        webhookMetrics,
        authorizers: authorized,
        charge: chargeQuotas(core),
        makeNamespace: makeNamespaces(core),
        kindNamed: (apiVersion, kind) => core.served.kindNamed(apiVersion, kind),
        versionsOf: (hub) => core.served.versionsOf(hub),
      },
      options.admissionPlugins,
    ),
    noEscalation(authorized),
    deviceAdminAccess,
  ];
  const { reads } = core;
  const profiles = options.profiler ? profileHandlers(options.profiler, clock) : [];
  const kubelets = options.kubelet ?? (async () => undefined);
  return {
    authenticators,
    authorizers: authorized,
    aggregator,
    impersonate: impersonation(authorized, reads),
    admission,
    metrics: () => webhookMetrics.lines(),
    handlers: new Map([
      ...admittedConnections(
        [
          ...podStreams(core.reads, kubelets),
          ...proxies({ reads: core.reads, kubelets, random: options.random, dial: dialOf(options) }),
        ],
        { admission, reads },
      ),
      ...(accounts
        ? [["serviceaccounts/token", tokenRequests({ tokens: accounts, reads, clock, admission })] as const]
        : []),
      ["bindings", bindPod(core, clock, { admission, reads })],
      ["pods/binding", bindPod(core, clock, { admission, reads })],
      ["pods/eviction", evictPod({ core, store, clock, admission, reads })],
      ...accessReviews({ authorizers: authorized, clock, admission, reads }),
      ...identityReviews({
        anonymous: options.anonymousAuth ?? true,
        authenticators,
        audiences: options.serviceAccounts?.audiences ?? [],
        clock,
        admission,
        reads,
      }),
      rulesReview({ authorizers: authorized, admission, reads }),
      ["componentstatuses", componentStatuses({ store, clock, reads: core.reads })],
    ]),
    hooks: new Map([
      ["/services", serviceHooks(services.ranges)],
      ["apiextensions.k8s.io/customresourcedefinitions", definitions.hooks()],
    ]),
    paths: new Map([
      ...openApiHandlers(() => core.served.all, aggregator),
      ...debugPages(clock, options.givenFlags ?? {}),
      ...profiles,
      [SNAPSHOT_PATH, snapshotHandler(options.snapshot)],
      [REVISION_PATH, revisionHandler(options.revisionAt)],
      [COMPACT_PATH, compactHandler(options.compact)],
      ...(accounts ? issuerPaths(accounts, options.serverAddress ?? SERVER_ADDRESS) : []),
      ...[...(options.extensions ?? [])].map(([path, handler]) => [path, below(path, handler)] as const),
    ]),
    unlisted: [
      ...profiles.map(([path]) => path),
      ...[SNAPSHOT_PATH, REVISION_PATH, COMPACT_PATH],
      ...(options.extensions?.keys() ?? []),
    ],
  };
}

/** A handler below a path, which sees what follows it. */
function below(prefix: string, handler: Handler): SubresourceHandler {
  return ({ request }) => handler({ ...request, path: request.path.slice(prefix.length - 1), signal: request.signal });
}

/** Whether nothing was ever stored. */
async function isNew(store: Store): Promise<boolean> {
  const start = "/registry/";
  return (await store.range({ start, end: prefixEnd(start), limit: 1 })).count === 0;
}

/** What has to be there before anyone is served. */
async function start(options: ApiServerOptions, core: ServerCore, { definitions, services }: Kept): Promise<void> {
  await definitions.start();
  await repairServices(services);
  await bootstrap(core, options.clock);
  await removeUnserved(core);
  await publishAuthentication(core, options);
  await publishServiceCidr(core, options.serviceCidr ?? SERVICE_CIDR, options.clock);
  const clusterIP = firstServiceAddress(options.serviceCidr ?? SERVICE_CIDR);
  if (options.advertise) await publishServer(core, { ...options, ...options.advertise, clusterIP });
}

function authorizers({ authorizationModes, authorization }: ApiServerOptions, reads: Reads): Authorizer[] {
  const builtIn = (mode: AuthorizationMode) => AUTHORIZERS[mode](reads);
  const modes = authorizationModes ?? ["Node", "RBAC"];
  return [masters, ...(authorization ? authorization(builtIn) : modes.map(builtIn))];
}

import { hostname } from "node:os";
import { isIP } from "node:net";
import {
  type ApiServer,
  type ApiServerOptions,
  type AuthorizationMode,
  createApiServer,
  FEATURE_GATES,
  type Kubelets,
  kubeletConnections,
  originProblem,
  parseTokenFile,
} from "../../apiserver/index.ts";
import type { Handler } from "../../net/index.ts";
import { privateKeyFromPem, publicKeyFromPem } from "../../pki/index.ts";
import type { Revision, Store } from "../../store/index.ts";
import { localAddress } from "../addresses.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, FLAG_TABLES, flagTexts, readFlagFile } from "../flags/index.ts";
import { processMetrics } from "../process-metrics.ts";
import { processProfiler } from "../profiles/profiler.ts";
import { admissionAsConfigured, orConfigError } from "./admission.ts";
import { auditAsConfigured } from "./audit.ts";
import { encryptedAsConfigured } from "./encryption.ts";
import { type ComponentEnvironment, given } from "./environment.ts";
import { listenFor, servingTls } from "./serving.ts";
import { openStore, storageMediaType, storeOf } from "./store.ts";

export interface ApiServerEnvironment extends Omit<ComponentEnvironment, "connect"> {
  /** Instead of what the flags name; whoever opened it closes it. */
  readonly store?: Store;
  /** Kubelets that share the process, by node. */
  readonly localKubelets?: ReadonlyMap<string, Handler>;
  /** The way to pods and nodes of this process. */
  readonly dial?: NonNullable<ApiServerOptions["dial"]>;
  /** Paths of other parts that share the process. */
  readonly extensions?: ReadonlyMap<string, Handler>;
}

export interface RunningApiServer {
  readonly server: ApiServer;
  readonly host: string;
  readonly port: number;
}

const PORT = 6443;

/** Starts an API server; resolves once it serves and what every cluster holds is there. */
export async function startApiServerComponent(
  flags: ApiServerFlags,
  environment: ApiServerEnvironment,
): Promise<RunningApiServer> {
  const { clock, random, scope } = environment;
  const log = environment.log.child({ component: "apiserver" });
  const host = flags["bind-address"] ?? "0.0.0.0";
  const port = flags["secure-port"] ?? PORT;
  const options = optionsOf(flags);
  const reconciled = flags["endpoint-reconciler-type"] !== "none";
  const tls = servingTls(flags, "kube-apiserver", environment);
  const plain = environment.store ?? (await openOwnStore(flags, environment));
  const store = await encryptedAsConfigured(plain, flags, { clock, random, log, scope });
  const audit = await auditAsConfigured(flags, { clock, log, scope });
  const admissionPlugins = await admissionAsConfigured(flags, { clock, scope });
  const serverOptions: ApiServerOptions = {
    ...options,
    admissionPlugins,
    ...(audit && { audit }),
    store,
    storageMediaType: environment.store
      ? (flags["storage-media-type"] ?? "application/json")
      : storageMediaType(storeOf(flags), flags),
    clock,
    random,
    log,
    scope: scope.child(),
    kubelet: kubeletsOf(flags, environment),
    givenFlags: flagTexts(flags, FLAG_TABLES.apiserver),
    ...(environment.dial && { dial: environment.dial }),
    ...(environment.extensions && { extensions: environment.extensions }),
    serverAddress: `${flags["external-hostname"] ?? advertised(flags) ?? "127.0.0.1"}:${port}`,
    advertise: {
      address: reconciled ? advertised(flags) : undefined,
      port,
      hasPeers: mayHavePeers(flags),
      hostname: hostname(),
    },
    processMetrics: processMetrics(),
    ...(flags.profiling !== false && { profiler: processProfiler(clock) }),
    ...(plain.snapshot && { snapshot: () => plain.snapshot!() }),
    ...(plain.defragment && { compact: () => compactNow(plain) }),
    ...(plain.revisionAt && { revisionAt: (timeMs: number) => plain.revisionAt!(timeMs) }),
  };
  const server = orConfigError(() => createApiServer(serverOptions));
  // When there is no port to be had, nobody waits for this any more.
  server.ready.catch(() => {});
  const authorities = [flags["client-ca-file"], flags["requestheader-client-ca-file"]].filter(
    (one) => one !== undefined,
  );
  const ca = authorities.map((path) => readFlagFile("client-ca-file", path));
  const streams = flags["http2-max-streams-per-connection"];
  const listener = await listenFor(
    { clock, log, scope },
    {
      host,
      port,
      tls: { ...tls, ...(ca.length > 0 && { ca }) },
      handler: server.handle,
      ...(streams && { limits: { streamsPerConnectionMax: streams } }),
    },
  );
  await server.ready;
  return { server, host, port: listener.port };
}

function openOwnStore(flags: ApiServerFlags, environment: ApiServerEnvironment): Promise<Store> {
  return openStore(storeOf(flags), { ...environment, flags });
}

/** Others can use the same etcd; the other stores belong to one process. */
function mayHavePeers(flags: ApiServerFlags): boolean {
  return flags["etcd-servers"] !== undefined || (flags.store?.startsWith("etcd") ?? false);
}

/** Where others reach the server; undefined when it listens on this machine only. */
function advertised(flags: ApiServerFlags): string | undefined {
  const host = flags["bind-address"] ?? "0.0.0.0";
  if (flags["advertise-address"] !== undefined) return flags["advertise-address"];
  if (host === "0.0.0.0" || host === "::") return localAddress();
  return isIP(host) === 0 || host.startsWith("127.") || host === "::1" ? undefined : host;
}

type Options = Omit<ApiServerOptions, "store" | "clock" | "random" | "log" | "scope">;

function optionsOf(flags: ApiServerFlags): Options {
  const tokens = flags["token-auth-file"];
  return {
    ...given({
      anonymousAuth: flags["anonymous-auth"],
      serviceCidr: flags["service-cluster-ip-range"],
      eventTtlMs: flags["event-ttl"],
      maxRequestsInflight: flags["max-requests-inflight"],
      maxMutatingRequestsInflight: flags["max-mutating-requests-inflight"],
      nodePortRange: portRange(flags["service-node-port-range"]),
      runtimeConfig: flags["runtime-config"],
      featureGates: featureGates(flags["feature-gates"]),
      authorizationModes: authorizationModes(flags["authorization-mode"]),
      serviceAccounts: serviceAccounts(flags),
      requestHeader: requestHeader(flags),
      proxyClient: proxyClient(flags),
      corsAllowedOrigins: corsAllowedOrigins(flags["cors-allowed-origins"]),
      clientCa:
        flags["client-ca-file"] === undefined ? undefined : readFlagFile("client-ca-file", flags["client-ca-file"]),
    }),
    ...(tokens !== undefined && { tokens: parseTokenFile(readFlagFile("token-auth-file", tokens)) }),
  };
}

function portRange(text: string | undefined): Options["nodePortRange"] {
  if (text === undefined) return undefined;
  const [first, last] = (/^(\d+)-(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (!first || !last || first > last || last > 65_535)
    throw new ConfigError(`read --service-node-port-range: got ${JSON.stringify(text)}, wanted FIRST-LAST`);
  return { first, last };
}

/** Only gates that change something here: one that is read and ignored would lie. */
function featureGates(gates: Readonly<Record<string, boolean>> | undefined) {
  const unknown = Object.keys(gates ?? {}).find((name) => !FEATURE_GATES.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(
      `read --feature-gates: the gate ${unknown} changes nothing here yet, wanted some of ${FEATURE_GATES.join(", ")}`,
    );
  return gates;
}

const MODES: readonly AuthorizationMode[] = ["Node", "RBAC", "AlwaysAllow"];

function authorizationModes(names: readonly string[] | undefined): readonly AuthorizationMode[] | undefined {
  return names?.map((name) => {
    const mode = MODES.find((one) => one === name);
    if (!mode)
      throw new ConfigError(`read --authorization-mode: got ${JSON.stringify(name)}, wanted ${MODES.join(", ")}`);
    return mode;
  });
}

function serviceAccounts(flags: ApiServerFlags): Options["serviceAccounts"] {
  const signing = flags["service-account-signing-key-file"];
  if (signing === undefined) return undefined;
  const [issuer, ...otherIssuers] = flags["service-account-issuer"] ?? [];
  if (!issuer)
    throw new ConfigError(
      "read --service-account-signing-key-file: it goes with --service-account-issuer, wanted both",
    );
  const others = flags["service-account-key-file"] ?? [];
  return {
    issuer,
    otherIssuers,
    audiences: flags["api-audiences"] ?? [issuer],
    key: privateKeyFromPem(readFlagFile("service-account-signing-key-file", signing)),
    otherKeys: others.map((path) => publicKeyFromPem(readFlagFile("service-account-key-file", path))),
  };
}

function requestHeader(flags: ApiServerFlags): Options["requestHeader"] {
  const ca = flags["requestheader-client-ca-file"];
  if (ca === undefined) return undefined;
  return {
    ca: readFlagFile("requestheader-client-ca-file", ca),
    allowedNames: flags["requestheader-allowed-names"] ?? [],
    usernameHeaders: flags["requestheader-username-headers"] ?? [],
    uidHeaders: flags["requestheader-uid-headers"] ?? [],
    groupHeaders: flags["requestheader-group-headers"] ?? [],
    extraHeaderPrefixes: flags["requestheader-extra-headers-prefix"] ?? [],
  };
}

function corsAllowedOrigins(patterns: readonly string[] | undefined): readonly string[] | undefined {
  for (const pattern of patterns ?? []) {
    const problem = originProblem(pattern);
    if (problem !== undefined)
      throw new ConfigError(`read --cors-allowed-origins: got ${JSON.stringify(pattern)}: ${problem}`);
  }
  return patterns;
}

function proxyClient(flags: ApiServerFlags): Options["proxyClient"] {
  const cert = flags["proxy-client-cert-file"];
  const key = flags["proxy-client-key-file"];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new ConfigError("read --proxy-client-cert-file and --proxy-client-key-file: one is missing, wanted both");
  return { cert: readFlagFile("proxy-client-cert-file", cert), key: readFlagFile("proxy-client-key-file", key) };
}

/** Kubelets of this process directly, all others over TLS. */
function kubeletsOf(flags: ApiServerFlags, { clock, scope, localKubelets }: ApiServerEnvironment): Kubelets {
  const read = (flag: "kubelet-certificate-authority" | "kubelet-client-certificate" | "kubelet-client-key") =>
    flags[flag] === undefined ? undefined : readFlagFile(flag, flags[flag]);
  const ca = read("kubelet-certificate-authority");
  const cert = read("kubelet-client-certificate");
  const key = read("kubelet-client-key");
  const types = flags["kubelet-preferred-address-types"];
  const timeoutMs = flags["kubelet-timeout"];
  const remote = kubeletConnections({
    clock,
    tls: { ...(ca ? { ca } : { insecureSkipTlsVerify: true }), ...(cert && { cert }), ...(key && { key }) },
    ...(types?.length && { addressTypes: types }),
    ...(timeoutMs && { connectTimeoutMs: timeoutMs }),
  });
  scope.defer(() => remote.close());
  return async (nodeName, node) => localKubelets?.get(nodeName) ?? remote.kubelets(nodeName, node);
}

/** Compacts to the newest revision and rewrites the files. */
async function compactNow(store: Store): Promise<Revision> {
  const { revision, compactRevision } = await store.status();
  if (revision > compactRevision) await store.compact(revision);
  await store.defragment?.();
  return revision;
}

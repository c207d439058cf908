import { hostname } from "node:os";
import { isIP } from "node:net";
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
  type Kubelets,
  kubeletConnections,
} from "../../apiserver/index.ts";
import type { Handler } from "../../net/index.ts";
import type { Revision, Store } from "../../store/index.ts";
import { localAddress } from "../network/addresses.ts";
import { type ApiServerFlags, FLAG_TABLES, flagTexts, readFlagFile } from "../flags/index.ts";
import { orConfigError } from "./or-config-error.ts";
import { processMetrics } from "../process-metrics.ts";
import { processProfiler } from "../profiles/profiler.ts";
import { admissionAsConfigured } from "./admission.ts";
import { authenticationAsConfigured } from "./authentication.ts";
import { authorizationAsConfigured } from "./authorization.ts";
import { optionsOf } from "./apiserver-options.ts";
import { auditAsConfigured } from "./audit.ts";
import { ServerBeside } from "../server-beside.ts";
import { encryptedAsConfigured } from "./encryption.ts";
import type { ComponentEnvironment } from "./environment.ts";
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
  const mediaType = environment.store
    ? (flags["storage-media-type"] ?? "application/json")
    : storageMediaType(storeOf(flags), flags);
  const { dial } = environment;
  const beside = new ServerBeside({
    flags,
    storageMediaType: mediaType,
    store,
    clock,
    log,
    scope,
    ...(dial && { dial }),
  });
  const audiences = options.serviceAccounts?.audiences ?? flags["api-audiences"] ?? [];
  const serverOptions: ApiServerOptions = {
    ...options,
    ...(await authenticationAsConfigured(flags, audiences, { clock, scope, log })),
    ...(await authorizationAsConfigured(flags, { clock, scope, log })),
    admissionPlugins,
    ...(audit && { audit }),
    beside: (request) => beside.handle(request),
    store,
    storageMediaType: mediaType,
    clock,
    random,
    log,
    scope: scope.child(),
    kubelet: kubeletsOf(flags, environment),
    givenFlags: flagTexts(flags, FLAG_TABLES.apiserver),
    ...(dial && { dial }),
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
  const server = await orConfigError("start API server", () => createApiServer(serverOptions));
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

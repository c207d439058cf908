import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ApiServer } from "../apiserver/index.ts";
import { type Clock, type Log, type Random, Scope } from "../base/index.ts";
import { createClient, directTransport } from "../client/index.ts";
import {
  buildOciArchive,
  busyboxFiles,
  dialSimulated,
  kubeletHandler,
  type RealKubelet,
  type Simulation,
  startRealKubelet,
  startSimulatedKubelet,
  whyNoNodeHere,
} from "../kubelet/index.ts";
import type { ApiRequest, ApiResponse, Handler, UserInfo } from "../net/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import type { Store } from "../store/index.ts";
import { localAddress } from "./network/addresses.ts";
import { type RunningApiServer, startApiServerComponent } from "./components/apiserver.ts";
import { startControllerManagerComponent } from "./components/controller-manager.ts";
import { startDnsComponent } from "./components/dns.ts";
import { type ComponentEnvironment, contextOf, type RunningComponent } from "./components/environment.ts";
import { withConfigFile } from "./components/kubelet-config.ts";
import { kubeletOptions, nodeNameOf } from "./components/kubelet.ts";
import { startProxyComponent } from "./components/proxy.ts";
import { startSchedulerComponent } from "./components/scheduler.ts";
import { openStore, storageMediaType, storeOf } from "./components/store.ts";
import type { ClusterConfig } from "./config.ts";
import type { StoreConfig } from "./store-config.ts";
import type { DataDirectory } from "./data/data-directory.ts";
import { ConfigError } from "./errors.ts";
import type { ApiServerFlags, Component } from "./flags/index.ts";
import { nodeIdentity, subjectOf } from "./identities.ts";
import { KUBELET_CLIENT, writeKubeconfigs } from "./data/kubeconfigs.ts";
import { refuseForeignNetwork } from "./network/machine-network.ts";
import { takeNodeDoor } from "./node-door.ts";
import { FRONT_PROXY, openPki, type Pki, servingNames, writeSecret } from "./data/pki-files.ts";
import { explained } from "./problems.ts";
import { simulate } from "./simulated.ts";

export interface UpOptions {
  readonly config: ClusterConfig;
  /** That of the configuration, taken; it is closed with the cluster, or when starting fails. */
  readonly directory: DataDirectory;
  /** Gives the start up. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Called as each step begins, and with its duration when it is done. */
  readonly progress: (step: string, doneMs?: number) => void;
}

/** The file running.json of a data directory. */
export interface RunningState {
  readonly server: string;
  /** What was started, in order. */
  readonly parts: readonly string[];
}

/** A cluster that serves. */
export interface RunningCluster {
  readonly server: string;
  readonly kubeconfig: string;
  /** What kind of nodes it has, in words for people. */
  readonly nodes: string;
  /** Containers of this machine go on when it ends. */
  readonly hasContainers: boolean;
  close(): Promise<void>;
}

const SERVICE_CIDR = "10.96.0.0/16";
const DNS_IP = "10.96.0.10";
const POD_CIDR = "10.244.0.0/16";
/** Components that share a process have no others to elect, and are asked for their health through it. */
const ALONE = { "leader-elect": false, "secure-port": 0 } as const;
const REAL_ONLY = ["hostname-override", "node-ip", "provider-id", "root-dir", "container-runtime-endpoint"] as const;
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const STEP_TIMEOUT_MS = 60_000;
/** Where the API server passes questions on to the scheduler of its process. */
const SCHEDULER_PATH = "/scheduler/";
const NO_SCHEDULER: ApiResponse = {
  status: 503,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: { type: "bytes", bytes: new TextEncoder().encode("no scheduler runs in this process\n") },
};
const HELLO_IMAGE = "navarch.local/hello:1";

/** Starts everything in order; what was started is stopped again when a step fails, and a new data directory goes. */
export async function up(options: UpOptions): Promise<RunningCluster> {
  const { directory, log, signal } = options;
  const scope = Scope.logging(log);
  const start = new Start(options, scope);
  try {
    const given = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => given.reject(signal.reason), { once: true });
    const cluster = await Promise.race([start.run(), given.promise]);
    return {
      ...cluster,
      async close() {
        await scope.close();
        await directory.close();
      },
    };
  } catch (error) {
    await scope.close().catch(() => {});
    // What a real node has put on the machine is `navarch down`'s to find and to end.
    await (start.hasRealNode ? directory.close() : directory.discard());
    throw explained(error, directory.path);
  }
}

class Start {
  readonly #options: UpOptions;
  readonly #scope: Scope;
  readonly #kubelets = new Map<string, Handler>();
  /** Machines of the simulated nodes. */
  readonly #simulations = new Map<string, Simulation>();
  #askScheduler: Handler = async () => NO_SCHEDULER;
  /** Steps that are done. */
  readonly #done: string[] = [];
  hasRealNode = false;

  constructor(options: UpOptions, scope: Scope) {
    this.#options = options;
    this.#scope = scope;
  }

  async run(): Promise<Omit<RunningCluster, "close">> {
    const { config } = this.#options;
    const nodes = this.#decideNodes();
    const nodeIp = config.flags.kubelet["node-ip"]?.[0] ?? localAddress();
    if (nodes.type === "real") await this.#step("network", () => refuseForeignNetwork(config.dataDirectory, POD_CIDR));
    const pki = await this.#step("certificates", () => this.#openPki(nodeIp));
    const store = await this.#step("store", () => this.#openStore());
    const host = config.host ?? (nodes.type === "real" ? "0.0.0.0" : "127.0.0.1");
    const { server, port } = await this.#step("API server", () => this.#startApiServer({ store, pki, host, nodeIp }));
    if (this.#runs("controller-manager")) await this.#step("controllers", () => this.#startControllers(server, pki));
    if (this.#runs("scheduler")) await this.#step("scheduler", () => this.#startScheduler(server));
    if (nodes.type === "simulated") await this.#step("nodes", () => this.#startSimulated(server, nodes.count));
    if (nodes.type === "real") await this.#startRealNode(server, pki, nodeIp);
    const url = `https://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
    const kubeconfig = await this.#writeKubeconfigs(pki, url);
    await this.#writeState(url);
    return { server: url, kubeconfig, nodes: nodes.words, hasContainers: nodes.type === "real" };
  }

  #runs(component: Component): boolean {
    return !this.#options.config.disabled.has(component);
  }

  async #step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { clock, progress } = this.#options;
    const startMs = clock.monotonicMs();
    progress(name);
    const late = Promise.withResolvers<never>();
    const timer = clock.timer(STEP_TIMEOUT_MS, () =>
      late.reject(new Error(`start ${name}: not done after ${STEP_TIMEOUT_MS / 1000} s`)),
    );
    try {
      const result = await Promise.race([work(), late.promise]);
      this.#done.push(name);
      progress(name, clock.monotonicMs() - startMs);
      return result;
    } finally {
      timer.cancel();
    }
  }

  #decideNodes():
    | { type: "real" | "none"; words: string; count: 0 }
    | { type: "simulated"; words: string; count: number } {
    const { config } = this.#options;
    const wanted = config.nodes;
    if (wanted.type === "simulated")
      return {
        type: "simulated",
        count: wanted.count,
        words: `${wanted.count} simulated node${wanted.count === 1 ? "" : "s"}`,
      };
    if (wanted.type === "none" || !this.#runs("kubelet")) return { type: "none", words: "no nodes", count: 0 };
    const lacking = whyNoNodeHere();
    if (lacking === undefined) return { type: "real", words: "this machine as a node", count: 0 };
    if (wanted.type === "real") throw new ConfigError(`start node: ${lacking}`);
    return { type: "simulated", count: 1, words: `one simulated node, since ${lacking}` };
  }

  #openPki(nodeIp: string): Promise<Pki> {
    const { config, clock, random } = this.#options;
    const hosts = [config.host, config.flags.apiserver["advertise-address"]].filter((one) => one !== undefined);
    const sans = servingNames([nodeIp, ...hosts]);
    return openPki({ directory: join(config.dataDirectory, "pki"), clock, random, sans });
  }

  #storeConfig(): StoreConfig {
    const { config } = this.#options;
    const flags = config.flags.apiserver;
    const isSaid = flags.store !== undefined || flags["etcd-servers"] !== undefined;
    return isSaid ? storeOf(flags) : config.store;
  }

  #openStore(): Promise<Store> {
    const { config, clock, log } = this.#options;
    const flags = config.flags.apiserver;
    return openStore(this.#storeConfig(), { clock, log, scope: this.#scope, flags });
  }

  async #startApiServer(init: { store: Store; pki: Pki; host: string; nodeIp: string }): Promise<RunningApiServer> {
    const { store, pki, host, nodeIp } = init;
    const { config, clock, random, log } = this.#options;
    const kubeletClient = await pki.client("apiserver-kubelet-client", subjectOf(KUBELET_CLIENT));
    const flags: ApiServerFlags = {
      "bind-address": host,
      "secure-port": config.port,
      "storage-media-type": storageMediaType(this.#storeConfig(), config.flags.apiserver),
      ...(host !== "127.0.0.1" && { "advertise-address": nodeIp }),
      "tls-cert-file": pki.serving.certFile,
      "tls-private-key-file": pki.serving.keyFile,
      "client-ca-file": pki.caFile,
      "requestheader-client-ca-file": pki.frontProxyCaFile,
      "requestheader-allowed-names": [FRONT_PROXY],
      "requestheader-username-headers": ["X-Remote-User"],
      "requestheader-group-headers": ["X-Remote-Group"],
      "requestheader-extra-headers-prefix": ["X-Remote-Extra-"],
      "proxy-client-cert-file": pki.frontProxyClient.certFile,
      "proxy-client-key-file": pki.frontProxyClient.keyFile,
      "kubelet-client-certificate": kubeletClient.certFile,
      "kubelet-client-key": kubeletClient.keyFile,
      "kubelet-preferred-address-types": ["InternalIP", "Hostname"],
      "service-account-issuer": [ISSUER],
      "service-account-signing-key-file": pki.serviceAccountKeyFile,
      "service-cluster-ip-range": SERVICE_CIDR,
      "enable-admission-plugins": ["NodeRestriction"],
      ...(config.tokenAuthFile !== undefined && { "token-auth-file": config.tokenAuthFile }),
      ...config.flags.apiserver,
    };
    const localKubelets = this.#kubelets;
    const extensions = new Map([[SCHEDULER_PATH, (request: ApiRequest) => this.#askScheduler(request)]]);
    const dial = dialSimulated(this.#simulations, clock);
    const shared = { localKubelets, dial, extensions };
    return startApiServerComponent(flags, { clock, random, log, scope: this.#scope, store, ...shared });
  }

  /** What the components of this process are given: clients of its API server without a socket. */
  #environment(server: ApiServer): ComponentEnvironment {
    const { clock, random, log } = this.#options;
    const connect = (identity: UserInfo) =>
      createClient({ transport: directTransport(server.handle, identity), clock });
    return { clock, random, log, scope: this.#scope, connect };
  }

  #context(name: string, server: ApiServer, identity: UserInfo): ComponentContext {
    return contextOf(this.#environment(server), { name, identity, flags: {} });
  }

  async #startControllers(server: ApiServer, pki: Pki): Promise<void> {
    const { apiserver, "controller-manager": own } = this.#options.config.flags;
    const flags = {
      ...ALONE,
      "root-ca-file": pki.caFile,
      "service-account-private-key-file": pki.serviceAccountKeyFile,
      "cluster-signing-cert-file": pki.caFile,
      "cluster-signing-key-file": pki.caKeyFile,
      "cluster-cidr": POD_CIDR,
      "allocate-node-cidrs": true,
      "service-cluster-ip-range": apiserver["service-cluster-ip-range"] ?? SERVICE_CIDR,
      "use-service-account-credentials": true,
      ...own,
    };
    await this.#mayWait(flags, await startControllerManagerComponent(flags, this.#environment(server)));
  }

  async #startScheduler(server: ApiServer): Promise<void> {
    const flags = { ...ALONE, ...this.#options.config.flags.scheduler };
    const scheduler = await startSchedulerComponent(flags, this.#environment(server));
    this.#askScheduler = scheduler.handler;
    await this.#mayWait(flags, scheduler);
  }

  /** Who stands for election may have to wait for long; others are ready before the cluster is. */
  async #mayWait(flags: { readonly "leader-elect"?: boolean }, { ready }: RunningComponent): Promise<void> {
    if (flags["leader-elect"]) ready.catch(() => {});
    else await ready;
  }

  async #startSimulated(server: ApiServer, count: number): Promise<void> {
    const { clock, random, config } = this.#options;
    const flags = config.flags.kubelet;
    const odd = REAL_ONLY.find((name) => flags[name] !== undefined);
    if (odd) throw new ConfigError(`read --kubelet.${odd}: simulated nodes don't have that, wanted a real node`);
    const options = { clusterDNS: [DNS_IP], ...kubeletOptions(withConfigFile(flags)) };
    for (const [nodeName, simulation] of simulate(count, { clock, random })) {
      this.#simulations.set(nodeName, simulation);
      const context = this.#context(`kubelet/${nodeName}`, server, nodeIdentity(nodeName));
      const kubelet = await startSimulatedKubelet(context, { ...options, nodeName, simulation, port: 0 });
      this.#kubelets.set(nodeName, kubeletHandler(kubelet));
    }
  }

  async #startRealNode(server: ApiServer, pki: Pki, nodeIp: string): Promise<void> {
    this.hasRealNode = true;
    const { config } = this.#options;
    const flags = withConfigFile(config.flags.kubelet);
    const nodeName = nodeNameOf(flags);
    const endpoint = flags["container-runtime-endpoint"];
    const { cert, key } = await pki.kubeletServing(nodeName, [nodeIp, "127.0.0.1"]);
    const door = await takeNodeDoor(this.#environment(server), {
      host: flags.address ?? "0.0.0.0",
      port: flags.port,
      tls: { cert, key, ca: pki.caPem },
    });
    const kubelet = await this.#step("node", () =>
      startRealKubelet(this.#context("kubelet", server, nodeIdentity(nodeName)), {
        clusterDNS: [DNS_IP],
        nodeIPs: [nodeIp],
        ...kubeletOptions(flags),
        nodeName,
        dataDirectory: flags["root-dir"] ?? join(config.dataDirectory, "kubelet"),
        containerdDirectory: join(config.dataDirectory, "containerd"),
        port: door.port,
        ...(endpoint !== undefined && { containerRuntimeEndpoint: endpoint }),
      }),
    );
    const handler = kubeletHandler(kubelet);
    this.#kubelets.set(nodeName, handler);
    door.open(handler);
    await this.#step("example image", () => importHello(kubelet));
    if (this.#runs("proxy")) await this.#step("service proxy", () => this.#startProxy(server, nodeName));
    if (this.#runs("dns")) await this.#step("DNS", () => this.#startDns(server, nodeIp));
  }

  async #startProxy(server: ApiServer, nodeName: string): Promise<void> {
    const { dataDirectory, flags: given } = this.#options.config;
    const flags = {
      "data-dir": dataDirectory,
      "hostname-override": nodeName,
      "cluster-cidr": POD_CIDR,
      ...given.proxy,
    };
    const { ready } = await startProxyComponent(flags, this.#environment(server));
    await ready;
  }

  async #startDns(server: ApiServer, nodeIp: string): Promise<void> {
    const flags = { "bind-address": nodeIp, "cluster-dns": DNS_IP, ...this.#options.config.flags.dns };
    await startDnsComponent(flags, this.#environment(server));
  }

  /** What `navarch status` can't ask the API server: what runs in this process. */
  async #writeState(server: string): Promise<void> {
    const file = join(this.#options.directory.path, "running.json");
    const state: RunningState = { server, parts: this.#done.filter((part) => part !== "certificates") };
    this.#scope.defer(() => rm(file, { force: true }));
    await writeSecret(file, JSON.stringify(state));
  }

  async #writeKubeconfigs(pki: Pki, server: string): Promise<string> {
    const { dataDirectory, kubeconfig } = this.#options.config;
    const { path, text } = await writeKubeconfigs({ pki, dataDirectory, server, nodes: [...this.#kubelets.keys()] });
    if (kubeconfig !== undefined) await writeSecret(kubeconfig, text);
    return path;
  }
}

/** The image of examples/hello, made here, so that trying it needs no registry. */
async function importHello(kubelet: RealKubelet): Promise<void> {
  const path = ["/bin/busybox", "/usr/bin/busybox"];
  for (const candidate of path) {
    const binary = await readFile(candidate).catch(() => undefined);
    if (!binary) continue;
    const architecture = process.arch === "arm64" ? "arm64" : "amd64";
    await kubelet.importImage(
      HELLO_IMAGE,
      buildOciArchive({
        name: HELLO_IMAGE,
        architecture,
        files: busyboxFiles(binary),
        config: { Cmd: ["/bin/sh"] },
      }),
    );
    return;
  }
}

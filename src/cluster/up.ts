import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { type ApiServer, createApiServer, parseTokenFile } from "../apiserver/index.ts";
import type { Clock, Log, Random } from "../base/index.ts";
import { Scope } from "../base/index.ts";
import { createClient, directTransport, writeKubeconfig } from "../client/index.ts";
import { startControllers } from "../controllers/index.ts";
import { startDns } from "../dns/index.ts";
import {
  buildOciArchive,
  busyboxFiles,
  findProgram,
  kubeletHandler,
  type RealKubelet,
  startRealKubelet,
  startSimulatedKubelet,
} from "../kubelet/index.ts";
import { type Handler, listen, type UserInfo } from "../net/index.ts";
import { startProxy } from "../proxy/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import { startScheduler } from "../scheduler/index.ts";
import { openEmbeddedStore, openMemoryStore, type Store } from "../store/index.ts";
import { type ClusterConfig, type Component, ConfigError, parseDuration } from "./config.ts";
import { controllerIdentity, IDENTITIES, nodeIdentity } from "./identities.ts";
import { refuseForeignNetwork } from "./machine-network.ts";
import { openPki, type Pki, writeSecret } from "./pki-files.ts";
import { simulate } from "./simulated.ts";

export interface UpOptions {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly isRoot: boolean;
  /** Called as each step begins, and with its duration when it is done. */
  readonly progress: (step: string, doneMs?: number) => void;
}

/** A cluster that serves. */
export interface RunningCluster {
  readonly server: string;
  readonly kubeconfig: string;
  /** What kind of nodes it has, in words for people. */
  readonly nodes: string;
  close(): Promise<void>;
}

const SERVICE_CIDR = "10.96.0.0/16";
const FIRST_SERVICE_IP = "10.96.0.1";
const DNS_IP = "10.96.0.10";
const POD_CIDR = "10.244.0.0/16";
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const STEP_TIMEOUT_MS = 60_000;
export const HELLO_IMAGE = "navarch.local/hello:1";

/** Starts everything in order; what was started is stopped again when a step fails. */
export async function up(options: UpOptions): Promise<RunningCluster> {
  const scope = Scope.logging(options.log);
  try {
    return await new Start(options, scope).run();
  } catch (error) {
    await scope.close().catch(() => {});
    throw error;
  }
}

class Start {
  readonly #options: UpOptions;
  readonly #scope: Scope;
  readonly #kubelets = new Map<string, Handler>();

  constructor(options: UpOptions, scope: Scope) {
    this.#options = options;
    this.#scope = scope;
  }

  async run(): Promise<RunningCluster> {
    const { config } = this.#options;
    const nodes = this.#decideNodes();
    const nodeIp = localAddress();
    await this.#claimDirectory();
    if (nodes.type === "real") await this.#step("network", () => refuseForeignNetwork(config.dataDirectory, POD_CIDR));
    const pki = await this.#step("certificates", () => this.#openPki(nodeIp));
    const store = await this.#step("store", () => this.#openStore());
    const host = config.host ?? (nodes.type === "real" ? "0.0.0.0" : "127.0.0.1");
    const { server, port } = await this.#step("API server", () => this.#startApiServer({ store, pki, host, nodeIp }));
    if (this.#runs("controller-manager")) await this.#step("controllers", () => this.#startControllers(server, pki));
    if (this.#runs("scheduler")) await this.#step("scheduler", () => this.#startScheduler(server));
    if (nodes.type === "simulated") await this.#step("nodes", () => this.#startSimulated(server, nodes.count));
    if (nodes.type === "real") await this.#startRealNode(server, nodeIp);
    const url = `https://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
    const kubeconfig = await this.#writeKubeconfigs(pki, url);
    return { server: url, kubeconfig, nodes: nodes.words, close: () => this.#scope.close() };
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
      return await Promise.race([work(), late.promise]);
    } finally {
      timer.cancel();
      progress(name, clock.monotonicMs() - startMs);
    }
  }

  #decideNodes():
    | { type: "real" | "none"; words: string; count: 0 }
    | { type: "simulated"; words: string; count: number } {
    const { config, isRoot } = this.#options;
    const wanted = config.nodes;
    if (wanted.type === "simulated")
      return {
        type: "simulated",
        count: wanted.count,
        words: `${wanted.count} simulated node${wanted.count === 1 ? "" : "s"}`,
      };
    if (wanted.type === "none" || !this.#runs("kubelet")) return { type: "none", words: "no nodes", count: 0 };
    const lacking = whyNotReal(isRoot);
    if (lacking === undefined) return { type: "real", words: "this machine as a node", count: 0 };
    if (wanted.type === "real") throw new ConfigError(`start node: ${lacking}`);
    return { type: "simulated", count: 1, words: `one simulated node, since ${lacking}` };
  }

  /** One cluster per directory at a time. */
  async #claimDirectory(): Promise<void> {
    const { dataDirectory } = this.#options.config;
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const pidFile = join(dataDirectory, "navarch.pid");
    const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
    if (pid && pid !== process.pid && isAlive(pid))
      throw new ConfigError(`start cluster: it runs already in ${dataDirectory} (process ${pid})`);
    await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 });
    this.#scope.defer(() => rm(pidFile, { force: true }));
  }

  #openPki(nodeIp: string): Promise<Pki> {
    const { config, clock, random } = this.#options;
    const dns = [
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      hostname().toLowerCase(),
    ];
    const ip = [
      ...new Set([
        "127.0.0.1",
        "::1",
        FIRST_SERVICE_IP,
        nodeIp,
        ...(config.host && /^[\d.]+$/.test(config.host) ? [config.host] : []),
      ]),
    ].filter((one) => one !== "0.0.0.0");
    return openPki({
      directory: join(config.dataDirectory, "pki"),
      clock,
      random,
      sans: { dns: [...new Set(dns)], ip },
    });
  }

  async #openStore(): Promise<Store> {
    const { config, clock, log } = this.#options;
    const { store: wanted } = config;
    if (wanted.type === "etcd")
      throw new ConfigError("open store: etcd:// is not available yet, wanted embedded or memory");
    const store =
      wanted.type === "memory"
        ? openMemoryStore()
        : await openEmbeddedStore({ directory: join(config.dataDirectory, "store"), clock, log });
    this.#scope.defer(() => store.close());
    return store;
  }

  async #startApiServer({
    store,
    pki,
    host,
    nodeIp,
  }: {
    store: Store;
    pki: Pki;
    host: string;
    nodeIp: string;
  }): Promise<{ server: ApiServer; port: number }> {
    const { config, clock, random, log } = this.#options;
    const flags = config.flags.apiserver ?? {};
    const tokens =
      config.tokenAuthFile === undefined ? [] : parseTokenFile(await readFile(config.tokenAuthFile, "utf8"));
    const server = createApiServer({
      store,
      clock,
      random,
      tokens,
      log: log.child({ component: "apiserver" }),
      scope: this.#scope.child(),
      serviceCidr: flags["service-cluster-ip-range"] ?? SERVICE_CIDR,
      serviceAccounts: { issuer: ISSUER, audiences: [ISSUER], key: pki.serviceAccountKey },
      anonymousAuth: flags["anonymous-auth"] !== "false",
      serverAddress: `${nodeIp}:${config.port}`,
      advertise: { address: host === "127.0.0.1" ? undefined : nodeIp, port: config.port },
      kubelet: (nodeName) => this.#kubelets.get(nodeName),
      ...(flags["max-requests-inflight"] && { maxRequestsInflight: Number(flags["max-requests-inflight"]) }),
      ...(flags["max-mutating-requests-inflight"] && {
        maxMutatingRequestsInflight: Number(flags["max-mutating-requests-inflight"]),
      }),
    });
    const tls = { ...pki.serving, ca: pki.caPem };
    const listener = await listen({ host, port: config.port, tls, handler: server.handle, log, clock }).catch(
      (error) => {
        if (error.code === "EADDRINUSE" || error.cause?.code === "EADDRINUSE")
          throw new ConfigError(
            `listen: port ${config.port} on ${host} is in use, wanted a free one (--listen HOST:PORT)`,
          );
        throw error;
      },
    );
    this.#scope.defer(() => listener.close(1000));
    await server.ready;
    return { server, port: listener.port };
  }

  #context(name: string, server: ApiServer, identity: UserInfo): ComponentContext {
    const { clock, random, log } = this.#options;
    return {
      client: createClient({ transport: directTransport(server.handle, identity), clock }),
      clock,
      random,
      log: log.child({ component: name }),
      scope: this.#scope.child(),
    };
  }

  async #startControllers(server: ApiServer, pki: Pki): Promise<void> {
    const { clock } = this.#options;
    const flags = this.#options.config.flags["controller-manager"] ?? {};
    const clientFor = (account: string) =>
      createClient({ transport: directTransport(server.handle, controllerIdentity(account)), clock });
    const context = this.#context("controller-manager", server, IDENTITIES.controllerManager);
    const grace = flags["node-monitor-grace-period"];
    const startup = flags["node-startup-grace-period"];
    await startControllers(context, {
      leaderElect: flags["leader-elect"] === "true",
      rootCa: pki.caPem,
      clusterCidr: flags["cluster-cidr"] ?? POD_CIDR,
      allocateNodeCidrs: true,
      serviceClusterIpRange: SERVICE_CIDR,
      clientFor,
      ...(flags.controllers && { controllers: flags.controllers.split(",") }),
      ...(grace && { nodeMonitorGracePeriodMs: parseDuration("--node-monitor-grace-period", grace) }),
      ...(startup && { nodeStartupGracePeriodMs: parseDuration("--node-startup-grace-period", startup) }),
    });
  }

  async #startScheduler(server: ApiServer): Promise<void> {
    const leaderElect = this.#options.config.flags.scheduler?.["leader-elect"] === "true";
    await startScheduler(this.#context("scheduler", server, IDENTITIES.scheduler), { leaderElect });
  }

  async #startSimulated(server: ApiServer, count: number): Promise<void> {
    const { clock, random } = this.#options;
    for (const [nodeName, simulation] of simulate(count, clock, random)) {
      const context = this.#context(`kubelet/${nodeName}`, server, nodeIdentity(nodeName));
      const kubelet = await startSimulatedKubelet(context, { nodeName, simulation, port: 0, clusterDNS: [DNS_IP] });
      this.#kubelets.set(nodeName, kubeletHandler(kubelet));
    }
  }

  async #startRealNode(server: ApiServer, nodeIp: string): Promise<void> {
    const { config } = this.#options;
    const flags = config.flags.kubelet ?? {};
    const nodeName = (flags["hostname-override"] ?? hostname()).toLowerCase();
    const kubelet = await this.#step("node", () =>
      startRealKubelet(this.#context("kubelet", server, nodeIdentity(nodeName)), {
        nodeName,
        dataDirectory: join(config.dataDirectory, "kubelet"),
        containerdDirectory: join(config.dataDirectory, "containerd"),
        clusterDNS: [DNS_IP],
        nodeIPs: [nodeIp],
        port: 0,
        ...(flags["max-pods"] && { maxPods: Number(flags["max-pods"]) }),
        ...(flags["pod-manifest-path"] && { staticPodPath: flags["pod-manifest-path"] }),
        ...(flags["container-runtime-endpoint"] && { containerRuntimeEndpoint: flags["container-runtime-endpoint"] }),
      }),
    );
    this.#kubelets.set(nodeName, kubeletHandler(kubelet));
    await this.#step("example image", () => importHello(kubelet));
    if (this.#runs("proxy")) await this.#step("service proxy", () => this.#startProxy(server, nodeName));
    if (this.#runs("dns")) await this.#step("DNS", () => this.#startDns(server, nodeIp));
  }

  async #startProxy(server: ApiServer, nodeName: string): Promise<void> {
    const mode = this.#options.config.flags.proxy?.["proxy-mode"] ?? "auto";
    if (mode !== "auto" && mode !== "nftables" && mode !== "iptables")
      throw new ConfigError(`read --proxy.proxy-mode: got ${JSON.stringify(mode)}, wanted nftables or iptables`);
    const proxy = await startProxy(this.#context("proxy", server, IDENTITIES.proxy), {
      hostnameOverride: nodeName,
      clusterCidr: POD_CIDR,
      owner: this.#options.config.dataDirectory,
      proxyMode: mode,
    });
    await proxy.ready;
  }

  async #startDns(server: ApiServer, nodeIp: string): Promise<void> {
    await startDns(this.#context("dns", server, IDENTITIES.dns), {
      host: nodeIp,
      port: 0,
      clusterDns: DNS_IP,
      upstreams: await upstreamResolvers(),
    });
  }

  async #writeKubeconfigs(pki: Pki, server: string): Promise<string> {
    const { dataDirectory, kubeconfig } = this.#options.config;
    const admin = await pki.client("admin", { commonName: "kubernetes-admin", organizations: ["system:masters"] });
    const text = writeKubeconfig({ server, ca: pki.caPem, cert: admin.cert, key: admin.key });
    const path = join(dataDirectory, "kubeconfig");
    for (const file of kubeconfig === undefined ? [path] : [path, kubeconfig]) {
      await writeSecret(file, text);
      await chmod(file, 0o600);
    }
    return path;
  }
}

/** Why this machine can't be a node; undefined when it can. */
export function whyNotReal(isRoot: boolean): string | undefined {
  if (process.platform !== "linux") return "real nodes need Linux";
  if (!isRoot) return "real nodes need root";
  const missing = ["containerd", "runc"].filter((program) => findProgram(program) === undefined);
  return missing.length > 0 ? `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not installed` : undefined;
}

/** The address under which pods and other machines reach this one. */
function localAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return (
    addresses.find((one) => one.family === "IPv4" && !one.internal && !/^(10\.244|172\.17)\./.test(one.address))
      ?.address ?? "127.0.0.1"
  );
}

async function upstreamResolvers(): Promise<string[]> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1]!);
}

/** The image of examples/hello, made here, so that trying it needs no registry. */
async function importHello(kubelet: RealKubelet): Promise<void> {
  const path = ["/bin/busybox", "/usr/bin/busybox"];
  for (const candidate of path) {
    const binary = await readFile(candidate).catch(() => undefined);
    if (!binary) continue;
    const architecture = process.arch === "arm64" ? "arm64" : "amd64";
    await kubelet.importImage(
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

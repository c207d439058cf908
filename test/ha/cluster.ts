import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { realDirectoryPrefix } from "../../src/kubelet/testing/namespaces.ts";
import { Process } from "../e2e/apart.ts";
import { command, LAUNCHER, SERVER } from "../e2e/cli.ts";
import { Balancer } from "./balancer.ts";
import { KubeClient } from "./client.ts";
import { EtcdCluster } from "./etcd.ts";
import { HERE, Machine } from "./network.ts";

const PORT = 6443;
const HASTE_MS = 5_000;
/** Long enough that a machine which is busy with other things takes the lead from nobody. */
export const MANAGER_LEASE_MS = 12_000;
const NAVARCH = [process.execPath, `--import=${join(import.meta.dirname, "jumping-clock.ts")}`, ...SERVER];

export interface Manager {
  readonly machine: Machine;
  readonly process: Process;
}

interface ApiServer {
  readonly machine: Machine;
  readonly client: KubeClient;
  /** Gives up soon, to go on at another server. */
  readonly hasty: KubeClient;
  process: Process | undefined;
}

/** Three API servers on an etcd of three members, a balancer before them, and two controller managers behind it. */
export class HaCluster {
  readonly etcd: EtcdCluster;
  readonly servers: readonly ApiServer[];
  readonly managers: Manager[] = [];
  readonly #directory: string;
  readonly #balancer: Balancer;

  private constructor(directory: string, etcd: EtcdCluster, servers: readonly ApiServer[], balancer: Balancer) {
    this.#directory = directory;
    this.etcd = etcd;
    this.servers = servers;
    this.#balancer = balancer;
  }

  static async start(): Promise<HaCluster> {
    await Machine.network();
    const directory = mkdtempSync(realDirectoryPrefix());
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    const machines: Machine[] = [];
    for (const number of [1, 2, 3]) machines.push(await Machine.add(`api${number}`, 20 + number));
    const hosts = machines.map(({ address }) => `--host=${address}`);
    const made = await command(process.execPath, [
      LAUNCHER,
      "pki",
      `--data-dir=${directory}`,
      `--server=https://${HERE}:${PORT}`,
      ...hosts,
    ]);
    if (made.code !== 0) throw new Error(`navarch pki: ${made.stderr}`);
    const etcd = await EtcdCluster.start(directory);
    const servers = machines.map((machine) => ({
      machine,
      client: new KubeClient(`${machine.address}:${PORT}`, directory),
      hasty: new KubeClient(`${machine.address}:${PORT}`, directory, { timeoutMs: HASTE_MS }),
      process: undefined,
    }));
    const addresses = machines.map(({ address }) => address);
    const cluster = new HaCluster(directory, etcd, servers, await Balancer.listen(HERE, PORT, addresses));
    // All at once, on an empty store: what every cluster holds is made by all three.
    try {
      await Promise.all(servers.map((_, index) => cluster.startServer(index)));
    } catch (error) {
      // What still runs would keep the test from ending.
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The client that speaks to one server. */
  client(index: number): KubeClient {
    return this.servers[index % this.servers.length]!.client;
  }

  async startServer(index: number): Promise<void> {
    const server = this.servers[index]!;
    const pki = (file: string) => join(this.#directory, "pki", file);
    const [program, args] = server.machine.running(
      ...NAVARCH,
      "apiserver",
      ...this.etcd.flags,
      `--bind-address=${server.machine.address}`,
      `--secure-port=${PORT}`,
      `--tls-cert-file=${pki("apiserver.crt")}`,
      `--tls-private-key-file=${pki("apiserver.key")}`,
      `--client-ca-file=${pki("ca.crt")}`,
      `--service-account-signing-key-file=${pki("sa.key")}`,
      `--service-account-key-file=${pki("sa.pub")}`,
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      "--authorization-mode=Node,RBAC",
    );
    server.process = new Process(program, args);
    await server.process.said("Component started");
  }

  /** On a machine of its own; reaches the servers through the balancer. */
  async startManager(): Promise<Manager> {
    const number = this.managers.length + 1;
    const machine = await Machine.add(`manager${number}`, 30 + number);
    const [program, args] = machine.running(
      ...NAVARCH,
      "controller-manager",
      `--kubeconfig=${join(this.#directory, "pki/controller-manager.kubeconfig")}`,
      "--secure-port=0",
      "--use-service-account-credentials",
      `--root-ca-file=${join(this.#directory, "pki/ca.crt")}`,
      `--leader-elect-lease-duration=${MANAGER_LEASE_MS}ms`,
      "--leader-elect-renew-deadline=9s",
      "--leader-elect-retry-period=1s",
    );
    const manager = { machine, process: new Process(program, args) };
    this.managers.push(manager);
    await manager.process.said("Component started");
    return manager;
  }

  async stop(): Promise<void> {
    for (const { process, client, hasty } of this.servers) {
      client.close();
      hasty.close();
      process?.signal("SIGCONT");
      await process?.stop("SIGKILL");
    }
    for (const { process } of this.managers) {
      process.signal("SIGCONT");
      await process.stop("SIGKILL");
    }
    await this.#balancer.close();
    await this.etcd.stop();
  }
}

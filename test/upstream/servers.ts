import { join } from "node:path";
import { freePort } from "../../src/net/testing/free-port.ts";
import { ApartCluster, Process } from "../e2e/apart.ts";
import { command, type CommandResult, eventually, SERVER } from "../e2e/cli.ts";
import { KubeClient } from "../ha/client.ts";

/** The original's server, as `npm run upstream` has built it. */
const KUBE_APISERVER = process.env.KUBE_APISERVER ?? "";
export const withoutUpstream = KUBE_APISERVER ? false : "no kube-apiserver is built: npm run upstream";

/** A server of either kind, and somebody who uses it. */
export interface Server {
  readonly name: "upstream" | "navarch";
  readonly client: KubeClient;
  readonly process: Process;
  kubectl(...args: readonly string[]): Promise<string>;
  tryKubectl(args: readonly string[], input?: string): Promise<CommandResult>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Certificates and keys that all servers of a test share. */
export class Servers implements AsyncDisposable {
  readonly #files: ApartCluster;
  readonly #running = new Set<Server>();

  private constructor(files: ApartCluster) {
    this.#files = files;
  }

  static async create(): Promise<Servers> {
    return new Servers(await ApartCluster.create([]));
  }

  get directory(): string {
    return this.#files.directory;
  }

  /** kube-apiserver on an etcd; ready when this resolves. */
  upstream(etcd: string, ...flags: readonly string[]): Promise<Server> {
    return this.#start("upstream", [KUBE_APISERVER], [...this.#flags(etcd), "--advertise-address=192.0.2.1", ...flags]);
  }

  /** The same where flags say in another way than by modes who decides what users may do. */
  upstreamWithoutModes(etcd: string, ...flags: readonly string[]): Promise<Server> {
    const given = this.#flags(etcd).filter((flag) => !flag.startsWith("--authorization-mode="));
    return this.#start("upstream", [KUBE_APISERVER], [...given, "--advertise-address=192.0.2.1", ...flags]);
  }

  /** Ours on an etcd. */
  navarch(etcd: string, ...flags: readonly string[]): Promise<Server> {
    const args = [...this.#flags(etcd), "--advertise-address=192.0.2.2", ...flags];
    return this.#start("navarch", [process.execPath, ...SERVER, "apiserver"], args);
  }

  #flags(etcd: string): readonly string[] {
    const pki = (file: string) => this.#files.pki(file);
    return [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      `--tls-cert-file=${pki("apiserver.crt")}`,
      `--tls-private-key-file=${pki("apiserver.key")}`,
      `--client-ca-file=${pki("ca.crt")}`,
      `--service-account-signing-key-file=${pki("sa.key")}`,
      `--service-account-key-file=${pki("sa.pub")}`,
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      "--authorization-mode=Node,RBAC",
      "--service-cluster-ip-range=10.96.0.0/16",
    ];
  }

  async #start(name: Server["name"], program: readonly string[], flags: readonly string[]): Promise<Server> {
    const port = await freePort();
    const running = new Process(program[0]!, [...program.slice(1), ...flags, `--secure-port=${port}`]);
    const client = new KubeClient(`127.0.0.1:${port}`, this.directory);
    const kubeconfig = join(this.directory, "kubeconfig");
    const tryKubectl = (args: readonly string[], input = "") =>
      command("kubectl", ["--kubeconfig", kubeconfig, "--server", `https://127.0.0.1:${port}`, ...args], { input });
    const server: Server = {
      name,
      client,
      process: running,
      tryKubectl,
      async kubectl(...args) {
        const { code, stdout, stderr } = await tryKubectl(args);
        if (code !== 0) throw new Error(`kubectl ${args.join(" ")} (${name}): ${stderr || stdout}`);
        return stdout;
      },
      stop: async (signal = "SIGTERM") => {
        this.#running.delete(server);
        client.close();
        await running.stop(signal);
      },
    };
    this.#running.add(server);
    await becomesReady(server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#running) await server.stop();
    await this.#files[Symbol.asyncDispose]();
  }
}

async function becomesReady({ name, client, process }: Server): Promise<void> {
  await eventually(async () => {
    const { status, body } = await client.send("GET", "/readyz?verbose");
    if (status !== 200) throw new Error(`${name} is not ready: ${String(body.text)}\n${process.output.slice(-4000)}`);
  });
}

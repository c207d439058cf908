import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../src/net/testing/free-port.ts";
import { command, type CommandResult, LAUNCHER, SERVER, SERVER_ENV } from "./cli.ts";

/** Only against waiting for ever. */
const PATIENCE_MS = 300_000;

/** A process that runs until it is told to end, and what it has said so far. */
export class Process implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  output = "";

  constructor(program: string, args: readonly string[], cwd?: string) {
    const env = { ...process.env, ...SERVER_ENV };
    this.#child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"], env, ...(cwd && { cwd }) });
    this.#ended = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => resolve(signal ? 128 : (code ?? 1))),
    );
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#child.emit("output");
      });
  }

  /** Resolves once the process has said `text`; fails when it ends before or takes too long. */
  said(text: string | RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.output.search(text) >= 0) finish(resolve);
      };
      const finish = (then: () => void) => {
        clearTimeout(timer);
        this.#child.off("output", look);
        then();
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`waited for ${text} in vain: ${this.output}`))),
        PATIENCE_MS,
      );
      this.#child.on("output", look);
      void this.#ended.then((code) => finish(() => reject(new Error(`ended with ${code}: ${this.output}`))));
      look();
    });
  }

  /** Stops it where it is (SIGSTOP), or lets it go on (SIGCONT). */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Its exit code once it has ended, or 128 when a signal ended it. */
  get ended(): Promise<number> {
    return this.#ended;
  }

  /** Ends it; the exit code, or 128 when the signal did. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.#child.kill(signal);
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Debian's etcd on free ports. */
export async function startEtcd(directory: string): Promise<{ readonly process: Process; readonly url: string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const process = new Process("/usr/bin/etcd", [
    `--data-dir=${join(directory, "etcd")}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ]);
  await process.said("ready to serve client requests");
  return { process, url };
}

export const withoutEtcd = existsSync("/usr/bin/etcd") ? false : "etcd is not installed";

/** A cluster whose components are processes of their own, which meet over TLS. */
export class ApartCluster implements AsyncDisposable {
  readonly directory: string;
  readonly port: number;
  readonly #processes: Process[] = [];

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  static async create(nodes: readonly string[]): Promise<ApartCluster> {
    const cluster = new ApartCluster(mkdtempSync(join(tmpdir(), "navarch-apart-")), await freePort());
    const args = [
      "--data-dir",
      cluster.directory,
      "--server",
      `https://127.0.0.1:${cluster.port}`,
      ...nodes.map((node) => `--node=${node}`),
    ];
    const made = await command(process.execPath, [LAUNCHER, "pki", ...args]);
    if (made.code !== 0) throw new Error(`navarch pki: ${made.stderr}`);
    return cluster;
  }

  /** Starts `navarch NAME` and waits until it says that it has started. */
  async start(name: string, ...flags: readonly string[]): Promise<Process> {
    const started = new Process(process.execPath, [...SERVER, name, ...flags]);
    this.#processes.push(started);
    await started.said("Component started");
    return started;
  }

  pki(file: string): string {
    return join(this.directory, "pki", file);
  }

  apiserver(
    store: string,
    { port = this.port, flags = [] }: { port?: number; flags?: readonly string[] } = {},
  ): Promise<Process> {
    return this.start(
      "apiserver",
      store,
      ...flags,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--tls-cert-file=${this.pki("apiserver.crt")}`,
      `--tls-private-key-file=${this.pki("apiserver.key")}`,
      `--client-ca-file=${this.pki("ca.crt")}`,
      `--kubelet-client-certificate=${this.pki("apiserver-kubelet-client.crt")}`,
      `--kubelet-client-key=${this.pki("apiserver-kubelet-client.key")}`,
      "--kubelet-preferred-address-types=InternalIP",
      `--service-account-signing-key-file=${this.pki("sa.key")}`,
      `--service-account-key-file=${this.pki("sa.pub")}`,
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
    );
  }

  controllerManager(...flags: readonly string[]): Promise<Process> {
    return this.start(
      "controller-manager",
      `--kubeconfig=${this.pki("controller-manager.kubeconfig")}`,
      "--secure-port=0",
      "--use-service-account-credentials",
      `--root-ca-file=${this.pki("ca.crt")}`,
      "--cluster-cidr=10.244.0.0/16",
      "--allocate-node-cidrs",
      ...QUICK_LEASES,
      ...flags,
    );
  }

  scheduler(): Promise<Process> {
    const kubeconfig = this.pki("scheduler.kubeconfig");
    return this.start("scheduler", `--kubeconfig=${kubeconfig}`, "--secure-port=0", ...QUICK_LEASES);
  }

  kubelet(node: string): Promise<Process> {
    return this.start(
      "kubelet",
      "--simulated",
      `--hostname-override=${node}`,
      `--kubeconfig=${this.pki(`kubelet-${node}.kubeconfig`)}`,
      `--client-ca-file=${this.pki("ca.crt")}`,
      "--address=127.0.0.1",
      "--port=0",
    );
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    const result = await this.tryKubectl(args);
    if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${result.stderr || result.stdout}`);
    return result.stdout;
  }

  tryKubectl(args: readonly string[], input = ""): Promise<CommandResult> {
    return command("kubectl", ["--kubeconfig", join(this.directory, "kubeconfig"), ...args], { input });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The server last, so that the others can say goodbye.
    for (const each of this.#processes.toReversed()) await each.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Quicker than the defaults, and slow enough that a busy machine takes the lead from nobody. */
const QUICK_LEASES = [
  "--leader-elect-lease-duration=8s",
  "--leader-elect-renew-deadline=6s",
  "--leader-elect-retry-period=500ms",
];

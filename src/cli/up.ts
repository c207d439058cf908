import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { type Clock, cryptoRandom, type Log, realClock } from "../base/index.ts";
import {
  type ClusterConfig,
  explained,
  openDataDirectory,
  parseConfig,
  type RawConfig,
  releaseStartGarbage,
  type RunningCluster,
  up,
} from "../cluster/index.ts";
import { missingPrograms } from "../kubelet/index.ts";
import { logToFile, untilStopped } from "./process.ts";

export type UpArguments = RawConfig & { readonly detach?: boolean };

const PACKAGES = [
  "containerd",
  "runc",
  "containernetworking-plugins",
  "nftables",
  "iptables",
  "conntrack",
  "busybox-static",
];

/** `navarch up`: a cluster until a signal, or in the background. */
export async function upCommand(raw: UpArguments, words: readonly string[]): Promise<number> {
  const isRoot = process.getuid?.() === 0;
  const config = parseConfig(raw, isRoot);
  await offerPackages(config, isRoot);
  if (raw.detach) return detach(config, words);
  const clock = realClock();
  const startMs = clock.monotonicMs();
  const stopped = untilStopped();
  void stopped.then(() => endAfter(STOP_MS, clock));
  const cluster = await startCluster({ config, clock, stopped });
  // What was on its way when the signal came ends with the process.
  if (!cluster) process.exit(INTERRUPTED);
  process.stdout.write(
    `\nReady in ${((clock.monotonicMs() - startMs) / 1000).toFixed(1)} s: Kubernetes 1.36 at ${cluster.server}, with ${cluster.nodes}.\n\n${usage(cluster)}`,
  );
  const ending = new AbortController();
  void stopped.then(() => ending.abort());
  void releaseStartGarbage({ clock, signal: ending.signal });
  await stopped;
  const left = cluster.hasContainers ? "; containers keep running until `navarch down`" : "";
  process.stdout.write(`\nStopping${left}.\n`);
  await cluster.close();
  process.exit(0);
}

function endAfter(delayMs: number, clock: Clock): void {
  clock.timer(delayMs, () => {
    process.stderr.write(`navarch: stop cluster: not done after ${delayMs / 1000} s, ended without waiting\n`);
    process.exit(1);
  });
}

/** How long stopping may take. */
const STOP_MS = 5_000;
/** The exit code of a program that a signal has ended. */
const INTERRUPTED = 130;

interface Start {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly stopped: Promise<void>;
}

/** Starts the cluster; undefined when it was stopped before it was ready. */
async function startCluster({ config, clock, stopped }: Start): Promise<RunningCluster | undefined> {
  const { dataDirectory } = config;
  const explain = (error: unknown) => {
    throw explained(error, dataDirectory);
  };
  const abort = new AbortController();
  const directory = await openDataDirectory(dataDirectory).catch(explain);
  let log: Log;
  try {
    log = logFile(config);
  } catch (error) {
    await directory.discard();
    return explain(error);
  }
  void stopped.then(() => abort.abort());
  try {
    const { signal } = abort;
    return await up({ config, directory, signal, clock, random: cryptoRandom(), log, progress });
  } catch (error) {
    if (abort.signal.aborted) return undefined;
    throw error;
  }
}

function progress(step: string, doneMs?: number): void {
  if (doneMs !== undefined) process.stdout.write(`  ${step.padEnd(16)} ${doneMs.toFixed(0).padStart(6)} ms\n`);
}

function usage({ kubeconfig }: RunningCluster): string {
  return `  export KUBECONFIG=${kubeconfig}\n  kubectl get nodes\n  kubectl apply -f ${join(import.meta.dirname, "../../examples/hello")}\n`;
}

/** What happens goes to a file of the cluster's; the terminal shows progress only. */
function logFile({ dataDirectory }: ClusterConfig): Log {
  mkdirSync(join(dataDirectory, "logs"), { recursive: true, mode: 0o700 });
  const file = openSync(join(dataDirectory, "logs", "navarch.log"), "a", 0o600);
  return logToFile(file);
}

/** Where a cluster in the background says what goes wrong: outside of a data directory that may turn out not to be one. */
function openUpLog({ dataDirectory }: ClusterConfig): { output: number; path: string } {
  const directory = mkdtempSync(join(tmpdir(), "navarch-up-"));
  const path = join(directory, `${basename(dataDirectory)}.log`);
  return { output: openSync(path, "w", 0o600), path };
}

/** Starts the same in the background and waits until it is ready. */
function detach(config: ClusterConfig, words: readonly string[]): Promise<number> {
  const { output, path } = openUpLog(config);
  const { NAVARCH_LAUNCHER: _, ...env } = process.env;
  const args = [...process.execArgv, process.argv[1]!, ...words.filter((word) => word !== "--detach")];
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", output], env });
  closeSync(output);
  return new Promise((resolve) => {
    let text = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk);
      text += chunk.toString();
      if (!text.includes("\nReady in ") || !text.includes("kubectl apply")) return;
      child.stdout!.destroy();
      child.unref();
      rmSync(dirname(path), { recursive: true });
      resolve(0);
    });
    child.on("exit", (code) => {
      process.stderr.write(readFileSync(path, "utf8"));
      rmSync(dirname(path), { recursive: true });
      resolve(code ?? 1);
    });
  });
}

/** On Debian, what a real node lacks can be installed: asked for, or told to. */
async function offerPackages(config: ClusterConfig, isRoot: boolean): Promise<void> {
  if (config.nodes.type !== "auto" && config.nodes.type !== "real") return;
  if (config.disabled.has("kubelet") || missingPrograms().length === 0 || !isRoot || process.platform !== "linux")
    return;
  if (spawnSync("apt-get", ["--version"]).error) return;
  const command = `apt-get install -y --no-install-recommends ${PACKAGES.join(" ")}`;
  // Where nobody can answer, a cluster with containers is what was meant: scripts and machines that are set up once.
  if (!config.yes && process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question(
      `A real node needs packages that are not installed. Run \`${command}\` now? [y/N] `,
    );
    terminal.close();
    if (!/^y/i.test(answer)) return;
  }
  process.stdout.write(`  ${command}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  spawnSync("apt-get", ["update", "-q"], { env, stdio: "ignore" });
  spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...PACKAGES], { env, stdio: "ignore" });
}

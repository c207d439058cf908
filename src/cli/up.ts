import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { cryptoRandom, type Log, realClock } from "../base/index.ts";
import { type ClusterConfig, parseConfig, type RawConfig, type RunningCluster, up } from "../cluster/index.ts";
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
  const cluster = await up({ config, clock, random: cryptoRandom(), log: logFile(config), progress });
  process.stdout.write(
    `\nReady in ${((clock.monotonicMs() - startMs) / 1000).toFixed(1)} s: Kubernetes 1.36 at ${cluster.server}, with ${cluster.nodes}.\n\n${usage(cluster)}`,
  );
  await untilStopped();
  process.stdout.write("\nStopping; containers keep running until `navarch down`.\n");
  await cluster.close();
  return 0;
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

/** Starts the same in the background and waits until it is ready. */
function detach(config: ClusterConfig, words: readonly string[]): Promise<number> {
  mkdirSync(join(config.dataDirectory, "logs"), { recursive: true, mode: 0o700 });
  const output = openSync(join(config.dataDirectory, "logs", "up.log"), "w", 0o600);
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
      resolve(0);
    });
    child.on("exit", (code) => {
      process.stderr.write(readFileSync(join(config.dataDirectory, "logs", "up.log"), "utf8"));
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

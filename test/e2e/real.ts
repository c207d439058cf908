import { existsSync, mkdtempSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { enterNamespaces, realDirectoryPrefix, withoutNamespaces } from "../../src/kubelet/testing/namespaces.ts";
import { type CommandResult, command, TestCluster, withoutKubectl } from "./cli.ts";

const TOOLS = ["containerd", "runc", "nft", "busybox"];
const LAUNCHER = join(import.meta.dirname, "../../bin/navarch.js");

/** Why real nodes can't run here; false when they can, and then this process is in namespaces of its own. */
export async function enterReal(): Promise<string | false> {
  const reason = await withoutReal();
  if (reason === false) await enterNamespaces();
  return reason;
}

async function withoutReal(): Promise<string | false> {
  for (const tool of TOOLS) {
    if (!["/usr/bin", "/usr/sbin", "/bin", "/sbin"].some((directory) => existsSync(`${directory}/${tool}`)))
      return `${tool} is not installed`;
  }
  return withoutNamespaces() || withoutKubectl();
}

/** A data directory that a killed test run's successor finds and removes. */
export function realDirectory(): string {
  return mkdtempSync(realDirectoryPrefix());
}

/** Starts a cluster with this machine as its node. */
export function upReal({ directory = realDirectory(), args = [] as readonly string[] } = {}): Promise<TestCluster> {
  return TestCluster.up(["--nodes", "real", ...args], { directory, host: "0.0.0.0" });
}

/** Runs the launcher to its end. */
export function navarch(...args: readonly string[]): Promise<CommandResult> {
  return command(process.execPath, [LAUNCHER, ...args]);
}

/** What a web server answers on a connection of its own; throws unless that is a 200. */
export function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, timeout: 30_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`GET ${url}: ${response.statusCode} ${text}`));
      });
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`GET ${url}: no answer`)));
    sent.on("error", reject);
    sent.end();
  });
}

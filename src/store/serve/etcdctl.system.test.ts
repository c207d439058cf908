import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { openMemoryStore } from "../memory/index.ts";
import { ETCDCTL_ENV, RealEtcd, withoutEtcd } from "../testing/real-etcd.ts";
import { serveEtcd } from "./serve.ts";

const withoutEtcdctl =
  withoutEtcd || (spawnSync("etcdctl", ["version"]).status === 0 ? false : "etcdctl is not installed");

suite("etcdctl prints the same on a real etcd and on ours", { skip: withoutEtcdctl }, () => {
  for (const file of ["testdata/etcdctl.txt", "testdata/etcdctl-auth.txt"]) test(file, () => sameOutput(file));
});

async function sameOutput(file: string): Promise<void> {
  const script = readFileSync(join(import.meta.dirname, file), "utf8");
  const real = new RealEtcd();
  await real.start();
  const clock = realClock();
  const store = openMemoryStore({ clock });
  const server = await serveEtcd({ store, listen: ["127.0.0.1:0"], name: "default", clock, log: silentLog });
  try {
    const [theirs, ours] = await Promise.all([
      replay(script, real.endpoint),
      replay(script, `http://127.0.0.1:${server.ports[0]}`),
    ]);
    assert.equal(ours, theirs);
  } finally {
    await real.stop();
    await server.close(100);
    await store.close();
  }
}

/** What a script of etcdctl commands prints. */
async function replay(script: string, endpoint: string): Promise<string> {
  const names = new Map<string, string>();
  const printed: string[] = [];
  for (const line of script.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, rest] = /^(?:([A-Z]+)=)?(.*)$/.exec(line)!;
    const [command, input] = rest!.split(" <<< ") as [string, string?];
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
    const args = words.map((word) => word.replace(/\$([A-Z]+)/, (_, known: string) => names.get(known) ?? ""));
    const output = await etcdctl(endpoint, args, input?.replaceAll("|", "\n"));
    if (name) names.set(name, /lease (\w+)/.exec(output)?.[1] ?? output);
    printed.push(`> ${line}`, name ? "" : tidied(output, names));
  }
  return printed.join("\n");
}

/** Without what differs from run to run: ids, and where the server is. */
function tidied(output: string, names: ReadonlyMap<string, string>): string {
  let text = output
    .replace(/"(cluster_id|member_id|raft_term)":\d+,?/g, "")
    .replace(/"(ClusterID|MemberID|RaftTerm)" : \d+\n/g, "")
    .replace(/"ts":"[^"]*"|127\.0\.0\.1:\d+|etcd-endpoints:\/\/\S+?\//g, "…");
  for (const [name, value] of names) text = text.replaceAll(value, name);
  return text.replace(/^\{"level".*$/gm, "");
}

function etcdctl(endpoint: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...ETCDCTL_ENV };
    const child = execFile("etcdctl", [`--endpoints=${endpoint}`, ...args], { env, timeout: 300_000 }, (_, out, err) =>
      resolve(out + err),
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input === undefined ? "" : `${input}\n\n`);
  });
}

import { execFile } from "node:child_process";
import { access, constants, readFile, writeFile } from "node:fs/promises";
import type { Log } from "../base/index.ts";
import type { ServiceRule } from "./compile.ts";
import { chainsOf, IPTABLES_JUMPS, ownerOf as iptablesOwner, renderIptables } from "./iptables.ts";
import { changeScript, fullScript, type NftState, ownerOf as nftOwner, renderNft, TABLE } from "./nftables.ts";
import { ownerRemark } from "./owner.ts";

/** The kernel's rules, made what they should be. The only file that runs anything. */
export interface RuleSink {
  readonly mode: "nftables" | "iptables";
  /** Applies what changed since the last call, in one transaction; makes everything anew the first time and after a failure. */
  apply(rules: readonly ServiceRule[], signal: AbortSignal): Promise<void>;
  /** Takes every rule of ours away. */
  clear(): Promise<void>;
}

export interface SinkOptions {
  readonly mode: "nftables" | "iptables" | "auto";
  readonly clusterCidr: string | undefined;
  /** Whose rules they are, for others to see: a data directory. */
  readonly owner: string;
  readonly log: Log;
}

/** Rules that stand in the kernel, whoever made them. */
export interface InstalledRules {
  readonly mode: "nftables" | "iptables";
  /** As {@link SinkOptions.owner}, shortened where the kernel asks for it; undefined when they don't say. */
  readonly owner: string | undefined;
}

/** Where the tools are, whatever PATH says. */
const TOOL_PATHS = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin"];
const COMMAND_TIMEOUT_MS = 30_000;

/** Chooses what this machine has: nftables first. Throws when it has neither. */
export async function openRuleSink(options: SinkOptions): Promise<RuleSink> {
  const nft = options.mode === "iptables" ? undefined : await findTool("nft");
  const iptables = options.mode === "nftables" ? undefined : await findTool("iptables-restore");
  if (!nft && !iptables) {
    throw new Error(
      `open rule sink: no ${options.mode === "auto" ? "nft or iptables" : options.mode} command found, wanted one of packages nftables, iptables`,
    );
  }
  await prepareKernel();
  const conntrack = await findTool("conntrack");
  return nft ? nftSink(nft, conntrack, options) : iptablesSink(iptables!, conntrack, options);
}

/** Rules of this kind on the machine: ours or those of another cluster of ours. */
export async function installedRules(): Promise<readonly InstalledRules[]> {
  const [nft, save] = [await findTool("nft"), await findTool("iptables-save")];
  const table = nft && (await run(nft, ["--terse", "list", "table", ...TABLE.split(" ")]).catch(() => undefined));
  const nat = save && iptablesOwner(await run(save, ["-t", "nat"]).catch(() => ""));
  return [
    ...(table ? [{ mode: "nftables" as const, owner: nftOwner(table) }] : []),
    ...(nat ? [{ mode: "iptables" as const, owner: nat }] : []),
  ];
}

/** Whether rules are those of this owner. */
export function isOwner(rules: InstalledRules, owner: string): boolean {
  return rules.owner === ownerRemark(owner);
}

/** Takes an owner's rules away, of whichever kind they are; others' stay. */
export async function clearRules(owner: string, log: Log): Promise<void> {
  for (const rules of await installedRules()) {
    if (!isOwner(rules, owner)) continue;
    const sink = await openRuleSink({ mode: rules.mode, clusterCidr: undefined, owner, log });
    await sink.clear();
  }
}

function nftSink(nft: string, conntrack: string | undefined, { clusterCidr, owner, log }: SinkOptions): RuleSink {
  let applied: { state: NftState; rules: readonly ServiceRule[] } | undefined;
  return {
    mode: "nftables",
    async apply(rules, signal) {
      const state = renderNft(rules, { clusterCidr });
      const before = applied;
      const script = before ? changeScript(before.state, state) : fullScript(state, ownerRemark(owner));
      if (script !== "") {
        applied = undefined;
        await run(nft, ["-f", "-"], { input: script, signal });
      }
      applied = { state, rules };
      await forgetStaleUdp(conntrack, before?.rules ?? [], rules, log);
    },
    async clear() {
      applied = undefined;
      await run(nft, ["-f", "-"], { input: `add table ${TABLE}\ndelete table ${TABLE}\n` });
    },
  };
}

function iptablesSink(
  restore: string,
  conntrack: string | undefined,
  { clusterCidr, owner, log }: SinkOptions,
): RuleSink {
  const iptables = restore.replace(/-restore$/, "");
  let applied: { text: string; rules: readonly ServiceRule[] } | undefined;
  const remove = (gone: Iterable<string>) => removalText(gone);
  return {
    mode: "iptables",
    async apply(rules, signal) {
      const text = renderIptables(rules, { clusterCidr, owner: ownerRemark(owner) });
      const before = applied;
      if (text !== before?.text) {
        applied = undefined;
        await run(restore, ["--noflush", "-w", "5"], { input: text, signal });
        if (before)
          await run(restore, ["--noflush", "-w", "5"], {
            input: remove(chainsOf(before.text).difference(chainsOf(text))),
            signal,
          });
        else for (const [table, rule] of IPTABLES_JUMPS) await ensureRule(iptables, table, rule);
      }
      applied = { text, rules };
      await forgetStaleUdp(conntrack, before?.rules ?? [], rules, log);
    },
    async clear() {
      for (const [table, rule] of IPTABLES_JUMPS)
        await run(iptables, ["-w", "5", "-t", table, "-D", ...rule.split(" ")]).catch(() => {});
      for (const table of ["nat", "filter"]) {
        const saved = await run(restore.replace(/-restore$/, "-save"), ["-t", table]);
        const ours = [
          ...saved.matchAll(
            /^:(NAVARCH-OWNER|KUBE-(?:SERVICES|NODEPORTS|POSTROUTING|MARK-MASQ|SVC-\w+|EXT-\w+|OWN-\w+|SEP-\w+)) /gm,
          ),
        ].map((match) => `${table} ${match[1]}`);
        if (ours.length > 0) await run(restore, ["--noflush", "-w", "5"], { input: remove(ours) });
      }
      applied = undefined;
    },
  };
}

/** Empties chains, then deletes them. */
function removalText(chains: Iterable<string>): string {
  const byTable = new Map<string, string[]>();
  for (const chain of chains) {
    const [table, name] = chain.split(" ") as [string, string];
    byTable.set(table, [...(byTable.get(table) ?? []), name]);
  }
  return [...byTable]
    .map(
      ([table, names]) =>
        `*${table}\n${names.map((name) => `:${name} - [0:0]\n`).join("")}${names.map((name) => `-X ${name}\n`).join("")}COMMIT\n`,
    )
    .join("");
}

async function ensureRule(iptables: string, table: string, rule: string): Promise<void> {
  const words = rule.split(" ");
  const present = await run(iptables, ["-w", "5", "-t", table, "-C", ...words]).then(
    () => true,
    () => false,
  );
  if (!present) await run(iptables, ["-w", "5", "-t", table, "-I", ...words]);
}

/** UDP flows outlive their backend in the connection table: forget those whose backend has gone, or their clients talk to nobody. */
async function forgetStaleUdp(
  conntrack: string | undefined,
  before: readonly ServiceRule[],
  after: readonly ServiceRule[],
  log: Log,
): Promise<void> {
  if (!conntrack) return;
  const [had, has] = [udpFlows(before), udpFlows(after)];
  for (const [door, backends] of had)
    for (const backend of backends)
      if (!has.get(door)?.has(backend))
        await runConntrack(conntrack, [...doorFilter(door), "--reply-src", backend], log);
  // A service that had no backend: flows to it were never translated and would stay so.
  for (const [door, backends] of has)
    if (backends.size > 0 && !had.get(door)?.size) await runConntrack(conntrack, doorFilter(door), log);
}

/** Where clients knock: an address, or a port of the node's; with the backends behind it. */
function udpFlows(rules: readonly ServiceRule[]): Map<string, Set<string>> {
  const flows = new Map<string, Set<string>>();
  const put = (door: string, backends: ServiceRule["internal"]) => {
    const known = flows.get(door) ?? new Set<string>();
    for (const { ip } of backends) known.add(ip);
    flows.set(door, known);
  };
  for (const rule of rules) {
    if (rule.protocol !== "UDP") continue;
    for (const ip of rule.clusterIPs) put(ip, rule.internal);
    for (const ip of [...rule.externalIPs, ...rule.balancerIPs]) put(ip, rule.external);
    if (rule.nodePort !== 0) put(`:${rule.nodePort}`, rule.external);
  }
  return flows;
}

function doorFilter(door: string): string[] {
  return ["-D", "-p", "udp", ...(door.startsWith(":") ? ["--dport", door.slice(1)] : ["--orig-dst", door])];
}

async function runConntrack(conntrack: string, args: string[], log: Log): Promise<void> {
  await run(conntrack, args).catch((error: Error) => {
    // Exit code 1 with "0 flow entries" is the usual answer: nothing to forget.
    if (!error.message.includes("0 flow entries")) log.warn("Forgetting UDP flows failed", { error });
  });
}

/** Packets must be forwarded, and those between two pods of one bridge must meet our rules too. */
async function prepareKernel(): Promise<void> {
  await setSysctl("/proc/sys/net/ipv4/ip_forward", "1");
  await setSysctl("/proc/sys/net/bridge/bridge-nf-call-iptables", "1");
}

async function setSysctl(path: string, value: string): Promise<void> {
  const current = await readFile(path, "utf8").catch(() => undefined);
  if (current !== undefined && current.trim() !== value) await writeFile(path, value);
}

async function findTool(name: string): Promise<string | undefined> {
  for (const directory of TOOL_PATHS) {
    const path = `${directory}/${name}`;
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

function run(
  command: string,
  args: readonly string[],
  { input = "", signal }: { input?: string; signal?: AbortSignal } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { timeout: COMMAND_TIMEOUT_MS, signal, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (error)
          reject(new Error(`run ${command} ${args.join(" ")}: ${stderr.trim() || error.message}`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

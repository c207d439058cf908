import { execFile } from "node:child_process";
import { existsSync } from "node:fs";

const PLACES = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"];
/** Chains that the port mapping plugin makes once and never takes away. */
const SHARED_CHAIN = /^CNI-HOSTPORT-/;
const MAPPED_POD = /^-A CNI-HOSTPORT-DNAT .*-j CNI-DN-/;

/** Takes away the packet rules that the network plugins made for a network and left, as they do when they are not asked in order. */
export async function removeCniRules(network: string): Promise<void> {
  const save = PLACES.map((place) => `${place}/iptables-save`).find((path) => existsSync(path));
  if (save === undefined) return;
  const removal = cniRemoval(await run(save, ["-t", "nat"], ""), network);
  if (removal !== "") await run(save.replace(/-save$/, "-restore"), ["--noflush", "-w", "5"], removal);
}

/** What iptables-restore has to read to remove a network's rules; "" for nothing. Shared chains go when nobody uses them. */
export function cniRemoval(saved: string, network: string): string {
  const rules = saved.split("\n").filter((line) => line.startsWith("-A "));
  const mine = rules.filter((rule) => rule.includes(`name: \\"${network}\\"`));
  const own = new Set(mine.flatMap((rule) => targetOf(rule) ?? []).filter((chain) => chain.startsWith("CNI-")));
  const others = rules.filter((rule) => !mine.includes(rule));
  const unused = others.some((rule) => MAPPED_POD.test(rule))
    ? []
    : chainsOf(saved).filter((name) => SHARED_CHAIN.test(name));
  const gone = new Set([...own, ...unused]);
  // A chain can go when no rule leads into it; rules inside it go with it.
  const leading = rules.filter((rule) => gone.has(targetOf(rule) ?? "") && !gone.has(chainOf(rule)));
  if (gone.size === 0) return "";
  return [
    "*nat",
    ...[...gone].map((name) => `:${name} - [0:0]`),
    ...leading.map((rule) => rule.replace(/^-A/, "-D")),
    ...[...gone].map((name) => `-X ${name}`),
    "COMMIT\n",
  ].join("\n");
}

function chainsOf(saved: string): string[] {
  return [...saved.matchAll(/^:(\S+) /gm)].map((match) => match[1]!);
}

function chainOf(rule: string): string {
  return rule.split(" ")[1]!;
}

function targetOf(rule: string): string | undefined {
  return / -j (\S+)/.exec(rule)?.[1];
}

function run(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 << 20 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

import type { Backend, ServiceRule } from "./compile.ts";

const MARK = "0x4000/0x4000";

/** A chain that nothing enters: its one rule says whose the others are. */
const OWNER_CHAIN = "NAVARCH-OWNER";

export interface IptablesOptions {
  readonly clusterCidr: string | undefined;
  readonly owner: string;
}

/** Everything that our chains hold, by table, as `iptables-restore --noflush` reads it. */
export function renderIptables(rules: readonly ServiceRule[], options: IptablesOptions): string {
  const nat = new Chains();
  const filter = new Chains();
  nat.chain("KUBE-MARK-MASQ", [`-j MARK --or-mark 0x4000`]);
  nat.chain("KUBE-POSTROUTING", [
    `-m mark ! --mark ${MARK} -j RETURN`,
    "-j MARK --xor-mark 0x4000",
    "-j MASQUERADE --random-fully",
  ]);
  nat.chain(OWNER_CHAIN, [`-m comment --comment "${options.owner}" -j RETURN`]);
  const services: string[] = [];
  const nodePorts: string[] = [];
  const rejects: string[] = [];
  for (const rule of rules) renderService(rule, options, { nat, services, nodePorts, rejects });
  nat.chain("KUBE-NODEPORTS", nodePorts);
  nat.chain("KUBE-SERVICES", [...services, "! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS"]);
  filter.chain("KUBE-SERVICES", rejects);
  return `*nat\n${nat.render()}COMMIT\n*filter\n${filter.render()}COMMIT\n`;
}

/** Rules that lead from the kernel's chains into ours: [table, rule]. */
export const IPTABLES_JUMPS: readonly (readonly [string, string])[] = [
  ["nat", "PREROUTING -j KUBE-SERVICES"],
  ["nat", "OUTPUT -j KUBE-SERVICES"],
  ["nat", "POSTROUTING -j KUBE-POSTROUTING"],
  ["filter", "INPUT -m conntrack --ctstate NEW -j KUBE-SERVICES"],
  ["filter", "FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES"],
  ["filter", "OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES"],
];

class Chains {
  readonly #chains = new Map<string, readonly string[]>();

  chain(name: string, rules: readonly string[]): void {
    this.#chains.set(name, rules);
  }

  render(): string {
    const heads = [...this.#chains.keys()].map((name) => `:${name} - [0:0]\n`);
    const rules = [...this.#chains].flatMap(([name, lines]) => lines.map((line) => `-A ${name} ${line}\n`));
    return heads.join("") + rules.join("");
  }
}

interface Draft {
  readonly nat: Chains;
  readonly services: string[];
  readonly nodePorts: string[];
  readonly rejects: string[];
}

function renderService(
  rule: ServiceRule,
  { clusterCidr }: IptablesOptions,
  { nat, services, nodePorts, rejects }: Draft,
): void {
  const protocol = rule.protocol.toLowerCase();
  const to = (ip: string) => `-d ${ip}/32 -p ${protocol} -m ${protocol} --dport ${rule.port}`;
  const comment = `-m comment --comment "${rule.id}"`;
  const refuse = rule.hasBackends ? "DROP" : "REJECT";
  if (rule.internal.length === 0) for (const ip of rule.clusterIPs) rejects.push(`${to(ip)} ${comment} -j ${refuse}`);
  else {
    const chain = chainName("KUBE-SVC-", rule.id);
    const marks = clusterCidr ? [`! -s ${clusterCidr} -j KUBE-MARK-MASQ`] : [];
    nat.chain(chain, [...marks, ...balance(rule, rule.internal, nat)]);
    for (const ip of rule.clusterIPs) services.push(`${to(ip)} ${comment} -j ${chain}`);
  }
  const { externalIPs, balancerIPs, nodePort } = rule;
  if (nodePort === 0 && externalIPs.length + balancerIPs.length === 0) return;
  const toNodePort = `-p ${protocol} -m ${protocol} --dport ${nodePort} ${comment}`;
  const chain = chainName("KUBE-EXT-", rule.id);
  const lines = externalLines(rule, clusterCidr, nat);
  if (lines.length > 0) {
    nat.chain(chain, lines);
    for (const ip of externalIPs) services.push(`${to(ip)} ${comment} -j ${chain}`);
    const sources = rule.sourceRanges.length > 0 ? rule.sourceRanges.map((range) => `-s ${range} `) : [""];
    for (const ip of balancerIPs)
      for (const source of sources) services.push(`${source}${to(ip)} ${comment} -j ${chain}`);
    if (nodePort !== 0) nodePorts.push(`${toNodePort} -j ${chain}`);
  }
  // What was passed on asks for another address by now; what still asks for this one wasn't.
  if (lines.length > 0 && rule.sourceRanges.length > 0)
    for (const ip of balancerIPs) rejects.push(`${to(ip)} ${comment} -j DROP`);
  if (rule.external.length > 0) return;
  for (const ip of [...externalIPs, ...balancerIPs]) rejects.push(`${to(ip)} ${comment} -j ${refuse}`);
  if (nodePort !== 0) rejects.push(`-m addrtype --dst-type LOCAL ${toNodePort} -j ${refuse}`);
}

/** Rules for traffic from outside. The node's own, and its pods', may use every backend whatever the policy for outsiders. */
function externalLines(rule: ServiceRule, clusterCidr: string | undefined, nat: Chains): string[] {
  if (!rule.externalLocal)
    return rule.external.length > 0 ? ["-j KUBE-MARK-MASQ", ...balance(rule, rule.external, nat)] : [];
  if (rule.ownExternal.length === 0) return [];
  const own = chainName("KUBE-OWN-", rule.id);
  nat.chain(own, balance(rule, rule.ownExternal, nat));
  return [
    ...(clusterCidr ? [`-s ${clusterCidr} -j ${own}`] : []),
    "-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ",
    `-m addrtype --src-type LOCAL -j ${own}`,
    ...(rule.external.length > 0 ? balance(rule, rule.external, nat) : []),
  ];
}

/** Each backend takes its share of what the ones before it left. */
function balance(rule: ServiceRule, backends: readonly Backend[], nat: Chains): string[] {
  const chains = backends.map((backend) => renderBackend(rule, backend, nat));
  const seconds = rule.affinitySeconds;
  const sticky =
    seconds > 0
      ? chains.map((chain) => `-m recent --name ${chain} --rcheck --seconds ${seconds} --reap -j ${chain}`)
      : [];
  const spread = chains.map((chain, index) => {
    const left = chains.length - index;
    return left === 1
      ? `-j ${chain}`
      : `-m statistic --mode random --probability ${(1 / left).toFixed(10)} -j ${chain}`;
  });
  return [...sticky, ...spread];
}

function renderBackend(rule: ServiceRule, { ip, port }: Backend, nat: Chains): string {
  const chain = chainName("KUBE-SEP-", `${rule.id}/${ip}:${port}`);
  const recent = rule.affinitySeconds > 0 ? `-m recent --name ${chain} --set ` : "";
  const protocol = rule.protocol.toLowerCase();
  nat.chain(chain, [
    `-s ${ip}/32 -j KUBE-MARK-MASQ`,
    `-p ${protocol} ${recent}-m ${protocol} -j DNAT --to-destination ${ip}:${port}`,
  ]);
  return chain;
}

/** Chain names have at most 28 characters. */
function chainName(prefix: string, text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  return prefix + value.toString(36).toUpperCase().padStart(13, "0");
}

/** Whose rules these are, as `iptables-save -t nat` shows it; undefined when they are not ours. */
export function ownerOf(saved: string): string | undefined {
  return /^-A NAVARCH-OWNER -m comment --comment (?:"([^"]*)"|(\S+)) -j RETURN$/m
    .exec(saved)
    ?.slice(1)
    .find((each) => each);
}

/** The chains that a rendered text declares, as "table chain". */
export function chainsOf(text: string): Set<string> {
  const chains = new Set<string>();
  let table = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    else if (line.startsWith(":")) chains.add(`${table} ${line.slice(1, line.indexOf(" "))}`);
  }
  return chains;
}

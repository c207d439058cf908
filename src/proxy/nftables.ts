import type { Backend, ServiceRule } from "./compile.ts";

/** The whole table as data, so that the difference of two can be applied. */
export interface NftState {
  /** Chain -> its rules; hooks are part of the fixed ones. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Set -> its declaration. */
  readonly sets: ReadonlyMap<string, string>;
  /** Map -> key -> verdict. */
  readonly elements: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface NftOptions {
  /** Traffic from elsewhere to a cluster IP gets this node's address; undefined: no such rule. */
  readonly clusterCidr: string | undefined;
}

export const TABLE = "ip navarch-proxy";
const MASQUERADE_MARK = "0x4000";
const MAPS: Readonly<Record<string, string>> = {
  "service-ips": "type ipv4_addr . inet_proto . inet_service : verdict",
  "service-nodeports": "type inet_proto . inet_service : verdict",
  "no-endpoint-services": "type ipv4_addr . inet_proto . inet_service : verdict",
  "no-endpoint-nodeports": "type inet_proto . inet_service : verdict",
};

/** Fixed chains with their hooks and rules; the rest hangs off the maps. */
const BASE_CHAINS: Readonly<Record<string, { readonly hook?: string; readonly rules: readonly string[] }>> = {
  "reject-chain": { rules: ["reject"] },
  "mark-for-masquerade": { rules: [`mark set mark or ${MASQUERADE_MARK}`] },
  services: {
    rules: [
      "ip daddr . meta l4proto . th dport vmap @service-ips",
      "ip daddr != 127.0.0.0/8 fib daddr type local meta l4proto . th dport vmap @service-nodeports",
    ],
  },
  "service-endpoints-check": {
    rules: [
      "ip daddr . meta l4proto . th dport vmap @no-endpoint-services",
      "fib daddr type local meta l4proto . th dport vmap @no-endpoint-nodeports",
    ],
  },
  "nat-prerouting": { hook: "type nat hook prerouting priority dstnat", rules: ["jump services"] },
  "nat-output": { hook: "type nat hook output priority -100", rules: ["jump services"] },
  "nat-postrouting": {
    hook: "type nat hook postrouting priority srcnat",
    rules: [
      `mark and ${MASQUERADE_MARK} == 0 return`,
      `mark set mark xor ${MASQUERADE_MARK}`,
      "masquerade fully-random",
    ],
  },
  "filter-input": {
    hook: "type filter hook input priority filter",
    rules: ["ct state new jump service-endpoints-check"],
  },
  "filter-forward": {
    hook: "type filter hook forward priority filter",
    rules: ["ct state new jump service-endpoints-check"],
  },
  "filter-output": {
    hook: "type filter hook output priority filter",
    rules: ["ct state new jump service-endpoints-check"],
  },
};

/** Renders rules for nftables. Pure. */
export function renderNft(rules: readonly ServiceRule[], options: NftOptions): NftState {
  const chains = new Map<string, string[]>();
  const sets = new Map<string, string>();
  const elements = new Map(Object.keys(MAPS).map((name) => [name, new Map<string, string>()]));
  for (const rule of rules) renderService(rule, options, { chains, sets, elements });
  return { chains, sets, elements };
}

interface Draft {
  readonly chains: Map<string, string[]>;
  readonly sets: Map<string, string>;
  readonly elements: Map<string, Map<string, string>>;
}

function renderService(rule: ServiceRule, options: NftOptions, draft: Draft): void {
  const protocol = rule.protocol.toLowerCase();
  const name = `${hash(rule.id)}-${rule.namespace}/${rule.name}/${protocol}/${rule.portName}`.slice(0, 110);
  const fromInside = options.clusterCidr
    ? [`ip daddr { ${rule.clusterIPs.join(", ")} } ip saddr != ${options.clusterCidr} jump mark-for-masquerade`]
    : [];
  const internalChain = `service-${name}`;
  const unreachable = rule.hasBackends ? "drop" : "goto reject-chain";
  if (rule.internal.length > 0)
    draft.chains.set(internalChain, [...fromInside, ...balance(rule, rule.internal, draft)]);
  for (const ip of rule.clusterIPs) {
    const key = `${ip} . ${protocol} . ${rule.port}`;
    if (rule.internal.length > 0) draft.elements.get("service-ips")!.set(key, `goto ${internalChain}`);
    else draft.elements.get("no-endpoint-services")!.set(key, unreachable);
  }
  renderExternal(rule, { name, protocol, unreachable, clusterCidr: options.clusterCidr, draft });
}

interface External {
  readonly name: string;
  readonly protocol: string;
  /** What becomes of packets that were not passed on. */
  readonly unreachable: string;
  readonly clusterCidr: string | undefined;
  readonly draft: Draft;
}

function renderExternal(rule: ServiceRule, external: External): void {
  const { externalIPs, balancerIPs, nodePort, sourceRanges } = rule;
  if (nodePort === 0 && externalIPs.length + balancerIPs.length === 0) return;
  const { name, protocol, unreachable, draft } = external;
  const chain = `external-${name}`;
  const lines = externalLines(rule, external);
  if (lines.length > 0) draft.chains.set(chain, lines);
  const put = (map: string, key: string, target: string) => {
    if (lines.length > 0) draft.elements.get(`service-${map}`)!.set(key, `goto ${target}`);
    // Rules before this one have changed where packets go; those that still ask for the address weren't taken by any.
    const refused = map === "ips" ? "no-endpoint-services" : "no-endpoint-nodeports";
    if (rule.external.length === 0) draft.elements.get(refused)!.set(key, unreachable);
  };
  for (const ip of externalIPs) put("ips", `${ip} . ${protocol} . ${rule.port}`, chain);
  if (nodePort !== 0) put("nodeports", `${protocol} . ${nodePort}`, chain);
  const guard = `balancer-${name}`;
  const isGuarded = sourceRanges.length > 0 && lines.length > 0 && balancerIPs.length > 0;
  if (isGuarded) draft.chains.set(guard, [`ip saddr { ${sourceRanges.join(", ")} } goto ${chain}`]);
  for (const ip of balancerIPs) {
    const key = `${ip} . ${protocol} . ${rule.port}`;
    put("ips", key, isGuarded ? guard : chain);
    if (isGuarded) draft.elements.get("no-endpoint-services")!.set(key, "drop");
  }
}

/** Rules for traffic from outside. The node's own, and its pods', may use every backend whatever the policy for outsiders. */
function externalLines(rule: ServiceRule, { name, clusterCidr, draft }: External): string[] {
  if (!rule.externalLocal)
    return rule.external.length > 0 ? ["jump mark-for-masquerade", ...balance(rule, rule.external, draft)] : [];
  if (rule.ownExternal.length === 0) return [];
  const own = `own-${name}`;
  draft.chains.set(own, balance(rule, rule.ownExternal, draft));
  return [
    ...(clusterCidr ? [`ip saddr ${clusterCidr} goto ${own}`] : []),
    "fib saddr type local jump mark-for-masquerade",
    `fib saddr type local goto ${own}`,
    ...(rule.external.length > 0 ? balance(rule, rule.external, draft) : []),
  ];
}

/** Rules that send a new connection to one of the backends, each with the same chance; clients with affinity first. */
function balance(rule: ServiceRule, backends: readonly Backend[], draft: Draft): string[] {
  const chains = backends.map((backend) => renderBackend(rule, backend, draft));
  const sticky =
    rule.affinitySeconds > 0
      ? chains.map((chain) => `ip saddr @affinity-${chain.slice("endpoint-".length)} goto ${chain}`)
      : [];
  const choices = chains.map((chain, index) => `${index} : goto ${chain}`).join(", ");
  return [...sticky, `numgen random mod ${chains.length} vmap { ${choices} }`];
}

function renderBackend(rule: ServiceRule, backend: Backend, draft: Draft): string {
  const protocol = rule.protocol.toLowerCase();
  const suffix =
    `${hash(`${rule.id}/${backend.ip}:${backend.port}`)}-${rule.namespace}/${rule.name}/${protocol}/${rule.portName}`.slice(
      0,
      80,
    );
  const chain = `endpoint-${suffix}__${backend.ip}/${backend.port}`;
  if (draft.chains.has(chain)) return chain;
  const lines = [`ip saddr ${backend.ip} jump mark-for-masquerade`];
  if (rule.affinitySeconds > 0) {
    const set = `affinity-${chain.slice("endpoint-".length)}`;
    draft.sets.set(set, `type ipv4_addr; flags dynamic,timeout; timeout ${rule.affinitySeconds}s`);
    lines.push(`update @${set} { ip saddr }`);
  }
  lines.push(`meta l4proto ${protocol} dnat to ${backend.ip}:${backend.port}`);
  draft.chains.set(chain, lines);
  return chain;
}

/** Commands for `nft -f` that make the table anew. */
export function fullScript(state: NftState, owner: string): string {
  const lines = [`add table ${TABLE}`, `delete table ${TABLE}`, `add table ${TABLE} { comment "${owner}" ; }`];
  for (const [name, type] of Object.entries(MAPS)) lines.push(`add map ${TABLE} ${name} { ${type} ; }`);
  for (const [name, { hook }] of Object.entries(BASE_CHAINS))
    lines.push(`add chain ${TABLE} ${name}${hook ? ` { ${hook} ; }` : ""}`);
  for (const [name, { rules }] of Object.entries(BASE_CHAINS))
    for (const rule of rules) lines.push(`add rule ${TABLE} ${name} ${rule}`);
  const empty: NftState = { chains: new Map(), sets: new Map(), elements: new Map() };
  return `${lines.join("\n")}\n${changeScript(empty, state)}`;
}

/** The remark on a table, as `nft list table` shows it. */
export function ownerOf(listing: string): string | undefined {
  return /^\s*comment "([^"]*)"/m.exec(listing)?.[1];
}

/** Commands that turn a table that is `from` into `to`, in one transaction; "" when they are equal. */
export function changeScript(from: NftState, to: NftState): string {
  const added: string[] = [];
  const rules: string[] = [];
  const removed: string[] = [];
  for (const [name, declaration] of to.sets)
    if (from.sets.get(name) !== declaration) added.push(`add set ${TABLE} ${name} { ${declaration} ; }`);
  for (const [name, lines] of to.chains) {
    const known = from.chains.get(name);
    if (known && sameLines(known, lines)) continue;
    added.push(`add chain ${TABLE} ${name}`);
    if (known) rules.push(`flush chain ${TABLE} ${name}`);
    for (const line of lines) rules.push(`add rule ${TABLE} ${name} ${line}`);
  }
  elementChanges(from, to, { rules, removed });
  // What goes loses its references first: rules, then elements, then the chains and sets themselves.
  const gone = [...from.chains.keys()].filter((name) => !to.chains.has(name));
  for (const name of gone) removed.push(`flush chain ${TABLE} ${name}`);
  for (const name of gone) removed.push(`delete chain ${TABLE} ${name}`);
  for (const name of from.sets.keys()) if (!to.sets.has(name)) removed.push(`delete set ${TABLE} ${name}`);
  const all = [...added, ...rules, ...removed];
  return all.length === 0 ? "" : `${all.join("\n")}\n`;
}

function elementChanges(
  from: NftState,
  to: NftState,
  { rules, removed }: { rules: string[]; removed: string[] },
): void {
  for (const map of Object.keys(MAPS)) {
    const before = from.elements.get(map) ?? new Map<string, string>();
    const after = to.elements.get(map) ?? new Map<string, string>();
    for (const [key, verdict] of before)
      if (after.get(key) !== verdict) rules.push(`delete element ${TABLE} ${map} { ${key} }`);
    for (const [key, verdict] of after)
      if (before.get(key) !== verdict) removed.push(`add element ${TABLE} ${map} { ${key} : ${verdict} }`);
  }
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

/** Eight characters that tell names apart once they are cut. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  return value.toString(36).toUpperCase().padStart(13, "0").slice(-8);
}

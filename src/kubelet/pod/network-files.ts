import type { Pod } from "../../api/index.ts";
import type { DnsConfig } from "../cri/index.ts";

const HOSTNAME_LENGTH_MAX = 63;
const SEARCHES_MAX = 32;
const SERVERS_MAX = 3;

export interface ClusterDns {
  readonly servers: readonly string[];
  readonly domain: string;
}

/** The pod's own name on its network. */
export function podHostname(pod: Pod): string {
  if (pod.spec.hostnameOverride !== undefined) return pod.spec.hostnameOverride;
  const name = pod.spec.hostname || pod.metadata.name.slice(0, HOSTNAME_LENGTH_MAX).replace(/[-.]+$/, "");
  const domain = podDomain(pod, "cluster.local");
  return pod.spec.setHostnameAsFQDN && domain ? `${name}.${domain}` : name;
}

/** The domain under which a headless service publishes the pod; "" for none. */
function podDomain(pod: Pod, clusterDomain: string): string {
  return pod.spec.subdomain ? `${pod.spec.subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : "";
}

/** /etc/hosts of a pod. */
export function hostsFile(input: {
  readonly pod: Pod;
  readonly podIPs: readonly string[];
  readonly clusterDomain: string;
  readonly hostText: string;
}): string {
  const { pod, podIPs, clusterDomain, hostText } = input;
  const aliases = hostAliases(pod);
  if (pod.spec.hostNetwork) return `# Kubernetes-managed hosts file (host network).\n${hostText}${aliases}`;
  const name = podHostname(pod);
  const domain = podDomain(pod, clusterDomain);
  const own = podIPs.map((ip) => (domain ? `${ip}\t${name}.${domain}\t${name}\n` : `${ip}\t${name}\n`)).join("");
  return `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
${own}${aliases}`;
}

function hostAliases(pod: Pod): string {
  const aliases = pod.spec.hostAliases ?? [];
  if (aliases.length === 0) return "";
  const lines = aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join("\t")}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join("")}`;
}

/** A resolv.conf as data. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...rest] = line.trim().split(/\s+/);
    if (keyword === "nameserver" && rest[0]) servers.push(rest[0]);
    if (keyword === "search") searches = rest.filter((each) => each !== ".");
    if (keyword === "options") options = rest;
  }
  return { servers, searches, options };
}

/** How names are resolved inside the pod. */
export function podDns(pod: Pod, cluster: ClusterDns, host: DnsConfig): DnsConfig {
  const base = basicDns(pod, cluster, host);
  const own = pod.spec.dnsConfig;
  return {
    servers: unique([...base.servers, ...(own?.nameservers ?? [])]).slice(0, SERVERS_MAX),
    searches: unique([...base.searches, ...(own?.searches ?? [])]).slice(0, SEARCHES_MAX),
    options: mergeOptions(base.options, own?.options ?? []),
  };
}

function basicDns(pod: Pod, cluster: ClusterDns, host: DnsConfig): DnsConfig {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return { servers: [], searches: [], options: [] };
  const wantsCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !pod.spec.hostNetwork);
  if (!wantsCluster || cluster.servers.length === 0) return host;
  const { domain } = cluster;
  const searches = domain ? [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain] : [];
  return {
    servers: cluster.servers,
    searches: unique([...searches, ...host.searches]),
    options: ["ndots:5", ...host.options.filter((each) => !each.startsWith("ndots:"))],
  };
}

function mergeOptions(base: readonly string[], own: readonly { readonly name?: string; readonly value?: string }[]) {
  const merged = new Map(base.map((each) => [each.split(":")[0]!, each]));
  for (const { name = "", value } of own) merged.set(name, value ? `${name}:${value}` : name);
  return [...merged.values()];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

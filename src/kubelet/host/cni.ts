import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { removeCniRules } from "./cni-rules.ts";

const RECORDS = "/var/lib/cni/results";

export interface CniInput {
  readonly podCidr: string;
  /** Name of the bridge that pods hang on, and of the network; at most 15 characters. */
  readonly bridge: string;
  /** Where host-local keeps which address is taken. */
  readonly stateDirectory: string;
  /** Without iptables there is nobody to masquerade and map ports. */
  readonly iptables: boolean;
  /** Whether packets inside a bridge pass the packet filter; where they can't, pods are routed one by one. */
  readonly bridgeFilter: boolean;
}

/** The network of a node's pods, as a CNI configuration list. */
export function cniConfig(input: CniInput): string {
  const { podCidr, bridge, stateDirectory, iptables, bridgeFilter } = input;
  const ipam = {
    type: "host-local",
    dataDir: stateDirectory,
    ranges: podCidr.split(",").map((subnet) => [{ subnet }]),
    routes: [{ dst: podCidr.includes(":") && !podCidr.includes(".") ? "::/0" : "0.0.0.0/0" }],
  };
  const main = bridgeFilter
    ? { type: "bridge", bridge, isGateway: true, ipMasq: iptables, hairpinMode: true, ipam }
    : { type: "ptp", ipMasq: iptables, ipam };
  const portmap = { type: "portmap", capabilities: { portMappings: true }, snat: true };
  const plugins = iptables ? [main, portmap] : [main];
  return `${JSON.stringify({ cniVersion: "0.4.0", name: bridge, plugins }, undefined, 2)}\n`;
}

/** Writes the configuration whole, where the runtime looks for it. */
export async function writeCniConfig(directory: string, config: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = `${directory}/10-navarch.conflist`;
  await writeFile(`${path}.new`, config, { mode: 0o644 });
  await rename(`${path}.new`, path);
}

const FILTER_SWITCHES = [
  "/proc/sys/net/bridge/bridge-nf-call-iptables",
  "/proc/sys/net/bridge/bridge-nf-call-ip6tables",
];

/** Makes packets between pods of one bridge pass the packet filter, so that service addresses work; says whether it can. */
export async function enableBridgeFilter(): Promise<boolean> {
  try {
    await stat(FILTER_SWITCHES[0]!);
    for (const path of FILTER_SWITCHES) await writeFile(path, "1").catch(() => {});
    return true;
  } catch {
    return false;
  }
}

/** Lets the machine pass packets on between its networks. */
export async function enableForwarding(): Promise<void> {
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
}

/** Takes away what the plugins of a network left: packet rules, and their records of pods that ended without them. */
export async function removeCniTraces({ network, stateDirectory }: CniTraces): Promise<void> {
  await removeCniRules(network);
  for (const name of await readdir(RECORDS).catch(() => []))
    if (name.startsWith(`${network}-`)) await rm(`${RECORDS}/${name}`, { force: true });
  await rm(stateDirectory, { recursive: true, force: true });
}

export interface CniTraces {
  readonly network: string;
  readonly stateDirectory: string;
}

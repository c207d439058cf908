import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { foreignBridges } from "../../kubelet/index.ts";
import { installedRules, isOwner } from "../../proxy/index.ts";
import { ConfigError } from "../errors.ts";

export interface MachineNetwork {
  /** Another cluster's bridges and rules on this machine: what it is, and the data directory if that is known. */
  readonly foreign: readonly { readonly what: string; readonly dataDirectory: string | undefined }[];
  /** Addresses of the machine by device, those of pods' devices left out. */
  readonly addresses: readonly { readonly device: string; readonly address: string }[];
}

/** Two clusters with the same ranges on one machine take each other's packets: throws when there is another one. */
export async function refuseForeignNetwork(dataDirectory: string, podCidr: string): Promise<void> {
  const problem = networkProblem(await machineNetwork(dataDirectory), podCidr);
  if (problem !== undefined) throw new ConfigError(`start node: ${problem}`);
}

/** Why no node can be started beside what is there; undefined when one can. */
export function networkProblem({ foreign, addresses }: MachineNetwork, podCidr: string): string | undefined {
  const known = foreign.find((each) => each.dataDirectory !== undefined);
  if (known)
    return `the network of the cluster in ${known.dataDirectory} is on this machine (${known.what}), wanted none: end it with \`navarch down --data-dir ${known.dataDirectory}\``;
  const [unknown] = foreign;
  if (unknown)
    return `the network of another cluster is on this machine (${unknown.what}), wanted none: end that cluster with \`navarch down --data-dir DIR\``;
  const taken = addresses.find(({ address }) => contains(podCidr, address));
  return taken && `${taken.device} has the address ${taken.address}, wanted none in the pods' range ${podCidr}`;
}

async function machineNetwork(dataDirectory: string): Promise<MachineNetwork> {
  const containerdDirectory = join(dataDirectory, "containerd");
  const bridges = await foreignBridges(containerdDirectory);
  const rules = (await installedRules()).filter((each) => !isOwner(each, dataDirectory));
  return {
    foreign: [
      ...bridges.map((bridge) => ({
        what: `bridge ${bridge.name}`,
        dataDirectory: bridge.containerdDirectory && dirname(bridge.containerdDirectory),
      })),
      ...rules.map(({ mode, owner }) => ({ what: `${mode} service rules`, dataDirectory: owner })),
    ],
    addresses: Object.entries(networkInterfaces())
      .filter(([device]) => !/^(nav|veth)/.test(device))
      .flatMap(([device, list]) => (list ?? []).map(({ address }) => ({ device, address }))),
  };
}

/** Whether an IPv4 address is in a range. */
function contains(cidr: string, address: string): boolean {
  const [base, bits] = cidr.split("/") as [string, string];
  const number = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return !address.includes(":") && Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

import type { Plugin } from "../framework.ts";
import { type HostPort, type NodeInfo, placementOf } from "../node-info.ts";

const TAKEN = { reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true };
const ANY = "0.0.0.0";

/** Two pods of a node can't have one host port. */
export const nodePorts: Plugin = {
  name: "NodePorts",
  events: ["nodeApplied", "podDeleted"],
  helps(pod, { pod: gone }) {
    if (!gone) return true;
    const wanted = placementOf(pod).hostPorts;
    return placementOf(gone).hostPorts.some(({ key }) => wanted.some((port) => port.key === key));
  },
  prepare: (pod) => ({ skipFilter: placementOf(pod).hostPorts.length === 0 }),
  filter: (pod, node) => (placementOf(pod).hostPorts.some((port) => isTaken(node, port)) ? TAKEN : undefined),
};

function isTaken(node: NodeInfo, { key, ip }: HostPort): boolean {
  const uses = node.hostPorts.get(key);
  if (!uses || uses.size === 0) return false;
  return ip === ANY || uses.has(ANY) || uses.has(ip);
}

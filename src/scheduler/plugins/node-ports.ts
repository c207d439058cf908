import type { Plugin } from "../framework.ts";
import { hostPortsOf, type NodeInfo } from "../node-info.ts";

const TAKEN = { reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true };
const ANY = "0.0.0.0";

/** Two pods of a node can't have one host port. */
export const nodePorts: Plugin = {
  name: "NodePorts",
  events: ["nodeApplied", "podDeleted"],
  prepare(pod) {
    const wanted = hostPortsOf(pod);
    return { notes: wanted, skipFilter: wanted.length === 0 };
  },
  filter: (_pod, node, notes) =>
    (notes as ReturnType<typeof hostPortsOf>).some((port) => isTaken(node, port)) ? TAKEN : undefined,
};

function isTaken(node: NodeInfo, { key, ip }: { key: string; ip: string }): boolean {
  const uses = node.hostPorts.get(key);
  if (!uses || uses.size === 0) return false;
  return ip === ANY || uses.has(ANY) || uses.has(ip);
}

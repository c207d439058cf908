import { isNotFound, Node } from "../../api/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { RangeAllocator } from "./plan.ts";

/** Gives each node its part of the pods' address range. Runs only when asked to, with a range. */
export async function startNodeIpamController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, options } = environment;
  if (!options.allocateNodeCidrs || !options.clusterCidr) return;
  const allocators = options.clusterCidr.split(",").map((range) => {
    const allocator = new RangeAllocator(range, options.nodeCidrMaskSize ?? (range.includes(":") ? 64 : 24));
    if (options.serviceClusterIpRange)
      for (const service of options.serviceClusterIpRange.split(",")) allocator.occupy(service);
    return allocator;
  });
  const nodes = informers.for(Node);
  const events = environment.recorder("cidrAllocator");
  const rangesOf = ({ spec }: Node) => spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : []);
  const queue = reconcileKeys(environment, {
    name: "node-ipam",
    // One at a time: ranges are handed out in the order of nodes.
    workers: 1,
    synced: [nodes.synced],
    async reconcile(name, signal) {
      const node = nodes.get({ name });
      if (!node || rangesOf(node).length > 0) return undefined;
      const podCIDRs = allocators.flatMap((allocator) => allocator.allocate() ?? []);
      const giveBack = () => podCIDRs.forEach((range, index) => allocators[index]!.release(range));
      if (podCIDRs.length < allocators.length) {
        giveBack();
        const message = `Node ${name} status is now: CIDRNotAvailable`;
        events.event(node, { type: "Normal", reason: "CIDRNotAvailable", message });
        throw new Error(`allocate range for node ${name}: none left in ${options.clusterCidr}`);
      }
      try {
        const patch = { spec: { podCIDR: podCIDRs[0], podCIDRs } };
        await nodes.expect(await client.patch(Node, { name }, patch, { type: "strategic", signal }), signal);
      } catch (error) {
        giveBack();
        if (!isNotFound(error)) throw error;
      }
      return undefined;
    },
  });
  nodes.subscribe({
    apply(node) {
      for (const range of rangesOf(node)) for (const allocator of allocators) allocator.occupy(range);
      if (rangesOf(node).length === 0) queue.add(node.metadata.name);
    },
    delete(node) {
      for (const range of rangesOf(node)) for (const allocator of allocators) allocator.release(range);
    },
  });
}

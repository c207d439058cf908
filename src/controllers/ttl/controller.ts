import { Node, unlessGone } from "../../api/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { ttlSeconds, ttlStep } from "./plan.ts";

const ANNOTATION = "node.alpha.kubernetes.io/ttl";

/** Tells kubelets how long they may keep what they have read: longer in large clusters. */
export async function startTtlController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const nodes = informers.for(Node);
  let step = 0;
  const queue = reconcileKeys(environment, {
    name: "ttl",
    workers: 5,
    synced: [nodes.synced],
    async reconcile(name, signal) {
      const node = nodes.get({ name });
      const value = String(ttlSeconds(step));
      if (!node || node.metadata.annotations?.[ANNOTATION] === value) return undefined;
      const patch = { metadata: { annotations: { [ANNOTATION]: value } } };
      const updated = await unlessGone(client.patch(Node, { name }, patch, { type: "merge", signal }));
      if (updated) await nodes.expect(updated, signal);
      return undefined;
    },
  });
  const recount = () => {
    const next = ttlStep(nodes.size, step);
    if (next === step) return;
    step = next;
    for (const { metadata } of nodes.list()) queue.add(metadata.name);
  };
  nodes.subscribe({
    apply(node) {
      recount();
      queue.add(node.metadata.name);
    },
    delete: recount,
  });
}

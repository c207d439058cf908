import { isNotFound, Node, Pod } from "../../api/index.ts";
import type { Informer, WorkQueue } from "../../runtime/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { disrupt } from "../common/disrupt.ts";
import { evictionMs } from "./plan.ts";

/** Deletes pods that don't tolerate their node's NoExecute taints (any longer). */
export async function startTaintEvictionController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock } = environment;
  const nodes = informers.for(Node);
  const pods = informers.for(Pod);
  pods.addIndex("node", (pod) => [pod.spec.nodeName ?? ""]);
  const events = environment.recorder("taint-eviction-controller");
  /** Pods that are due later, and since when. */
  const scheduled = new Map<string, number>();
  const queue = reconcileKeys(environment, {
    name: "taint-eviction",
    workers: 8,
    synced: [nodes.synced, pods.synced],
    async reconcile(key, signal) {
      const pod = pods.get(splitKey(key));
      if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp) {
        scheduled.delete(key);
        return undefined;
      }
      const sinceMs = scheduled.get(key) ?? clock.now();
      const dueMs = evictionMs(pod, nodes.get({ name: pod.spec.nodeName }), sinceMs);
      const subject = {
        ...pod,
        metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      };
      if (dueMs === undefined) {
        if (scheduled.delete(key))
          events.event(subject, {
            type: "Normal",
            reason: "TaintManagerEviction",
            message: `Cancelling deletion of Pod ${key}`,
          });
        return undefined;
      }
      if (dueMs > clock.now()) {
        scheduled.set(key, sinceMs);
        return { requeueAfterMs: dueMs - clock.now() };
      }
      scheduled.delete(key);
      events.event(subject, {
        type: "Normal",
        reason: "TaintManagerEviction",
        message: `Marking for deletion Pod ${key}`,
      });
      const { namespace, name, uid } = pod.metadata;
      try {
        await disrupt(
          environment,
          pod,
          { reason: "DeletionByTaintManager", message: "Taint manager: deleting due to NoExecute taint" },
          signal,
        );
        await client.delete(Pod, { namespace, name }, { preconditions: { uid }, signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      return undefined;
    },
  });
  watch(queue, nodes, pods);
}

function watch(queue: WorkQueue<string>, nodes: Informer<Node>, pods: Informer<Pod>): void {
  pods.subscribe({
    apply: (pod, old) => {
      if (!pod.spec.nodeName) return;
      const changed = !old || old.spec.nodeName !== pod.spec.nodeName || old.spec.tolerations !== pod.spec.tolerations;
      if (changed) queue.add(keyOf(pod));
    },
    delete: (pod) => queue.add(keyOf(pod)),
  });
  const wake = (node: Node) => {
    for (const pod of pods.index("node", node.metadata.name)) queue.add(keyOf(pod));
  };
  const noExecute = (node: Node) =>
    JSON.stringify((node.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute"));
  nodes.subscribe({ apply: (node, old) => (!old || noExecute(old) !== noExecute(node)) && wake(node), delete() {} });
}

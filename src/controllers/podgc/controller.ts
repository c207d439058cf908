import { isNotFound, isPodTerminal, Node, Pod, unlessGone } from "../../api/index.ts";
import { disrupt } from "../common/disrupt.ts";
import type { ControllerEnvironment } from "../common/environment.ts";
import { type Collected, plan } from "./plan.ts";

const PERIOD_MS = 20_000;
/** How long a node must be missing before its pods are taken for lost. */
const QUARANTINE_MS = 40_000;

/** Removes pods that have no node or no future. */
export async function startPodGcController(environment: ControllerEnvironment): Promise<void> {
  const { informers, clock, scope, client, options, log } = environment;
  const nodes = informers.for(Node);
  const pods = informers.for(Pod);
  const missingSince = new Map<string, number>();

  const lostNodes = async (signal: AbortSignal) => {
    const wanted = new Set(pods.list().flatMap(({ spec }) => spec.nodeName ?? []));
    for (const name of missingSince.keys()) if (!wanted.has(name) || nodes.get({ name })) missingSince.delete(name);
    const lost = new Set<string>();
    for (const name of wanted) {
      if (nodes.get({ name })) continue;
      const since = missingSince.get(name) ?? clock.now();
      missingSince.set(name, since);
      if (clock.now() - since < QUARANTINE_MS) continue;
      const found = await unlessGone(client.get(Node, { name }, { signal }));
      if (!found) lost.add(name);
    }
    return lost;
  };

  scope.spawn("pod garbage collector", async (signal) => {
    await Promise.all([nodes.synced, pods.synced]);
    while (!signal.aborted) {
      await clock.sleep(PERIOD_MS, signal);
      try {
        const collected = plan({
          pods: pods.list(),
          node: (name) => nodes.get({ name }),
          lostNodes: await lostNodes(signal),
          terminatedMax: options.terminatedPodGcThreshold ?? 12_500,
        });
        for (const one of collected) await remove(environment, one, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        log.warn("Collecting pods failed", { error });
      }
    }
  });
}

async function remove(environment: ControllerEnvironment, { pod, why }: Collected, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const { client } = environment;
  try {
    if (!isPodTerminal(pod)) {
      if (why) await disrupt(environment, pod, { ...why, phase: "Failed" }, signal);
      else {
        const patch = { metadata: { uid }, status: { phase: "Failed" } };
        await client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status", signal });
      }
    }
    await client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

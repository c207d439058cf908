import { Pod, unlessGone, podCondition, transitionTime } from "../api/index.ts";
import { formatTime } from "../base/index.ts";
import type { ComponentContext, EventRecorder } from "../runtime/index.ts";
import type { Preemption } from "./preemption.ts";

type Writer = Pick<ComponentContext, "client" | "clock">;

/** Puts the pod on the node. */
export async function bind({ client }: Writer, pod: Pod, nodeName: string): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  await client.createSubresource(Pod, { namespace, name }, "binding", {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { namespace, name, uid },
    target: { kind: "Node", name: nodeName },
  });
}

/** Why a pod has no node, as its status says it. */
export interface Unscheduled {
  readonly reason: "Unschedulable" | "SchedulerError";
  readonly message: string;
  /** Where room is being made for it; "" takes an earlier nomination back, undefined leaves it. */
  readonly nominatedNodeName: string | undefined;
}

/** Writes it, unless the pod says so already. */
export async function reportUnscheduled({ client, clock }: Writer, pod: Pod, said: Unscheduled): Promise<void> {
  const { reason, message, nominatedNodeName } = said;
  const { namespace, name, uid, generation } = pod.metadata;
  const known = podCondition(pod, "PodScheduled");
  const sameNomination = nominatedNodeName === undefined || nominatedNodeName === (pod.status.nominatedNodeName ?? "");
  const same =
    known?.status === "False" &&
    known.reason === reason &&
    known.message === message &&
    known.observedGeneration === generation;
  if (same && sameNomination) return;
  const condition = {
    type: "PodScheduled",
    status: "False",
    reason,
    message,
    observedGeneration: generation,
    lastProbeTime: null,
    lastTransitionTime: transitionTime(known, "False", formatTime(clock.now())),
  };
  const status = {
    conditions: [condition],
    ...(!sameNomination && { nominatedNodeName: nominatedNodeName || null }),
  };
  const patch = { metadata: { uid }, status };
  await client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status" });
}

/** Takes a pod's nomination back: a more important one makes room on that node. */
export async function clearNomination({ client }: Writer, pod: Pod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const patch = { metadata: { uid }, status: { nominatedNodeName: null } };
  await unlessGone(client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status" }));
}

/** Evicts the pods that have to go, saying so on each. */
export async function evictVictims(
  { client, clock }: Writer,
  events: EventRecorder,
  { pod, preemption, schedulerName }: { pod: Pod; preemption: Preemption; schedulerName: string },
): Promise<void> {
  for (const victim of preemption.victims) {
    if (victim.metadata.deletionTimestamp) continue;
    const { namespace, name, uid, generation } = victim.metadata;
    const condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "PreemptionByScheduler",
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
      observedGeneration: generation,
      lastProbeTime: null,
      lastTransitionTime: formatTime(clock.now()),
    };
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    await unlessGone(client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status" }));
    await unlessGone(client.delete(Pod, { namespace, name }, { preconditions: { uid } }));
    const message = `Preempted by pod ${pod.metadata.uid} on node ${preemption.nodeName}`;
    events.event(victim, { type: "Normal", reason: "Preempted", action: "Preempting", message, related: pod });
  }
}

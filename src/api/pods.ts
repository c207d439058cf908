import { conditionOf } from "./conditions.ts";
import { parseTime } from "../base/index.ts";
import type { Pod, PodCondition } from "./core/v1/pod.ts";

/** The pod's condition of a type. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return conditionOf(pod.status.conditions, type);
}

/** Whether the pod may get traffic. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Whether the pod has run to its end. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
}

/** Whether the pod has been ready for at least `minReadySeconds` at `nowMs`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True") return false;
  if (minReadySeconds === 0) return true;
  return (
    ready.lastTransitionTime !== undefined && parseTime(ready.lastTransitionTime) + minReadySeconds * 1000 <= nowMs
  );
}

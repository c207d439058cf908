import type { ContainerStatus as ApiContainerStatus, Pod } from "../../api/index.ts";
import { isSidecar } from "../pod/names.ts";
import { restartsAfter } from "../sync/observed.ts";

export interface PhaseInput {
  readonly pod: Pod;
  readonly containerStatuses: readonly ApiContainerStatus[];
  readonly init: readonly ApiContainerStatus[];
  /** Nothing of the pod will start again. */
  readonly over: boolean;
}

type InitState = "done" | "pending" | "failed" | "failedForGood";

/** The one word for where a pod is in its life. An ended pod stays ended. */
export function podPhase(input: PhaseInput): "Pending" | "Running" | "Succeeded" | "Failed" {
  const { pod, over } = input;
  if (pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return pod.status.phase;
  const init = initState(input);
  if (init === "failedForGood") return "Failed";
  const counts = countMain(input.containerStatuses);
  if (init !== "done" && !over) return "Pending";
  if (counts.waiting > 0 && !over) return "Pending";
  if (counts.running > 0) return "Running";
  if (counts.stopped === 0) return over ? "Failed" : "Pending";
  const succeeded = counts.succeeded === pod.spec.containers.length;
  if (over) return succeeded ? "Succeeded" : "Failed";
  if (willRestartAny(input)) return "Running";
  return succeeded ? "Succeeded" : "Failed";
}

function willRestartAny({ pod, containerStatuses }: PhaseInput): boolean {
  return pod.spec.containers.some((container) => {
    const status = containerStatuses.find((each) => each.name === container.name);
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    return ended !== undefined && restartsAfter(pod, container, ended.exitCode);
  });
}

function countMain(statuses: readonly ApiContainerStatus[]) {
  const counts = { running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const { state, lastState } of statuses) {
    if (state?.running) counts.running++;
    else if (state?.terminated) {
      counts.stopped++;
      if (state.terminated.exitCode === 0) counts.succeeded++;
    } else if (lastState?.terminated) counts.stopped++;
    else counts.waiting++;
  }
  return counts;
}

function initState({ pod, init }: PhaseInput): InitState {
  let result: InitState = "done";
  for (const container of pod.spec.initContainers ?? []) {
    const status = init.find((each) => each.name === container.name);
    if (isSidecar(container)) {
      const ran = status?.started || status?.lastState?.terminated || status?.state?.terminated;
      if (!ran) result = worst(result, "pending");
      continue;
    }
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    if (!ended || status?.state?.running) result = worst(result, "pending");
    else if (ended.exitCode !== 0)
      result = worst(result, restartsAfter(pod, container, ended.exitCode) ? "failed" : "failedForGood");
  }
  return result;
}

const ORDER: readonly InitState[] = ["done", "pending", "failed", "failedForGood"];

function worst(a: InitState, b: InitState): InitState {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

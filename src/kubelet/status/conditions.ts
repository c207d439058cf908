import {
  podCondition,
  transitionTime,
  type ContainerStatus as ApiContainerStatus,
  type Pod,
  type PodCondition,
  type PodStatus,
} from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import { isSidecar } from "../pod/names.ts";

type Verdict = Pick<PodCondition, "status"> & { readonly reason?: string; readonly message?: string };

export interface ConditionsInput {
  readonly pod: Pod;
  readonly status: PodStatus;
  readonly sandboxReady: boolean;
  readonly now: number;
  readonly resizePending?: { readonly reason: string; readonly message: string } | undefined;
}

/** A condition that is there only while it holds. */
const RESIZE_PENDING = "PodResizePending";

/** The kubelet's own conditions followed by those that others keep on the pod. */
export function podConditions(input: ConditionsInput): readonly PodCondition[] {
  const { pod, status, now } = input;
  const containersReady = containersVerdict(pod, status);
  const verdicts: [string, Verdict][] = [
    ["PodReadyToStartContainers", { status: input.sandboxReady ? "True" : "False" }],
    ["Initialized", initializedVerdict(pod, status)],
    ["Ready", readyVerdict(pod, containersReady)],
    ["ContainersReady", containersReady],
    ["PodScheduled", { status: "True" }],
  ];
  if (input.resizePending) verdicts.unshift([RESIZE_PENDING, { status: "True", ...input.resizePending }]);
  const own = verdicts.map(([type, verdict]) => condition(pod, type, verdict, now));
  const others = (pod.status.conditions ?? []).filter(
    (each) => each.type !== RESIZE_PENDING && !verdicts.some(([type]) => type === each.type),
  );
  return [...own, ...others];
}

function condition(pod: Pod, type: string, verdict: Verdict, now: number): PodCondition {
  return {
    type,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    ...verdict,
    lastTransitionTime: transitionTime(podCondition(pod, type), verdict.status, formatTime(now)),
  };
}

function readyVerdict(pod: Pod, containers: Verdict): Verdict {
  if (containers.status !== "True") return containers;
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const found = pod.status.conditions?.find((each) => each.type === conditionType);
    if (!found) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (found.status !== "True")
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`);
  }
  if (messages.length === 0) return { status: "True" };
  return { status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}

function containersVerdict(pod: Pod, status: PodStatus): Verdict {
  if (status.phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (status.phase === "Failed") return { status: "False", reason: "PodFailed" };
  const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar).map((each) => each.name);
  const names = [...sidecars, ...pod.spec.containers.map((each) => each.name)];
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return incomplete(names, all, (each) => each.ready === true, ["ContainersNotReady", "unready"]);
}

function initializedVerdict(pod: Pod, status: PodStatus): Verdict {
  const init = pod.spec.initContainers ?? [];
  if (init.length === 0) return { status: "True" };
  if (status.phase === "Succeeded" && pod.spec.containers.length > 0) return { status: "True", reason: "PodCompleted" };
  const sidecars = new Set(init.filter(isSidecar).map((each) => each.name));
  const begun = (status.containerStatuses ?? []).some(
    (each) => each.state?.running || each.state?.terminated || each.lastState?.terminated,
  );
  if (begun) return { status: "True" };
  const done = (each: ApiContainerStatus) => (sidecars.has(each.name) ? each.started === true : each.ready === true);
  const names = init.map((each) => each.name);
  return incomplete(names, status.initContainerStatuses ?? [], done, ["ContainersNotInitialized", "incomplete"]);
}

function incomplete(
  names: readonly string[],
  statuses: readonly ApiContainerStatus[],
  isDone: (status: ApiContainerStatus) => boolean,
  [reason, word]: readonly [string, string],
): Verdict {
  const unknown = names.filter((name) => !statuses.some((each) => each.name === name));
  const undone = names.filter((name) => statuses.some((each) => each.name === name && !isDone(each)));
  if (unknown.length === 0 && undone.length === 0) return { status: "True" };
  const messages: string[] = [];
  if (unknown.length > 0) messages.push(`containers with unknown status: [${unknown.join(" ")}]`);
  if (undone.length > 0) messages.push(`containers with ${word} status: [${undone.join(" ")}]`);
  return { status: "False", reason, message: messages.join(", ") };
}

import { formatTime } from "../../base/index.ts";
import type { Container, PodStatus } from "../../api/index.ts";
import { qosClass } from "../pod/resources.ts";
import { activeSandbox } from "../sync/observed.ts";
import { podConditions } from "./conditions.ts";
import { containerStatusesOf } from "./container-status.ts";
import { podPhase } from "./phase.ts";
import type { StatusInput } from "./status-input.ts";

/** The status of a pod from what is observed of it and what it was. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, runtime, hostIPs, now, verdict } = input;
  const containerStatuses = containerStatusesOf(input, pod.spec.containers, pod.status.containerStatuses, "main");
  const init = containerStatusesOf(input, pod.spec.initContainers ?? [], pod.status.initContainerStatuses, "init");
  const ephemeral = containerStatusesOf(
    input,
    (pod.spec.ephemeralContainers ?? []) as readonly Container[],
    pod.status.ephemeralContainerStatuses,
    "main",
  );
  const phase = verdict ? "Failed" : podPhase({ pod, containerStatuses, init, over: input.over });
  const podIPs = podAddresses(input);
  const draft: PodStatus = {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    ...(verdict ?? {}),
    ...(hostIPs[0] === undefined ? {} : { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(podIPs[0] === undefined ? {} : { podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })) }),
    startTime: pod.status.startTime ?? formatTime(now),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses,
    qosClass: qosClass(pod),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
  };
  const sandboxReady = activeSandbox(runtime) !== undefined;
  const { resizePending } = input;
  return { ...draft, conditions: podConditions({ pod, status: draft, sandboxReady, now, resizePending }) };
}

/** Addresses of the newest sandbox; what the pod had while there is none, so that it doesn't vanish as the pod ends. */
function podAddresses({ pod, runtime, hostIPs }: StatusInput): readonly string[] {
  if (pod.spec.hostNetwork) return hostIPs.slice(0, 1);
  const ips = runtime.sandboxes[0]?.ips ?? [];
  return ips.length > 0 ? ips : (pod.status.podIPs ?? []).map((each) => each.ip);
}

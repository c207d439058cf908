import { parseTime } from "../../../base/index.ts";
import { age, ageColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ContainerStatus } from "./containerstatus.ts";
import type { Pod } from "./pod.ts";

const NONE = "<none>";

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  textColumn("Ready", readyText),
  textColumn("Status", statusText),
  textColumn("Restarts", restartsText),
  ageColumn,
  wide(textColumn("IP", ({ status }) => status.podIPs?.[0]?.ip || status.podIP || NONE)),
  wide(textColumn("Node", ({ spec }) => spec.nodeName || NONE)),
  wide(textColumn("Nominated Node", ({ status }) => status.nominatedNodeName || NONE)),
  wide(textColumn("Readiness Gates", gatesText)),
];

/** Containers that stay: the regular ones, and those that start before them and never end. */
function sidecarNames({ spec }: Pod): Set<string> {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return new Set(sidecars.map(({ name }) => name));
}

function readyText(pod: Pod): string {
  const sidecars = sidecarNames(pod);
  const total = (pod.spec.containers ?? []).length + sidecars.size;
  const readySidecars = (pod.status.initContainerStatuses ?? []).filter(
    ({ name, ready, started }) => sidecars.has(name) && started && ready,
  );
  const ready = (pod.status.containerStatuses ?? []).filter((status) => status.ready && status.state?.running);
  return `${ready.length + readySidecars.length}/${total}`;
}

/** In one word what a pod is doing, or what is wrong with it. */
function statusText(pod: Pod): string {
  const { status, metadata } = pod;
  const scheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  const gated = scheduled?.reason === "SchedulingGated" ? "SchedulingGated" : undefined;
  const init = initText(pod);
  const text = init ?? containersText(pod) ?? gated ?? (status.reason || status.phase || "");
  if (!metadata.deletionTimestamp) return text;
  if (status.reason === "NodeLost") return "Unknown";
  return status.phase === "Failed" || status.phase === "Succeeded" ? text : "Terminating";
}

/** What the first init container that isn't done is doing. */
function initText(pod: Pod): string | undefined {
  const { spec, status } = pod;
  const sidecars = sidecarNames(pod);
  const initialized = status.conditions?.some(({ type, status: is }) => type === "Initialized" && is === "True");
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started) continue;
    // Once all have run, one that runs again says nothing of the pod.
    if (initialized && !sidecars.has(container.name)) return undefined;
    if (terminated) return `Init:${exitText(terminated)}`;
    if (waiting?.reason && waiting.reason !== "PodInitializing") return `Init:${waiting.reason}`;
    return `Init:${index}/${(spec.initContainers ?? []).length}`;
  }
  return undefined;
}

function exitText({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

/** What is wrong with a container, the first one last; a pod of which one has ended well and another runs is running. */
function containersText({ status }: Pod): string | undefined {
  let text: string | undefined;
  let running = false;
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) text = waiting.reason;
    else if (terminated) text = exitText(terminated);
    else if (container.ready && container.state?.running) running = true;
  }
  if (text !== "Completed" || !running) return text;
  const ready = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  return ready ? "Running" : "NotReady";
}

function restartsText(pod: Pod, now: number): string {
  const sidecars = sidecarNames(pod);
  const inits = pod.status.initContainerStatuses ?? [];
  const isInitializing = initText(pod) !== undefined;
  const kept = inits.filter(({ name }) => sidecars.has(name));
  const counted = isInitializing ? inits : [...kept, ...(pod.status.containerStatuses ?? [])];
  const restarts = counted.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const last = lastEnd(counted);
  return restarts > 0 && last !== undefined ? `${restarts} (${age(last, now)} ago)` : String(restarts);
}

/** When a container last ended. */
function lastEnd(statuses: readonly ContainerStatus[]): string | undefined {
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []);
  return ends.sort((a, b) => parseTime(a) - parseTime(b)).at(-1);
}

function gatesText({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const met = gates.filter(({ conditionType }) =>
    status.conditions?.some(({ type, status: is }) => type === conditionType && is === "True"),
  );
  return `${met.length}/${gates.length}`;
}

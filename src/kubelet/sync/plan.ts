import type { Container, Pod } from "../../api/index.ts";
import { containerHash } from "../pod/hash.ts";
import { ANNOTATION_HASH, describePod, isSidecar } from "../pod/names.ts";
import { type Backoff, formatDuration } from "./backoff.ts";
import {
  activeSandbox,
  latest,
  latestIn,
  type ObservedContainer,
  type PodRuntime,
  restartsAfter,
  shouldRestart,
} from "./observed.ts";
import { givenResources, type Resize, type Resized, resizeFor } from "./resize.ts";

/** What probes have found of a running container, by its id. */
export interface ProbeView {
  liveness(containerId: string): ProbeResult;
  readiness(containerId: string): ProbeResult;
  startup(containerId: string): ProbeResult;
}
export type ProbeResult = "success" | "failure" | "unknown";

export interface PlanInput {
  readonly pod: Pod;
  readonly runtime: PodRuntime;
  readonly probes: ProbeView;
  readonly backoff: Backoff;
  readonly now: number;
  /** What running containers were given after their start. */
  readonly resized: Resized;
  /** The node can't give the pod what it asks for now: containers keep what they have. */
  readonly resizeWaits: boolean;
}

export interface StartContainer {
  readonly container: Container;
  readonly attempt: number;
  readonly init: boolean;
  /** Counts as a failure of this key when it starts. */
  readonly backoff?: { readonly key: string; readonly failedMs: number };
}

export interface KillContainer {
  readonly id: string;
  readonly name: string;
  readonly reason: "liveness" | "startup" | "changed" | "resized" | "done" | "unknown";
  readonly message: string;
}

export interface ResizeContainer {
  readonly id: string;
  readonly container: Container;
}

export interface Waiting {
  readonly reason: string;
  readonly message: string;
}

/** What to do now for a pod that should run. */
export interface PodPlan {
  /** Stop everything of the pod that runs, sandbox included. */
  readonly killPod: boolean;
  /** Make a sandbox with this attempt, after the kill. */
  readonly createSandbox?: { readonly attempt: number };
  readonly kill: readonly KillContainer[];
  /** Running containers that get other resources. */
  readonly resize: readonly ResizeContainer[];
  readonly start: readonly StartContainer[];
  /** Containers that wait, by name, and why. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** When to look again although nothing happens. */
  readonly wakeAtMs?: number;
}

interface Draft {
  readonly kill: KillContainer[];
  readonly resize: ResizeContainer[];
  readonly start: StartContainer[];
  readonly waiting: Map<string, Waiting>;
  wakeAtMs: number;
}

/** Compares what a pod should be with what runs of it. */
export function plan(input: PlanInput): PodPlan {
  const { pod, runtime } = input;
  const draft: Draft = {
    kill: [],
    resize: [],
    start: [],
    waiting: new Map(),
    wakeAtMs: runtime.lookAgainAtMs ?? Number.POSITIVE_INFINITY,
  };
  const sandbox = activeSandbox(runtime);
  if (!sandbox || sandboxChanged(pod, sandbox)) return planNewSandbox(input, draft);
  planEphemeral(input, draft);
  const init = planInit(input, sandbox.id, draft);
  if (init === "failed") return { ...finish(draft), killPod: true, start: [] };
  const kept = init === "done" ? planMain(input, draft) : 0;
  const idle = init === "done" && kept === 0 && draft.waiting.size === 0 && !startsMain(pod, draft);
  return { ...finish(draft), killPod: idle };
}

function finish(draft: Draft): PodPlan {
  const { kill, resize, start, waiting, wakeAtMs } = draft;
  return { killPod: false, kill, resize, start, waiting, ...(Number.isFinite(wakeAtMs) ? { wakeAtMs } : {}) };
}

function startsMain(pod: Pod, draft: Draft): boolean {
  return draft.start.some(({ container }) => pod.spec.containers.includes(container));
}

function sandboxChanged(pod: Pod, sandbox: NonNullable<ReturnType<typeof activeSandbox>>): boolean {
  if ((sandbox.network === "Node") !== (pod.spec.hostNetwork === true)) return true;
  return !pod.spec.hostNetwork && sandbox.ips.length === 0;
}

function planNewSandbox(input: PlanInput, draft: Draft): PodPlan {
  const { pod, runtime } = input;
  const attempt = runtime.sandboxes.length > 0 ? runtime.sandboxes[0]!.metadata.attempt + 1 : 0;
  const killPod = runtime.sandboxes.some((each) => each.state === "Ready") || runtime.containers.some(isLive);
  const main = pod.spec.containers.filter((container) => {
    const status = latest(runtime, container.name);
    return (
      !status ||
      (status.state !== "Exited" ? pod.spec.restartPolicy !== "Never" : restartsAfter(pod, container, status.exitCode))
    );
  });
  // A pod that never restarts has had its chance, and one whose containers are all done needs no sandbox.
  const over = pod.spec.restartPolicy === "Never" && attempt !== 0 && runtime.containers.length > 0;
  if (over || main.length === 0) return { ...finish(draft), killPod };
  const [first] = pod.spec.initContainers ?? [];
  const starts = first ? [{ container: first, init: true }] : main.map((container) => ({ container, init: false }));
  for (const each of starts) planStart(input, draft, each.container, { init: each.init });
  return { ...finish(draft), killPod, createSandbox: { attempt } };
}

function isLive(container: ObservedContainer): boolean {
  return container.state === "Running" || container.state === "Unknown";
}

/** Starts a container now, or says how long it has to wait. */
function planStart(input: PlanInput, draft: Draft, container: Container, { init }: { init: boolean }): void {
  const { pod, runtime, backoff, now } = input;
  const last = latest(runtime, container.name);
  const attempt = last ? last.metadata.attempt + 1 : restartsBefore(pod, container.name);
  if (last?.state !== "Exited") {
    draft.start.push({ container, attempt, init });
    return;
  }
  const key = backoffKey(pod, container);
  const remainingMs = backoff.remainingMs(key, last.finishedAtMs, now);
  if (remainingMs > 0) {
    const delay = formatDuration(backoff.delayMs(key));
    const message = `back-off ${delay} restarting failed container=${container.name} pod=${describePod(pod)}`;
    draft.waiting.set(container.name, { reason: "CrashLoopBackOff", message });
    draft.wakeAtMs = Math.min(draft.wakeAtMs, now + remainingMs);
    return;
  }
  draft.start.push({ container, attempt, init, backoff: { key, failedMs: last.finishedAtMs } });
}

/** Restarts that the API server has on record of a container the runtime knows nothing of any more. */
function restartsBefore(pod: Pod, name: string): number {
  const all = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const known = all.find((each) => each.name === name);
  return known?.containerID ? (known.restartCount ?? 0) + 1 : 0;
}

/** What tells one container's failures from those of a changed one. */
function backoffKey(pod: Pod, container: Container): string {
  return `${pod.metadata.uid}/${container.name}/${containerHash(container)}`;
}

function planEphemeral(input: PlanInput, draft: Draft): void {
  for (const container of input.pod.spec.ephemeralContainers ?? [])
    if (!latest(input.runtime, container.name))
      draft.start.push({ container: container as Container, attempt: 0, init: false });
}

/** Init containers one after the other; "waiting" until all are done and sidecars have started. */
function planInit(input: PlanInput, sandboxId: string, draft: Draft): "done" | "waiting" | "failed" {
  const { pod, runtime } = input;
  const begun = pod.spec.containers.some((each) => latestIn(runtime, sandboxId, each.name) !== undefined);
  for (const container of pod.spec.initContainers ?? []) {
    const status = latestIn(runtime, sandboxId, container.name);
    const state = isSidecar(container)
      ? planSidecar(input, draft, container, status)
      : planInitOnce(input, draft, container, begun ? (status ?? "collected") : status);
    if (state === "failed") return "failed";
    if (state === "waiting" && !begun) return "waiting";
  }
  return "done";
}

function planSidecar(
  input: PlanInput,
  draft: Draft,
  container: Container,
  status: ObservedContainer | undefined,
): "done" | "waiting" {
  if (status?.state !== "Running") {
    planStart(input, draft, container, { init: true });
    return "waiting";
  }
  const kill = killFor(input, container, status);
  if (kill) {
    draft.kill.push(kill);
    return "waiting";
  }
  planResize(input, draft, container, status);
  return container.startupProbe && input.probes.startup(status.id) !== "success" ? "waiting" : "done";
}

function planInitOnce(
  input: PlanInput,
  draft: Draft,
  container: Container,
  status: ObservedContainer | "collected" | undefined,
): "done" | "waiting" | "failed" {
  if (status === "collected") return "done";
  if (status?.state === "Running") return "waiting";
  if (status?.state === "Exited") {
    if (status.exitCode === 0) return "done";
    const policy = container.restartPolicy ?? input.pod.spec.restartPolicy;
    if (policy === "Never" && !restartsAfter(input.pod, container, status.exitCode)) return "failed";
  }
  planStart(input, draft, container, { init: true });
  return "waiting";
}

/** Plans the pod's own containers; says how many go on as they are. */
function planMain(input: PlanInput, draft: Draft): number {
  const { pod, runtime } = input;
  let kept = 0;
  for (const container of pod.spec.containers) {
    const status = latest(runtime, container.name);
    if (status?.state !== "Running") {
      if (shouldRestart(pod, container, status)) planStart(input, draft, container, { init: false });
      continue;
    }
    const kill = killFor(input, container, status);
    // What is killed is started again once its end has been seen: its back-off counts from then.
    if (kill) draft.kill.push(kill);
    else planResize(input, draft, container, status);
    kept++;
  }
  return kept;
}

/** Why a running container has to end. */
function killFor(input: PlanInput, container: Container, status: ObservedContainer): KillContainer | undefined {
  const { probes } = input;
  const restarts = (container.restartPolicy ?? input.pod.spec.restartPolicy) !== "Never";
  const kill = (reason: KillContainer["reason"], what: string, again: boolean): KillContainer => ({
    id: status.id,
    name: container.name,
    reason,
    message: `Container ${container.name} ${what}${again ? ", will be restarted" : ""}`,
  });
  const recorded = status.annotations[ANNOTATION_HASH];
  if (recorded !== undefined && recorded !== containerHash(container))
    return kill("changed", "definition changed", true);
  if (probes.liveness(status.id) === "failure") return kill("liveness", "failed liveness probe", restarts);
  if (probes.startup(status.id) === "failure") return kill("startup", "failed startup probe", restarts);
  if (resizeOf(input, container, status) === "restart") return kill("resized", "resize requires restart", restarts);
  return undefined;
}

function planResize(input: PlanInput, draft: Draft, container: Container, status: ObservedContainer): void {
  if (resizeOf(input, container, status) === "inPlace") draft.resize.push({ id: status.id, container });
}

function resizeOf({ resized, resizeWaits }: PlanInput, container: Container, status: ObservedContainer): Resize {
  return resizeWaits ? "none" : resizeFor(container, givenResources(status, resized));
}

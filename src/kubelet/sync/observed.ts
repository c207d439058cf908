import type { Container, Pod } from "../../api/index.ts";
import type { ContainerStatus, SandboxStatus } from "../cri/index.ts";

/** A container as the runtime reports it. */
export interface ObservedContainer extends ContainerStatus {
  readonly sandboxId: string;
  /** When the runtime said so. */
  readonly observedAtMs: number;
}

/** What the runtime has of one pod, newest first. */
export interface PodRuntime {
  readonly sandboxes: readonly SandboxStatus[];
  readonly containers: readonly ObservedContainer[];
  /** When to look again although nothing happens: what is said of an end by now may not be the last word. */
  readonly lookAgainAtMs?: number;
}

export const NOTHING_RUNS: PodRuntime = { sandboxes: [], containers: [] };

/** The newest try of a container. */
export function latest(runtime: PodRuntime, name: string): ObservedContainer | undefined {
  return runtime.containers.find((each) => each.metadata.name === name);
}

/** The newest try of a container in this sandbox. */
export function latestIn(runtime: PodRuntime, sandboxId: string, name: string): ObservedContainer | undefined {
  return runtime.containers.find((each) => each.metadata.name === name && each.sandboxId === sandboxId);
}

/** The sandbox that the pod's containers run in now. */
export function activeSandbox(runtime: PodRuntime): SandboxStatus | undefined {
  const newest = runtime.sandboxes[0];
  return newest?.state === "Ready" ? newest : undefined;
}

export function isRunning(runtime: PodRuntime): boolean {
  return runtime.containers.some((each) => each.state === "Running");
}

/** Whether a container that is in this state is to be started again. */
export function shouldRestart(pod: Pod, container: Container, status: ObservedContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (!status || status.state === "Unknown" || status.state === "Created") return true;
  if (status.state === "Running") return false;
  return restartsAfter(pod, container, status.exitCode);
}

/** Whether a container is started again after it ended with this code: its own rules, its own policy, the pod's policy. */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  for (const rule of container.restartPolicyRules ?? []) {
    const { operator, values = [] } = rule.exitCodes ?? {};
    const matches = operator === "In" ? values.includes(exitCode) : operator === "NotIn" && !values.includes(exitCode);
    if (matches) return rule.action === "Restart" || rule.action === "RestartAllContainers";
  }
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

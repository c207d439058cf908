import type { Container, Pod } from "../../api/index.ts";
import { unlessGone } from "../cri/index.ts";
import type { KubeletContext } from "../options.ts";
import { ANNOTATION_PRE_STOP, fieldPathOf, findContainer, isSidecar } from "../pod/names.ts";
import type { ObservedContainer, PodRuntime } from "./observed.ts";
import { runPreStop } from "./hooks.ts";

/** However short the grace, a container gets this long. */
const GRACE_SECONDS_MIN = 2;

export interface KillRequest {
  readonly pod: Pod;
  readonly status: ObservedContainer;
  readonly podIP: string;
  readonly graceSeconds: number;
  readonly message?: string;
}

/** Ends one container: preStop hook, stop signal, and SIGKILL when the grace is over. */
export async function killContainer(context: KubeletContext, request: KillRequest, signal: AbortSignal): Promise<void> {
  const { pod, status, podIP } = request;
  const name = status.metadata.name;
  context.events.pod(pod, {
    type: "Normal",
    reason: "Killing",
    message: request.message ?? `Stopping container ${name}`,
    fieldPath: fieldPathOf(pod, name),
  });
  let graceMs = request.graceSeconds * 1000;
  const container = findContainer(pod, name);
  const handler = container?.lifecycle?.preStop ?? recordedPreStop(status);
  if (handler && graceMs > 0 && status.state === "Running") {
    const owner = container ?? ({ name, resources: {} } as Container);
    graceMs -= await runPreStop(
      context,
      { handler, pod, container: owner, containerId: status.id, podIP },
      graceMs,
      signal,
    );
  }
  const seconds = Math.max(GRACE_SECONDS_MIN, Math.ceil(graceMs / 1000));
  await unlessGone(context.runtime.stopContainer(status.id, seconds, signal));
}

function recordedPreStop(status: ObservedContainer): NonNullable<Container["lifecycle"]>["preStop"] {
  const text = status.annotations[ANNOTATION_PRE_STOP];
  return text === undefined ? undefined : JSON.parse(text);
}

/** Ends all of a pod: its containers together, then its sidecars in reverse order, then its sandboxes. */
export async function killPod(
  context: KubeletContext,
  target: { readonly pod: Pod; readonly runtime: PodRuntime; readonly graceSeconds: number },
  signal: AbortSignal,
): Promise<void> {
  const { pod, runtime, graceSeconds } = target;
  const startedMs = context.clock.now();
  const podIP = runtime.sandboxes[0]?.ips[0] ?? "";
  const running = runtime.containers.filter((each) => each.state === "Running" || each.state === "Unknown");
  const sidecarNames = (pod.spec.initContainers ?? []).filter(isSidecar).map((each) => each.name);
  const isSide = (each: ObservedContainer) => sidecarNames.includes(each.metadata.name);
  const left = () => Math.max(0, graceSeconds - Math.floor((context.clock.now() - startedMs) / 1000));
  await Promise.all(
    running
      .filter((each) => !isSide(each))
      .map((status) => killContainer(context, { pod, status, podIP, graceSeconds }, signal)),
  );
  const sidecars = running
    .filter(isSide)
    .sort((a, b) => sidecarNames.indexOf(b.metadata.name) - sidecarNames.indexOf(a.metadata.name));
  for (const status of sidecars) await killContainer(context, { pod, status, podIP, graceSeconds: left() }, signal);
  for (const sandbox of runtime.sandboxes)
    if (sandbox.state === "Ready") await context.runtime.stopPodSandbox(sandbox.id, signal);
}

import type { Pod } from "../../api/index.ts";
import type { ApiResponse } from "../../net/index.ts";
import type { ContainerStatus } from "../cri/index.ts";
import type { Kubelet } from "../kubelet.ts";
import { findContainer, LABEL_CONTAINER_NAME, LABEL_POD_UID } from "../pod/names.ts";

/** An answer that isn't what was asked for. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A plain answer. */
export function text(status: number, message: string): ApiResponse {
  const bytes = new TextEncoder().encode(message);
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: { type: "bytes", bytes } };
}

/** The tries of a container that the runtime has, newest first. */
export async function triesOf(
  kubelet: Kubelet,
  pod: Pod,
  container: string,
  signal: AbortSignal,
): Promise<readonly ContainerStatus[]> {
  const { runtime } = kubelet.context;
  const labels = { [LABEL_POD_UID]: pod.metadata.uid, [LABEL_CONTAINER_NAME]: container };
  const found = await runtime.listContainers({ labels }, signal);
  const newest = [...found].sort((a, b) => b.metadata.attempt - a.metadata.attempt);
  return Promise.all(newest.map(({ id }) => runtime.containerStatus(id, signal)));
}

/** The container to run a command in: it has to be there and run. */
export async function containerId(kubelet: Kubelet, pod: Pod, container: string, signal: AbortSignal): Promise<string> {
  if (!findContainer(pod, container)) throw new HttpProblem(404, `container not found ("${container}")`);
  const [newest] = await triesOf(kubelet, pod, container, signal);
  if (newest?.state !== "Running") throw new HttpProblem(404, `container not found ("${container}")`);
  return newest.id;
}

export async function sandboxId(kubelet: Kubelet, pod: Pod, signal: AbortSignal): Promise<string> {
  const labels = { [LABEL_POD_UID]: pod.metadata.uid };
  const [sandbox] = await kubelet.context.runtime.listPodSandboxes({ labels, state: "Ready" }, signal);
  if (!sandbox) throw new HttpProblem(404, `sandbox for pod ${pod.metadata.name} not found`);
  return sandbox.id;
}

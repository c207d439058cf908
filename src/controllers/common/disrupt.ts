import { Pod } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import type { ControllerEnvironment } from "./environment.ts";

/** Says on a pod why it is about to be taken away, before that happens. */
export async function disrupt(
  { client, clock }: ControllerEnvironment,
  pod: Pod,
  why: { readonly reason: string; readonly message: string; readonly phase?: "Failed" },
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid, generation } = pod.metadata;
  const { reason, message, phase } = why;
  const lastTransitionTime = formatTime(clock.now());
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason,
    message,
    ...(generation && { observedGeneration: generation }),
    lastTransitionTime,
  };
  const patch = { metadata: { uid }, status: { ...(phase && { phase }), conditions: [condition] } };
  await client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status", signal });
}

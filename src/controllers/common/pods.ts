import {
  isNotFound,
  type KindDefinition,
  type KubeObject,
  ownerReference,
  Pod,
  type PodTemplateSpec,
  StatusError,
} from "../../api/index.ts";
import type { EventRecorder, Informer } from "../../runtime/index.ts";
import type { ControllerEnvironment } from "./environment.ts";

/** Whether a pod still counts: not finished, not being deleted. */
export function isActive(pod: Pod): boolean {
  return pod.status.phase !== "Succeeded" && pod.status.phase !== "Failed" && !pod.metadata.deletionTimestamp;
}

/** Whether a failure means only that the namespace is going away. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof StatusError &&
    (error.status.details?.causes ?? []).some((cause) => cause.reason === "NamespaceTerminating")
  );
}

/** A pod of a template, to be created. */
export function podFromTemplate<O extends KubeObject>(
  template: PodTemplateSpec,
  { owner, ownerKind }: { readonly owner: O; readonly ownerKind: KindDefinition<O> },
): Pod {
  const { labels = {}, annotations, finalizers } = template.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: owner.metadata.namespace,
      generateName: `${owner.metadata.name}-`,
      labels,
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [ownerReference(owner, ownerKind)],
    },
    spec: template.spec,
  } as unknown as Pod;
}

/** Creates and deletes pods for owners, says so in events, and knows when the cache has caught up. */
export interface PodControl {
  create(owner: KubeObject, pod: Pod, signal: AbortSignal): Promise<Pod>;
  delete(owner: KubeObject, pod: Pod, signal: AbortSignal): Promise<void>;
}

export function podControl(
  { client, scope }: ControllerEnvironment,
  { events, pods }: { readonly events: EventRecorder; readonly pods: Informer<Pod> },
): PodControl {
  return {
    async create(owner, pod, signal) {
      const created = await client.create(Pod, pod, { signal }).catch((error) => {
        if (!isNamespaceTerminating(error) && !scope.signal.aborted) {
          const message = `Error creating: ${(error as Error).message}`;
          events.event(owner, { type: "Warning", reason: "FailedCreate", message });
        }
        throw error;
      });
      const message = `Created pod: ${created.metadata.name}`;
      events.event(owner, { type: "Normal", reason: "SuccessfulCreate", message });
      await pods.expect(created, signal);
      return created;
    },
    async delete(owner, pod, signal) {
      const { namespace, name } = pod.metadata;
      try {
        await client.delete(Pod, { namespace, name }, { signal });
      } catch (error) {
        if (!isNotFound(error)) {
          const message = `Error deleting: ${(error as Error).message}`;
          events.event(owner, { type: "Warning", reason: "FailedDelete", message });
          throw error;
        }
        return;
      }
      events.event(owner, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${name}` });
      await pods.expectDeleted(pod, signal);
    },
  };
}

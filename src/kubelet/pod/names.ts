import type { Container, Pod } from "../../api/index.ts";

/** Labels and annotations that tie a runtime's objects to pods; every runtime tool knows them. */
export const LABEL_POD_NAME = "io.kubernetes.pod.name";
export const LABEL_POD_NAMESPACE = "io.kubernetes.pod.namespace";
export const LABEL_POD_UID = "io.kubernetes.pod.uid";
export const LABEL_CONTAINER_NAME = "io.kubernetes.container.name";
export const ANNOTATION_HASH = "io.kubernetes.container.hash";
export const ANNOTATION_RESTARTS = "io.kubernetes.container.restartCount";
export const ANNOTATION_MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
export const ANNOTATION_MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
export const ANNOTATION_GRACE = "io.kubernetes.pod.terminationGracePeriod";
export const ANNOTATION_DELETION_GRACE = "io.kubernetes.pod.deletionGracePeriod";
export const ANNOTATION_PRE_STOP = "io.kubernetes.container.preStopHandler";
/** Requests and limits that a container was started with. */
export const ANNOTATION_RESOURCES = "navarch.dev/resources";
export const ANNOTATION_PORTS = "io.kubernetes.container.ports";

/** Where a static pod comes from, and the pod that stands for it at the API server. */
export const ANNOTATION_SOURCE = "kubernetes.io/config.source";
export const ANNOTATION_MIRROR = "kubernetes.io/config.mirror";
export const ANNOTATION_CONFIG_HASH = "kubernetes.io/config.hash";
export const ANNOTATION_SEEN = "kubernetes.io/config.seen";

/** `name_namespace(uid)`, as messages name a pod. */
export function describePod(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** A container's own restart policy, or the pod's. An init container that always restarts is a sidecar. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

/** Every container of the pod by name: init, then main. */
export function findContainer(pod: Pod, name: string): Container | undefined {
  return (
    pod.spec.containers.find((each) => each.name === name) ??
    pod.spec.initContainers?.find((each) => each.name === name) ??
    (pod.spec.ephemeralContainers?.find((each) => each.name === name) as Container | undefined)
  );
}

/** Seconds between SIGTERM and SIGKILL. */
export function gracePeriodSeconds(pod: Pod): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
}

export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.[ANNOTATION_MIRROR] !== undefined;
}

export function isStaticPod(pod: Pod): boolean {
  const source = pod.metadata.annotations?.[ANNOTATION_SOURCE];
  return source !== undefined && source !== "api";
}

/** How events name a container inside its pod. */
export function fieldPathOf(pod: Pod, name: string): string {
  const list = pod.spec.containers.some((each) => each.name === name)
    ? "containers"
    : pod.spec.initContainers?.some((each) => each.name === name)
      ? "initContainers"
      : "ephemeralContainers";
  return `spec.${list}{${name}}`;
}

import type { Pod } from "./core/v1/pod.ts";

type Referring = Pick<Pod, "spec">;

function* containersOf({ spec }: Referring) {
  yield* spec.containers ?? [];
  yield* spec.initContainers ?? [];
  yield* spec.ephemeralContainers ?? [];
}

/** Secrets that a pod names; a name may come twice. */
export function* secretNames(pod: Referring): Iterable<string> {
  for (const { name } of pod.spec.imagePullSecrets ?? []) if (name) yield name;
  for (const { secret, projected, csi } of pod.spec.volumes ?? []) {
    if (secret?.secretName) yield secret.secretName;
    if (csi?.nodePublishSecretRef?.name) yield csi.nodePublishSecretRef.name;
    for (const source of projected?.sources ?? []) if (source.secret?.name) yield source.secret.name;
  }
  for (const { env = [], envFrom = [] } of containersOf(pod)) {
    for (const { secretRef } of envFrom) if (secretRef?.name) yield secretRef.name;
    for (const { valueFrom } of env) if (valueFrom?.secretKeyRef?.name) yield valueFrom.secretKeyRef.name;
  }
}

/** Config maps that a pod names. */
export function* configMapNames(pod: Referring): Iterable<string> {
  for (const { configMap, projected } of pod.spec.volumes ?? []) {
    if (configMap?.name) yield configMap.name;
    for (const source of projected?.sources ?? []) if (source.configMap?.name) yield source.configMap.name;
  }
  for (const { env = [], envFrom = [] } of containersOf(pod)) {
    for (const { configMapRef } of envFrom) if (configMapRef?.name) yield configMapRef.name;
    for (const { valueFrom } of env) if (valueFrom?.configMapKeyRef?.name) yield valueFrom.configMapKeyRef.name;
  }
}

/** Volume claims that a pod names, and those that are made for it. */
export function* volumeClaimNames(pod: Pod): Iterable<string> {
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim) yield persistentVolumeClaim.claimName;
    if (ephemeral) yield `${pod.metadata.name}-${name}`;
  }
}

/** Claims of devices that a pod names, and those that were made for it. */
export function* resourceClaimNames({ spec, status }: Pod): Iterable<string> {
  for (const { resourceClaimName } of spec.resourceClaims ?? []) if (resourceClaimName) yield resourceClaimName;
  for (const { resourceClaimName } of status.resourceClaimStatuses ?? [])
    if (resourceClaimName) yield resourceClaimName;
}

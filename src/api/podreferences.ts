import type { PersistentVolume } from "./core/v1/persistentvolume.ts";
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
  for (const { name: _, projected, ...others } of pod.spec.volumes ?? []) {
    for (const { name } of secretsOfSources(others)) yield name;
    for (const source of projected?.sources ?? []) if (source.secret?.name) yield source.secret.name;
  }
  for (const { env = [], envFrom = [] } of containersOf(pod)) {
    for (const { secretRef } of envFrom) if (secretRef?.name) yield secretRef.name;
    for (const { valueFrom } of env) if (valueFrom?.secretKeyRef?.name) yield valueFrom.secretKeyRef.name;
  }
}

interface SecretPlace {
  readonly name: string;
  /** Where it is, when the source says. */
  readonly namespace?: string;
}

interface NamesSecrets {
  readonly secretName?: string;
  readonly secretNamespace?: string;
  readonly secretRef?: Partial<SecretPlace>;
  readonly nodePublishSecretRef?: Partial<SecretPlace>;
  readonly nodeStageSecretRef?: Partial<SecretPlace>;
  readonly nodeExpandSecretRef?: Partial<SecretPlace>;
}

/** Secrets with which a node mounts a volume, whatever type it is of. */
function* secretsOfSources(sources: object): Iterable<SecretPlace> {
  for (const source of Object.values(sources) as (NamesSecrets | undefined)[]) {
    if (source === null || typeof source !== "object") continue;
    const { secretName, secretNamespace, secretRef, nodePublishSecretRef, nodeStageSecretRef, nodeExpandSecretRef } =
      source;
    if (secretName) yield { name: secretName, ...(secretNamespace && { namespace: secretNamespace }) };
    for (const ref of [secretRef, nodePublishSecretRef, nodeStageSecretRef, nodeExpandSecretRef])
      if (ref?.name) yield ref as SecretPlace;
  }
}

/** Secrets with which a node mounts a persistent volume; those without a namespace are beside its claim. */
export function volumeSecrets({ spec }: PersistentVolume): { name: string; namespace: string }[] {
  const beside = spec.claimRef?.namespace ?? "";
  return [...secretsOfSources(spec)].map(({ name, namespace = beside }) => ({ name, namespace }));
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

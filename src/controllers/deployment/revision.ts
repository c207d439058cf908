import { type Deployment, ownerReference, Deployment as DeploymentKind, type ReplicaSet } from "../../api/index.ts";
import { jsonEqual } from "../../base/index.ts";
import { hashOf } from "../common/hash.ts";
import { maxSurge, newSetReplicas, replicasOf } from "./size.ts";

export const REVISION = "deployment.kubernetes.io/revision";
export const DESIRED = "deployment.kubernetes.io/desired-replicas";
export const MAX = "deployment.kubernetes.io/max-replicas";
const HISTORY = "deployment.kubernetes.io/revision-history";
const HISTORY_LENGTH_MAX = 2000;
const HASH_LABEL = "pod-template-hash";

/** Annotations that are a deployment's own and not its sets'. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
  "deprecated.deployment.rollback.to",
]);

type Annotations = Readonly<Record<string, string>>;

/** A template without what tells sets apart. */
function plain(template: ReplicaSet["spec"]["template"]) {
  const { [HASH_LABEL]: _, ...labels } = template.metadata.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template.metadata;
  return { ...template, metadata: { ...metadata, labels } };
}

/** Whether a set runs the deployment's present template. */
export function runsTemplate(deployment: Deployment, set: ReplicaSet): boolean {
  return jsonEqual(plain(set.spec.template), plain(deployment.spec.template));
}

/** Older first; names decide between equals. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata, b.metadata];
  if (left.creationTimestamp !== right.creationTimestamp)
    return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

export function revisionOf(object: { readonly metadata: { readonly annotations?: Annotations } }): number {
  const revision = Number(object.metadata.annotations?.[REVISION] ?? 0);
  return Number.isInteger(revision) ? revision : 0;
}

/** The set of the present template (the oldest, if several) and all others. */
export function splitSets(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): { readonly current: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] } {
  const current = [...sets].sort(byCreation).find((set) => runsTemplate(deployment, set));
  return { current, old: sets.filter((set) => set !== current) };
}

/** The number that the present template's set should have. */
export function nextRevision(old: readonly ReplicaSet[]): number {
  return old.reduce((most, set) => Math.max(most, revisionOf(set)), 0) + 1;
}

/** What a set of the present template must have as annotations. */
export function currentAnnotations(deployment: Deployment, set: ReplicaSet, revision: number): Annotations {
  const known = set.metadata.annotations ?? {};
  const result: Record<string, string> = { ...known };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!NOT_COPIED.has(key)) result[key] = value;
  if (revisionOf(set) < revision) {
    const before = known[REVISION];
    if (before !== undefined) result[HISTORY] = withHistory(known[HISTORY] ?? "", before);
    result[REVISION] = String(revision);
  }
  return result;
}

/** Revisions that the set had before, oldest first; old ones go when it gets too long. */
function withHistory(history: string, revision: string): string {
  if (history === "") return revision;
  const parts = [...history.split(","), revision];
  while (parts.length > 1 && parts.join(",").length > HISTORY_LENGTH_MAX) parts.shift();
  return parts.join(",");
}

/** Remembers on a set what its deployment wanted when it was last sized. */
export function sizeAnnotations(deployment: Deployment): Annotations {
  const replicas = replicasOf(deployment);
  return { [DESIRED]: String(replicas), [MAX]: String(replicas + maxSurge(deployment)) };
}

/** The set to create for the present template. */
export function newSet(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const { metadata } = deployment;
  const hash = hashOf(template, deployment.status.collisionCount);
  const labels = { ...template.metadata.labels, [HASH_LABEL]: hash };
  const annotations: Record<string, string> = { ...sizeAnnotations(deployment), [REVISION]: String(nextRevision(old)) };
  for (const [key, value] of Object.entries(metadata.annotations ?? {}))
    if (!NOT_COPIED.has(key)) annotations[key] = value;
  return {
    kind: "ReplicaSet",
    apiVersion: "apps/v1",
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      ownerReferences: [ownerReference(deployment, DeploymentKind)],
      labels,
      annotations,
    },
    spec: {
      replicas: newSetReplicas(deployment, old, undefined),
      ...(minReadySeconds && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  } as unknown as ReplicaSet;
}

import {
  type ControllerRevision,
  ownerReference,
  type PersistentVolumeClaim,
  Pod as PodKind,
  type OwnerReference,
  type Pod,
  type StatefulSet,
  StatefulSet as StatefulSetKind,
} from "../../api/index.ts";
import { podFromTemplate } from "../common/pods.ts";
import { templateOf } from "../common/revisions.ts";

const REVISION_LABEL = "controller-revision-hash";
const NAME_LABEL = "statefulset.kubernetes.io/pod-name";
const INDEX_LABEL = "apps.kubernetes.io/pod-index";

/** The pod's number in its set; undefined for a pod whose name isn't one of the set's. */
export function ordinalOf(pod: Pod, set: StatefulSet): number | undefined {
  const match = /^(.*)-(\d+)$/.exec(pod.metadata.name);
  return match?.[1] === set.metadata.name ? Number(match[2]) : undefined;
}

/** The revision that a pod was made of. */
export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? "";
}

/** The set's pod of a number, made of a revision. */
export function podOf(set: StatefulSet, { ordinal, revision }: { ordinal: number; revision: ControllerRevision }): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFromTemplate(templateOf(revision), { owner: set, ownerKind: StatefulSetKind });
  const { generateName: _, ...metadata } = pod.metadata;
  const labels = {
    ...metadata.labels,
    [NAME_LABEL]: name,
    [INDEX_LABEL]: String(ordinal),
    [REVISION_LABEL]: revision.metadata.name,
  };
  const claims = claimTemplates(set).map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, template.metadata.name, ordinal) },
  }));
  const own = (pod.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  const volumes = [...claims, ...own];
  const spec = {
    ...pod.spec,
    hostname: name,
    subdomain: set.spec.serviceName,
    ...(volumes.length > 0 && { volumes }),
  };
  return { ...pod, metadata: { ...metadata, name, labels }, spec } as unknown as Pod;
}

/** Labels that a pod of the set must have and this one lacks. */
export function missingLabels(pod: Pod, ordinal: number): Readonly<Record<string, string>> | undefined {
  const wanted = { [NAME_LABEL]: pod.metadata.name, [INDEX_LABEL]: String(ordinal) };
  return pod.metadata.labels?.[NAME_LABEL] === wanted[NAME_LABEL] ? undefined : wanted;
}

/** The set's templates of claims, as what they are. */
function claimTemplates(set: StatefulSet): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []) as unknown as readonly PersistentVolumeClaim[];
}

function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}

/** The claims that a pod of the set needs. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return claimTemplates(set).map((template) => {
    const { name, labels, annotations } = template.metadata;
    return {
      kind: "PersistentVolumeClaim",
      apiVersion: "v1",
      metadata: {
        namespace: set.metadata.namespace,
        name: claimName(set, name, ordinal),
        labels: { ...labels, ...set.spec.selector?.matchLabels },
        ...(annotations && { annotations }),
      },
      spec: template.spec,
    } as unknown as PersistentVolumeClaim;
  });
}

/**
 * Who must own a claim for the set's retention policy to happen by itself: the set, so that it goes with it; the pod that
 * is being scaled away; or neither. Undefined when it is so already.
 */
export function claimOwners(
  claim: PersistentVolumeClaim,
  { set, pod, condemned }: { readonly set: StatefulSet; readonly pod: Pod; readonly condemned: boolean },
): readonly OwnerReference[] | undefined {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const goesWithPod = whenScaled === "Delete" && condemned;
  const goesWithSet = whenDeleted === "Delete" && !goesWithPod;
  const known = claim.metadata.ownerReferences ?? [];
  const owns = (uid: string) => known.some((reference) => reference.uid === uid);
  if (owns(set.metadata.uid) === goesWithSet && owns(pod.metadata.uid) === goesWithPod) return undefined;
  // A claim of somebody else's is left alone.
  if (known.some(({ controller, uid }) => controller && uid !== set.metadata.uid && uid !== pod.metadata.uid))
    return undefined;
  const others = known.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
  return [
    ...others,
    ...(goesWithSet ? [ownerReference(set, StatefulSetKind)] : []),
    ...(goesWithPod ? [ownerReference(pod, PodKind)] : []),
  ];
}

import { ownerReference, type PersistentVolumeClaim, Pod as PodKind, type Pod } from "../../api/index.ts";

/** The claims that a pod's ephemeral volumes need. */
export function claimsFor(pod: Pod): readonly PersistentVolumeClaim[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    const template = volume.ephemeral?.volumeClaimTemplate;
    if (!template) return [];
    const { labels, annotations } = template.metadata ?? {};
    const claim = {
      kind: "PersistentVolumeClaim",
      apiVersion: "v1",
      metadata: {
        namespace: pod.metadata.namespace,
        name: `${pod.metadata.name}-${volume.name}`,
        ...(labels && { labels }),
        ...(annotations && { annotations }),
        ownerReferences: [ownerReference(pod, PodKind)],
      },
      spec: template.spec,
    };
    return [claim as unknown as PersistentVolumeClaim];
  });
}

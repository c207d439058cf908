import { controllerOf, type Pod, type DynamicResourceClaim, type ResourceClaimTemplate } from "../../api/index.ts";

export const FINALIZER = "resource.kubernetes.io/delete-protection";
const POD_CLAIM = "resource.kubernetes.io/pod-claim-name";

/** A pod that will not use its claims any more, or never does. */
export function isDone({ status, metadata, spec }: Pod): boolean {
  if (status.phase === "Succeeded" || status.phase === "Failed") return true;
  return metadata.deletionTimestamp !== undefined && !spec.nodeName;
}

/** A claim that a pod wants to have made from a template. */
export interface Wanted {
  /** What the pod calls it. */
  readonly name: string;
  readonly template: string;
  /** The claim that was made for it, if it was. */
  readonly claim: DynamicResourceClaim | undefined;
  /** Whether the pod's status names it already. */
  readonly noted: boolean;
}

/** The claims of a pod that come from templates. */
export function wantedClaims(pod: Pod, claims: readonly DynamicResourceClaim[]): readonly Wanted[] {
  return (pod.spec.resourceClaims ?? []).flatMap(({ name, resourceClaimTemplateName: template }) => {
    if (!template) return [];
    const status = pod.status.resourceClaimStatuses?.find((one) => one.name === name);
    const claim = claims.find(
      ({ metadata }) =>
        metadata.annotations?.[POD_CLAIM] === name && controllerOf({ metadata })?.uid === pod.metadata.uid,
    );
    const noted =
      status !== undefined && (!status.resourceClaimName || status.resourceClaimName === claim?.metadata.name);
    return [{ name, template, claim, noted }];
  });
}

/** The claim to make for a pod. */
export function claimFrom(template: ResourceClaimTemplate, pod: Pod, name: string): DynamicResourceClaim {
  const { labels, annotations } = template.spec.metadata ?? {};
  const owner = { apiVersion: "v1", kind: "Pod", name: pod.metadata.name, uid: pod.metadata.uid, controller: true };
  return {
    kind: "ResourceClaim",
    apiVersion: "resource.k8s.io/v1",
    metadata: {
      namespace: pod.metadata.namespace,
      generateName: `${pod.metadata.name}-${name}-`,
      ...(labels && { labels }),
      annotations: { ...annotations, [POD_CLAIM]: name },
      ownerReferences: [owner],
    },
    spec: template.spec.spec,
  } as unknown as DynamicResourceClaim;
}

export interface ClaimPlan {
  /** Nobody will use it: it was made for a pod that is done. */
  readonly remove?: true;
  readonly status?: DynamicResourceClaim["status"];
  readonly finalizers?: readonly string[];
}

/** What to do now for a claim; `pod` finds the pods that it is reserved for. */
export function planClaim(claim: DynamicResourceClaim, pod: (name: string, uid: string) => Pod | undefined): ClaimPlan {
  const { metadata, status } = claim;
  const owner = controllerOf(claim);
  const ownPod = owner?.kind === "Pod" ? pod(owner.name, owner.uid) : undefined;
  const reserved = status?.reservedFor ?? [];
  const valid = reserved.filter((consumer) => {
    if (consumer.resource !== "pods" || consumer.apiGroup) return true;
    const user = pod(consumer.name, consumer.uid);
    return user !== undefined && !isDone(user);
  });
  const isFree = valid.length === 0;
  const isLeft = valid.length < reserved.length;
  // One that nobody has reserved yet may be the scheduler's, which sets the finalizer before it writes what it allocated.
  const isOver = isFree && (isLeft || metadata.deletionTimestamp !== undefined);
  const changed = isLeft || (isOver && status?.allocation !== undefined);
  const { allocation, reservedFor: _, ...rest } = status ?? {};
  const kept = metadata.finalizers?.filter((name) => name !== FINALIZER);
  const letsGo = isOver && kept !== undefined && kept.length < (metadata.finalizers?.length ?? 0);
  return {
    ...(ownPod && isDone(ownPod) && !metadata.deletionTimestamp && { remove: true as const }),
    ...(changed && {
      status: { ...rest, ...(!isFree && { allocation, reservedFor: valid }) } as DynamicResourceClaim["status"],
    }),
    ...(letsGo && { finalizers: kept }),
  };
}

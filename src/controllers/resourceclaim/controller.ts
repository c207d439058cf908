import { Pod, DynamicResourceClaim, ResourceClaimTemplate, unlessGone } from "../../api/index.ts";
import type { EventRecorder, Informer } from "../../runtime/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { claimFrom, isDone, planClaim, wantedClaims } from "./plan.ts";

interface Parts {
  readonly pods: Informer<Pod>;
  readonly claims: Informer<DynamicResourceClaim>;
  readonly templates: Informer<ResourceClaimTemplate>;
  readonly events: EventRecorder;
}

/** Makes pods' claims from templates, and frees claims whose pods are done. */
export async function startResourceClaimController(environment: ControllerEnvironment): Promise<void> {
  const { informers } = environment;
  const parts: Parts = {
    pods: informers.for(Pod),
    claims: informers.for(DynamicResourceClaim),
    templates: informers.for(ResourceClaimTemplate),
    events: environment.recorder("resource_claim"),
  };
  const { pods, claims, templates } = parts;
  const synced = [pods.synced, claims.synced, templates.synced];
  const podQueue = reconcileKeys(environment, {
    name: "resource-claim-pods",
    workers: 5,
    synced,
    reconcile: (key, signal) => makeClaims(environment, parts, { key, signal }),
  });
  const claimQueue = reconcileKeys(environment, {
    name: "resource-claim",
    workers: 5,
    synced,
    reconcile: (key, signal) => freeClaim(environment, parts, { key, signal }),
  });
  const wake = (pod: Pod) => {
    if (!pod.spec.resourceClaims?.length) return;
    podQueue.add(keyOf(pod));
    for (const claim of claims.list(pod.metadata.namespace)) {
      const users = [...(claim.status?.reservedFor ?? []), ...(claim.metadata.ownerReferences ?? [])];
      if (users.some(({ uid }) => uid === pod.metadata.uid)) claimQueue.add(keyOf(claim));
    }
  };
  pods.subscribe({ apply: wake, delete: wake });
  claims.subscribe({ apply: (claim) => claimQueue.add(keyOf(claim)), delete: () => {} });
  templates.subscribe({
    apply: ({ metadata }) => {
      for (const pod of pods.list(metadata.namespace))
        if (pod.spec.resourceClaims?.some((one) => one.resourceClaimTemplateName === metadata.name))
          podQueue.add(keyOf(pod));
    },
    delete: () => {},
  });
}

interface Turn {
  readonly key: string;
  readonly signal: AbortSignal;
}

async function makeClaims(
  { client }: ControllerEnvironment,
  { pods, claims, templates, events }: Parts,
  { key, signal }: Turn,
): Promise<undefined> {
  const pod = pods.get(splitKey(key));
  if (!pod || isDone(pod) || pod.metadata.deletionTimestamp) return;
  const { namespace, name, uid } = pod.metadata;
  const notes: { readonly name: string; readonly resourceClaimName: string }[] = [];
  for (const wanted of wantedClaims(pod, claims.list(namespace))) {
    let { claim } = wanted;
    if (!claim) {
      if (wanted.noted) continue;
      const template = templates.get({ namespace, name: wanted.template });
      if (!template) {
        const missing = `resourceclaimtemplate.resource.k8s.io "${wanted.template}" not found`;
        const message = `PodResourceClaim ${wanted.name}: resource claim template "${wanted.template}": ${missing}`;
        events.event(pod, { type: "Warning", reason: "FailedResourceClaimCreation", message });
        throw new Error(`make claim ${wanted.name} of pod ${name}: ${missing}`);
      }
      claim = await client.create(DynamicResourceClaim, claimFrom(template, pod, wanted.name), { signal });
      await claims.expect(claim, signal);
    }
    if (!wanted.noted) notes.push({ name: wanted.name, resourceClaimName: claim.metadata.name });
  }
  if (notes.length === 0) return;
  const patch = { metadata: { uid }, status: { resourceClaimStatuses: notes } };
  const options = { type: "strategic", subresource: "status", signal } as const;
  await pods.expect(await client.patch(Pod, { namespace, name }, patch, options), signal);
}

async function freeClaim(
  { client }: ControllerEnvironment,
  { pods, claims }: Parts,
  { key, signal }: Turn,
): Promise<undefined> {
  const claim = claims.get(splitKey(key));
  if (!claim) return;
  const { namespace, name, uid } = claim.metadata;
  const live = await livePods(client, { claim, pods, signal });
  const decided = planClaim(claim, (podName, podUid) => {
    const pod = live.get(podName);
    return pod?.metadata.uid === podUid ? pod : undefined;
  });
  let current = claim;
  if (decided.status) {
    current = await client.updateStatus(DynamicResourceClaim, { ...claim, status: decided.status }, { signal });
    await claims.expect(current, signal);
  }
  if (decided.finalizers) {
    const metadata = { ...current.metadata, finalizers: decided.finalizers };
    await client.update(DynamicResourceClaim, { ...current, metadata }, { signal });
  }
  if (decided.remove) {
    await unlessGone(client.delete(DynamicResourceClaim, { namespace, name }, { preconditions: { uid }, signal }));
  }
}

/** The pods that a claim speaks of; taking a device from one that we just haven't seen yet would break it. */
async function livePods(
  client: ControllerEnvironment["client"],
  { claim, pods, signal }: { claim: DynamicResourceClaim; pods: Informer<Pod>; signal: AbortSignal },
): Promise<ReadonlyMap<string, Pod>> {
  const { namespace } = claim.metadata;
  const users = [
    ...(claim.status?.reservedFor ?? []).filter(({ resource }) => resource === "pods"),
    ...(claim.metadata.ownerReferences ?? []).filter(({ kind }) => kind === "Pod"),
  ];
  const live = new Map<string, Pod>();
  for (const { name, uid } of users) {
    const known = pods.get({ namespace, name });
    const pod =
      known?.metadata.uid === uid ? known : await unlessGone(client.get(Pod, { namespace, name }, { signal }));
    if (pod) live.set(name, pod);
  }
  return live;
}

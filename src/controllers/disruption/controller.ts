import { jsonEqual } from "../../base/index.ts";
import {
  controllerOf,
  isNotFound,
  labelSelectorMatches,
  type OwnerReference,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  selectorText,
} from "../../api/index.ts";
import { dynamicKind, type ResourceReference } from "../../client/index.ts";
import type { EventRecorder, Informer } from "../../runtime/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { needsScale, replaceCondition, statusOf } from "./plan.ts";

interface Parts {
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly pods: Informer<Pod>;
  readonly sets: Informer<ReplicaSet>;
  readonly events: EventRecorder;
}

/** Tells how many pods of each budget may be evicted now. */
export async function startDisruptionController(environment: ControllerEnvironment): Promise<void> {
  const { informers } = environment;
  const budgets = informers.for(PodDisruptionBudget);
  const pods = informers.for(Pod);
  const sets = informers.for(ReplicaSet);
  const parts = { budgets, pods, sets, events: environment.recorder("controllermanager") };
  const queue = reconcileKeys(environment, {
    name: "disruption",
    workers: 1,
    synced: [budgets.synced, pods.synced, sets.synced],
    reconcile: (key, signal) => reconcile(environment, parts, key, signal),
  });
  budgets.subscribe({ apply: (budget) => queue.add(keyOf(budget)), delete() {} });
  const wake = (pod: Pod) => {
    for (const budget of budgets.list(pod.metadata.namespace)) if (covers(budget, pod)) queue.add(keyOf(budget));
  };
  pods.subscribe({
    apply(pod, old) {
      wake(pod);
      if (old && !jsonEqual(old.metadata.labels, pod.metadata.labels)) wake(old);
    },
    delete: wake,
  });
  sets.subscribe({
    apply(set, old) {
      if (!old || old.spec.replicas === set.spec.replicas) return;
      for (const budget of budgets.list(set.metadata.namespace)) queue.add(keyOf(budget));
    },
    delete() {},
  });
}

function covers({ spec }: PodDisruptionBudget, pod: Pod): boolean {
  return spec.selector !== undefined && labelSelectorMatches(spec.selector, pod.metadata.labels ?? {});
}

async function reconcile(
  environment: ControllerEnvironment,
  { budgets, pods, sets, events }: Parts,
  key: string,
  signal: AbortSignal,
): Promise<{ requeueAfterMs?: number } | undefined> {
  const { client, clock } = environment;
  const budget = budgets.get(splitKey(key));
  if (!budget) return undefined;
  const covered = pods.list(budget.metadata.namespace).filter((pod) => covers(budget, pod));
  if (covered.length === 0)
    events.event(budget, { type: "Normal", reason: "NoPods", message: "No matching pods found" });
  const nowMs = clock.now();
  const write = async (status: PodDisruptionBudget["status"]) => {
    if (jsonEqual(status, budget.status)) return;
    await budgets.expect(await client.updateStatus(PodDisruptionBudget, { ...budget, status }, { signal }), signal);
  };
  try {
    const managed = covered.filter((pod) => controllerOf(pod) !== undefined);
    const counts = needsScale(budget);
    if (counts && managed.length < covered.length) {
      const message = unmanagedMessage(budget);
      events.event(budget, { type: "Warning", reason: "UnmanagedPods", message });
    }
    const scale = counts ? await expectedScale(environment, sets, managed, signal) : covered.length;
    const { status, recheckMs } = statusOf({ budget, pods: covered, scale, nowMs });
    await write(status);
    return recheckMs === undefined ? undefined : { requeueAfterMs: recheckMs };
  } catch (error) {
    if (!(error instanceof UnmanagedPod)) throw error;
    const { message } = error;
    events.event(budget, {
      type: "Warning",
      reason: "CalculateExpectedPodCountFailed",
      message: `Failed to calculate the number of expected pods: ${message}`,
    });
    const conditions = replaceCondition(budget.status.conditions, {
      budget,
      status: "False",
      reason: "SyncFailed",
      message,
      nowMs,
    });
    const { generation: observedGeneration } = budget.metadata;
    await write({
      ...budget.status,
      disruptionsAllowed: 0,
      observedGeneration,
      conditions,
    } as PodDisruptionBudget["status"]);
    return undefined;
  }
}

function unmanagedMessage({ spec }: PodDisruptionBudget): string {
  const selector = selectorText(spec.selector ?? {});
  return `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}

/** A pod whose intended number nobody can tell. */
class UnmanagedPod extends Error {
  override readonly name = "UnmanagedPod";
}

async function expectedScale(
  environment: ControllerEnvironment,
  sets: Informer<ReplicaSet>,
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<number> {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) continue;
    if (scales.has(owner.uid)) continue;
    const found = await scaleOf(environment, sets, { owner, namespace: pod.metadata.namespace, signal });
    if (!found) throw new UnmanagedPod(`found no controllers for pod "${pod.metadata.name}"`);
    scales.set(found.uid, found.replicas);
    scales.set(owner.uid, found.uid === owner.uid ? found.replicas : 0);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

/** Replicas of a pod's controller, or of what controls that. */
async function scaleOf(
  environment: ControllerEnvironment,
  sets: Informer<ReplicaSet>,
  {
    owner,
    namespace,
    signal,
  }: { readonly owner: OwnerReference; readonly namespace: string; readonly signal: AbortSignal },
): Promise<{ readonly uid: string; readonly replicas: number } | undefined> {
  const set = owner.kind === "ReplicaSet" ? sets.get({ namespace, name: owner.name }) : undefined;
  const above = set && controllerOf(set);
  if (set?.metadata.uid === owner.uid && !above) return { uid: owner.uid, replicas: set.spec.replicas ?? 1 };
  const target = above ?? owner;
  const kind = await servedKind(environment, target, signal);
  if (!kind) return undefined;
  try {
    const scale = await environment.client.getSubresource<{ spec?: { replicas?: number } }>(
      kind,
      { namespace, name: target.name },
      "scale",
      { signal },
    );
    return { uid: target.uid, replicas: scale.spec?.replicas ?? 0 };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function servedKind(
  { discover }: ControllerEnvironment,
  { apiVersion, kind }: OwnerReference,
  signal: AbortSignal,
): Promise<ResourceReference | undefined> {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const found = (await discover(signal)).kinds.find((one) => one.kind === kind && one.group === group);
  return found && dynamicKind(found);
}

import {
  isPodAvailable,
  isPodReady,
  type Pod,
  podCondition,
  type ReplicaSet,
  labelSelectorMatches,
  isPodTerminal,
} from "../../api/index.ts";
import { formatTime, parseTime, own } from "../../base/index.ts";
import { isActive } from "../common/pods.ts";

/** Most pods made or deleted in one go. */
const BURST = 500;

export interface Observed {
  readonly owner: ReplicaSet;
  /** Pods that are the owner's, in any phase. */
  readonly pods: readonly Pod[];
  /** Active pods of all sets that share the owner's controller: spread counts them all. */
  readonly related: readonly Pod[];
  readonly nowMs: number;
}

export interface Plan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** What to do now for one ReplicaSet, given everything observed about it. */
export function plan({ owner, pods, related, nowMs }: Observed): Plan {
  if (owner.metadata.deletionTimestamp) return { create: 0, remove: [] };
  const active = pods.filter(isActive);
  const missing = (owner.spec.replicas ?? 1) - active.length;
  if (missing >= 0) return { create: Math.min(missing, BURST), remove: [] };
  const surplus = Math.min(-missing, BURST);
  return {
    create: 0,
    remove: surplus >= active.length ? active : rankForDeletion({ active, related, nowMs }).slice(0, surplus),
  };
}

/** Active pods, those first that are to go first. */
export function rankForDeletion({
  active,
  related,
  nowMs,
}: {
  readonly active: readonly Pod[];
  readonly related: readonly Pod[];
  readonly nowMs: number;
}): Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (isActive(pod)) onNode.set(pod.spec.nodeName ?? "", (onNode.get(pod.spec.nodeName ?? "") ?? 0) + 1);
  }
  const keys = new Map(active.map((pod) => [pod, deletionKey(pod, onNode.get(pod.spec.nodeName ?? "") ?? 0, nowMs)]));
  return [...active].sort((a, b) => compareKeys(keys.get(a)!, keys.get(b)!));
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const COST_ANNOTATION = "controller.kubernetes.io/pod-deletion-cost";

interface DeletionKey {
  /** Compared in order; smaller goes first. */
  readonly order: readonly number[];
  readonly readyMs: number | undefined;
  readonly readyRank: number;
  readonly restarts: number;
  readonly createdMs: number;
  readonly createdRank: number;
  readonly uid: string;
}

function deletionKey(pod: Pod, onNode: number, nowMs: number): DeletionKey {
  const ready = podCondition(pod, "Ready");
  const isReady = ready?.status === "True";
  const readyMs = isReady && ready.lastTransitionTime ? parseTime(ready.lastTransitionTime) : undefined;
  const createdMs = parseTime(pod.metadata.creationTimestamp);
  return {
    order: [
      pod.spec.nodeName ? 1 : 0,
      own(PHASES, pod.status.phase ?? "") ?? 0,
      isReady ? 1 : 0,
      deletionCost(pod),
      -onNode,
    ],
    readyMs: isReady ? (readyMs ?? 0) : undefined,
    readyRank: ageRank(readyMs ?? 0, nowMs),
    restarts: (pod.status.containerStatuses ?? []).reduce((most, status) => Math.max(most, status.restartCount), 0),
    createdMs,
    createdRank: ageRank(createdMs, nowMs),
    uid: pod.metadata.uid,
  };
}

/** Invalid costs count as none. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[COST_ANNOTATION] ?? "";
  if (!/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -2147483648 && cost <= 2147483647 ? cost : 0;
}

/** Ages count on a logarithmic scale, so that scaling down takes from about equally old pods at random. */
function ageRank(sinceMs: number, nowMs: number): number {
  const ageNs = (nowMs - sinceMs) * 1e6;
  return ageNs > 0 ? Math.floor(Math.log2(ageNs)) : -1;
}

function compareKeys(a: DeletionKey, b: DeletionKey): number {
  for (let index = 0; index < a.order.length; index++) {
    const difference = a.order[index]! - b.order[index]!;
    if (difference !== 0) return difference;
  }
  const byUid = a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0;
  if (a.readyMs !== b.readyMs && a.readyMs !== undefined && b.readyMs !== undefined)
    return a.readyRank - b.readyRank || byUid;
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.createdMs !== b.createdMs) return a.createdRank - b.createdRank || byUid;
  return byUid;
}

export type ReplicaStatus = ReplicaSet["status"];

/** Why pods could not be made or deleted. */
export interface Failure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
}

/** The status to write. */
export function statusOf(
  { owner, pods, nowMs }: Omit<Observed, "related">,
  failure: Failure | undefined,
): ReplicaSet["status"] {
  const active = pods.filter(isActive);
  const templateLabels = { matchLabels: owner.spec.template.metadata.labels ?? {} };
  const count = (test: (pod: Pod) => boolean) => active.reduce((sum, pod) => sum + (test(pod) ? 1 : 0), 0);
  const terminating = pods.filter((pod) => pod.metadata.deletionTimestamp && !isPodTerminal(pod)).length;
  const conditions = conditionsOf(owner, failure, nowMs);
  const fullyLabeled = count((pod) => labelSelectorMatches(templateLabels, pod.metadata.labels ?? {}));
  const ready = count(isPodReady);
  const available = count((pod) => isPodAvailable(pod, owner.spec.minReadySeconds ?? 0, nowMs));
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    terminatingReplicas: terminating,
    observedGeneration: owner.metadata.generation,
    ...(conditions.length > 0 && { conditions }),
  } as ReplicaSet["status"];
}

type Conditions = NonNullable<ReplicaSet["status"]["conditions"]>;

function conditionsOf(owner: ReplicaSet, failure: Failure | undefined, nowMs: number): Conditions {
  const known = owner.status.conditions ?? [];
  const before = known.find((condition) => condition.type === "ReplicaFailure");
  if (!failure) return known.filter((condition) => condition.type !== "ReplicaFailure");
  if (before) return known;
  return [...known, { type: "ReplicaFailure", status: "True", lastTransitionTime: formatTime(nowMs), ...failure }];
}

/** When a pod that is ready becomes available, in ms from now; undefined when none waits. */
export function nextAvailabilityMs({ owner, pods, nowMs }: Omit<Observed, "related">): number | undefined {
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  if (minReadySeconds === 0) return undefined;
  let next: number | undefined;
  for (const pod of pods) {
    if (!isActive(pod) || !isPodReady(pod) || isPodAvailable(pod, minReadySeconds, nowMs)) continue;
    const since = parseTime(podCondition(pod, "Ready")?.lastTransitionTime ?? "");
    if (Number.isNaN(since)) continue;
    const waitMs = since + minReadySeconds * 1000 - nowMs;
    next = next === undefined ? waitMs : Math.min(next, waitMs);
  }
  return next;
}

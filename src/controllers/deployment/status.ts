import { conditionOf, type Deployment, type ReplicaSet } from "../../api/index.ts";
import { formatTime, parseTime } from "../../base/index.ts";
import { maxUnavailable, replicasOf, sum } from "./size.ts";

type Status = Deployment["status"];
type Condition = NonNullable<Status["conditions"]>[number];

export interface Rollout {
  readonly deployment: Deployment;
  readonly sets: readonly ReplicaSet[];
  readonly current: ReplicaSet | undefined;
  readonly nowMs: number;
}

const NO_DEADLINE = 2147483647;

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE;
}

/** A condition as of now. */
export function condition(
  nowMs: number,
  fields: { readonly type: string; readonly status: string; readonly reason: string; readonly message: string },
): Condition {
  const now = formatTime(nowMs);
  const { type, status, reason, message } = fields;
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** Puts a condition in place of the former one, unless that says the same. */
export function withCondition(status: Status, next: Condition): Status {
  const before = conditionOf(status.conditions, next.type);
  if (before?.status === next.status && before.reason === next.reason) return status;
  const kept = before?.status === next.status ? { ...next, lastTransitionTime: before.lastTransitionTime } : next;
  return { ...status, conditions: [...(status.conditions ?? []).filter(({ type }) => type !== next.type), kept] };
}

function withoutCondition(status: Status, type: string): Status {
  if (!conditionOf(status.conditions, type)) return status;
  const conditions = (status.conditions ?? []).filter((one) => one.type !== type);
  const { conditions: _, ...rest } = status;
  return conditions.length > 0 ? { ...rest, conditions } : rest;
}

/** Counts, and whether enough pods are available. */
export function countStatus({ deployment, sets, current, nowMs }: Rollout): Status {
  const available = sum(sets, (set) => set.status.availableReplicas ?? 0);
  const unavailable = Math.max(0, sum(sets, replicasOf) - available);
  const replicas = sum(sets, (set) => set.status.replicas);
  const updated = current?.status.replicas ?? 0;
  const ready = sum(sets, (set) => set.status.readyReplicas ?? 0);
  const { collisionCount, conditions } = deployment.status;
  const knowsTerminating = sets.every((set) => set.status.terminatingReplicas !== undefined);
  const status = {
    observedGeneration: deployment.metadata.generation,
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    ...(knowsTerminating && { terminatingReplicas: sum(sets, (set) => set.status.terminatingReplicas ?? 0) }),
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions && { conditions }),
  } as Status;
  const enough = available >= replicasOf(deployment) - maxUnavailable(deployment);
  return withCondition(
    status,
    condition(nowMs, {
      type: "Available",
      status: enough ? "True" : "False",
      reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      message: enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
    }),
  );
}

/** Whether everything runs the present template and is available. */
export function isComplete(deployment: Deployment, status: Status): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing({ status: old }: Deployment, next: Status): boolean {
  const outdated = (status: Status) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(next) < outdated(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, status: Status, nowMs: number): boolean {
  const progressing = conditionOf(status.conditions, "Progressing");
  if (!hasDeadline(deployment) || !progressing || progressing.reason === "NewReplicaSetAvailable") return false;
  if (progressing.reason === "ProgressDeadlineExceeded") return true;
  return deadlineMs(deployment, progressing) < nowMs;
}

function deadlineMs({ spec }: Deployment, { lastUpdateTime }: Condition): number {
  return parseTime(lastUpdateTime ?? "") + (spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** The status while a rollout is under way: counts, progress, and what failed. */
export function rolloutStatus(rollout: Rollout): Status {
  const { deployment, sets, current } = rollout;
  const counted = countStatus(rollout);
  const before = conditionOf(deployment.status.conditions, "Progressing");
  const finished =
    (counted.replicas ?? 0) === (counted.updatedReplicas ?? 0) && before?.reason === "NewReplicaSetAvailable";
  const status = !hasDeadline(deployment)
    ? withoutCondition(counted, "Progressing")
    : finished
      ? counted
      : withProgress(rollout, counted, before);
  const failure = failureOf(current ? [current] : []) ?? failureOf(sets.filter((set) => set !== current));
  if (!failure) return withoutCondition(status, "ReplicaFailure");
  const { type, status: state, reason = "", message = "" } = failure;
  return withCondition(status, {
    ...condition(rollout.nowMs, { type, status: state, reason, message }),
    lastTransitionTime: failure.lastTransitionTime,
  });
}

function failureOf(sets: readonly ReplicaSet[]) {
  return sets.flatMap((set) => set.status.conditions ?? []).find(({ type }) => type === "ReplicaFailure");
}

function withProgress({ deployment, current, nowMs }: Rollout, status: Status, before: Condition | undefined): Status {
  const what = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const make = (state: string, reason: string, message: string) =>
    condition(nowMs, { type: "Progressing", status: state, reason, message: `${what} ${message}` });
  if (isComplete(deployment, status))
    return withCondition(status, make("True", "NewReplicaSetAvailable", "has successfully progressed."));
  if (isProgressing(deployment, status)) {
    const next = make("True", "ReplicaSetUpdated", "is progressing.");
    if (!before) return withCondition(status, next);
    const lastTransitionTime = before.status === "True" ? before.lastTransitionTime : next.lastTransitionTime;
    return withCondition(withoutCondition(status, "Progressing"), { ...next, lastTransitionTime });
  }
  if (isTimedOut(deployment, status, nowMs))
    return withCondition(status, make("False", "ProgressDeadlineExceeded", "has timed out progressing."));
  return status;
}

/** When to look again whether the rollout is stuck, in ms; undefined when it can't be. */
export function stuckCheckMs(deployment: Deployment, status: Status, nowMs: number): number | undefined {
  const progressing = conditionOf(status.conditions, "Progressing");
  if (!hasDeadline(deployment) || !progressing) return undefined;
  if (isComplete(deployment, status) || progressing.reason === "ProgressDeadlineExceeded") return undefined;
  return Math.max(0, deadlineMs(deployment, progressing) - nowMs) + 1000;
}

import { type Deployment, type ReplicaSet, scaledValue } from "../../api/index.ts";

export function replicasOf(object: { readonly spec: { readonly replicas?: number } }): number {
  return object.spec.replicas ?? 1;
}

export function sum(sets: readonly ReplicaSet[], value: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + value(set), 0);
}

export function isRolling(deployment: Deployment): boolean {
  return deployment.spec.strategy.type === "RollingUpdate";
}

/** Both bounds of a rolling update; when both come to nothing, one pod may be missing. */
function bounds(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy.rollingUpdate ?? {};
  const replicas = replicasOf(deployment);
  const surge = scaledValue(maxSurge ?? 0, replicas, "up") ?? 0;
  const unavailable = scaledValue(maxUnavailable ?? 0, replicas, "down") ?? 0;
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? bounds(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  if (!isRolling(deployment) || replicas === 0) return 0;
  return Math.min(bounds(deployment).unavailable, replicas);
}

/** How many replicas the present template's set may have now. */
export function newSetReplicas(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): number {
  const wanted = replicasOf(deployment);
  if (!isRolling(deployment)) return wanted;
  const now = current ? replicasOf(current) : 0;
  const total = sum(sets, replicasOf);
  const room = wanted + maxSurge(deployment) - total;
  return room <= 0 ? now : now + Math.min(room, wanted - now);
}

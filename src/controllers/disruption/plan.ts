import {
  isPodReady,
  type Pod,
  type PodDisruptionBudget,
  scaledValue,
  conditionOf,
  transitionTime,
} from "../../api/index.ts";
import { formatTime, parseTime } from "../../base/index.ts";

/** How long an evicted pod may take to start going before it counts again. */
const DELETION_TIMEOUT_MS = 120_000;

export interface Observed {
  readonly budget: PodDisruptionBudget;
  readonly pods: readonly Pod[];
  /** How many pods their controllers want in all. */
  readonly scale: number;
  readonly nowMs: number;
}

/** The budget's status. */
export function statusOf(observed: Observed): {
  readonly status: PodDisruptionBudget["status"];
  readonly recheckMs?: number;
} {
  const { budget, pods, nowMs } = observed;
  const { disruptedPods, recheckMs } = stillDisrupted(observed);
  const healthy = pods.filter(
    (pod) => !pod.metadata.deletionTimestamp && !disruptedPods[pod.metadata.name] && isPodReady(pod),
  ).length;
  const { expected, desired } = wanted(observed);
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const conditions = withCondition(budget.status.conditions, budget, allowed, nowMs);
  return {
    status: {
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      disruptionsAllowed: allowed,
      observedGeneration: budget.metadata.generation,
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
      conditions,
    } as PodDisruptionBudget["status"],
    ...(recheckMs !== undefined && { recheckMs }),
  };
}

function wanted({ budget, pods, scale }: Observed): { readonly expected: number; readonly desired: number } {
  const { maxUnavailable, minAvailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    const desired = Math.max(0, scale - (scaledValue(maxUnavailable, scale, "up") ?? 0));
    return { expected: scale, desired };
  }
  if (minAvailable === undefined) return { expected: pods.length, desired: 0 };
  if (typeof minAvailable === "number") return { expected: pods.length, desired: minAvailable };
  return { expected: scale, desired: scaledValue(minAvailable, scale, "up") ?? 0 };
}

/** Whether a budget needs to know how many pods there should be. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === "string";
}

function stillDisrupted({ budget, pods, nowMs }: Observed) {
  const disruptedPods: Record<string, string> = {};
  let recheckMs: number | undefined;
  const present = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  for (const [name, time] of Object.entries(budget.status.disruptedPods ?? {})) {
    const pod = present.get(name);
    if (!pod || pod.metadata.deletionTimestamp) continue;
    const leftMs = parseTime(time) + DELETION_TIMEOUT_MS - nowMs;
    if (leftMs <= 0) continue;
    disruptedPods[name] = time;
    recheckMs = Math.min(recheckMs ?? leftMs, leftMs);
  }
  return { disruptedPods, recheckMs };
}

type Conditions = PodDisruptionBudget["status"]["conditions"];

function withCondition(known: Conditions, budget: PodDisruptionBudget, allowed: number, nowMs: number): Conditions {
  const [status, reason] = allowed > 0 ? ["True", "SufficientPods"] : ["False", "InsufficientPods"];
  return replaceCondition(known, { budget, status: status!, reason: reason!, message: "", nowMs });
}

/** The conditions with a new DisruptionAllowed. */
export function replaceCondition(
  known: Conditions,
  next: {
    readonly budget: PodDisruptionBudget;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly nowMs: number;
  },
): Conditions {
  const { budget, status, reason, message, nowMs } = next;
  const type = "DisruptionAllowed";
  const before = conditionOf(known, type);
  const lastTransitionTime = transitionTime(before, status, formatTime(nowMs));
  const made = { type, status, reason, message, lastTransitionTime, observedGeneration: budget.metadata.generation };
  return [...(known ?? []).filter((condition) => condition.type !== type), made] as Conditions;
}

import type { Job, Pod } from "../../api/index.ts";
import { parseTime } from "../../base/index.ts";

export const FINALIZER = "batch.kubernetes.io/job-tracking";
export const INDEX = "batch.kubernetes.io/job-completion-index";
export const INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(FINALIZER) ?? false;
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === "Indexed";
}

/** Whether only pods that have come to their end are replaced. */
export function replacesFailedOnly({ spec }: Job): boolean {
  return spec.podReplacementPolicy === "Failed";
}

/** Whether a pod counts as failed. One that is being deleted does too, unless its end matters. */
export function isFailed(pod: Pod, job: Job): boolean {
  if (pod.status.phase === "Failed") return true;
  if (replacesFailedOnly(job) || job.spec.podFailurePolicy) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status.phase !== "Succeeded";
}

export function isTerminating({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && status.phase !== "Failed" && status.phase !== "Succeeded";
}

/** The pod's completion index; undefined when it has none that is valid. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX] ?? "";
  return /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : undefined;
}

export function indexFailures({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX_FAILURES] ?? 0) || 0;
}

/** When a pod came to its end, as well as can be told. */
export function finishedMs({ metadata, status }: Pod, nowMs: number): number {
  const ends = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
    .map(({ state }) => parseTime(state?.terminated?.finishedAt ?? ""))
    .filter((time) => !Number.isNaN(time));
  if (ends.length > 0) return Math.max(...ends);
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  if (ready?.lastTransitionTime) return parseTime(ready.lastTransitionTime);
  if (metadata.deletionTimestamp)
    return Math.min(nowMs, parseTime(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  return nowMs;
}

/** What a job's policy says about a failed pod; undefined to count it as usual. */
export type PolicyVerdict =
  | { readonly action: "FailJob"; readonly message: string }
  | { readonly action: "FailIndex" | "Ignore" | "Count" };

export function policyVerdict(job: Job, pod: Pod): PolicyVerdict | undefined {
  if (pod.status.phase !== "Failed") return undefined;
  for (const [at, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const why = rule.onExitCodes ? exitCodeMatch(rule.onExitCodes, pod) : conditionMatch(rule.onPodConditions, pod);
    if (why === undefined) continue;
    if (rule.action !== "FailJob") return { action: rule.action as "FailIndex" | "Ignore" | "Count" };
    return { action: "FailJob", message: `${why} matching FailJob rule at index ${at}` };
  }
  return undefined;
}

type Rule = NonNullable<Job["spec"]["podFailurePolicy"]>["rules"][number];

function exitCodeMatch(
  { containerName, operator, values }: NonNullable<Rule["onExitCodes"]>,
  pod: Pod,
): string | undefined {
  const { namespace, name } = pod.metadata;
  for (const status of [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])]) {
    const code = status.state?.terminated?.exitCode;
    if (!code || (containerName && containerName !== status.name)) continue;
    if (values.includes(code) === (operator === "In"))
      return `Container ${status.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  return undefined;
}

function conditionMatch(patterns: Rule["onPodConditions"], pod: Pod): string | undefined {
  const { namespace, name } = pod.metadata;
  for (const pattern of patterns ?? []) {
    const found = pod.status.conditions?.find(
      ({ type, status }) => type === pattern.type && status === (pattern.status || "True"),
    );
    if (found) return `Pod ${namespace}/${name} has condition ${found.type}`;
  }
  return undefined;
}

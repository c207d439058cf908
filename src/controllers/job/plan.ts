import type { Job, Pod } from "../../api/index.ts";
import { formatTime, parseTime } from "../../base/index.ts";
import { type Count, countPods } from "./count.ts";
import { formatIndexes, parseIndexes } from "./indexes.ts";
import { finishedMs, indexFailures, indexOf, isIndexed, replacesFailedOnly } from "./pods.ts";

/** Failures in a row since the last success; kept in memory only. */
export interface Backoff {
  readonly failures: number;
  readonly lastMs: number;
}

export interface Observed {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly backoff: Backoff;
  readonly nowMs: number;
}

export interface NewPod {
  readonly index?: number;
  /** Failures of the index so far, where that is limited. */
  readonly failures?: number;
}

export interface JobEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface Plan {
  readonly status: Job["status"];
  readonly release: readonly Pod[];
  readonly create: readonly NewPod[];
  readonly remove: readonly Pod[];
  /** The removed pods don't count as failed. */
  readonly forgive: boolean;
  readonly events: readonly JobEvent[];
  readonly backoff: Backoff;
  readonly requeueAfterMs?: number;
}

type Condition = NonNullable<Job["status"]["conditions"]>[number];

interface Verdict {
  readonly reason: string;
  readonly message: string;
}

const BACKOFF_MS = 10_000;
const BACKOFF_MAX_MS = 600_000;
/** Most pods made or deleted in one go. */
const BURST = 500;
const FINALIZERS_MAX = 500;

export function isFinished({ status }: Job): boolean {
  return (status.conditions ?? []).some(
    ({ type, status: state }) => (type === "Complete" || type === "Failed") && state === "True",
  );
}

function conditionOf({ status }: Job, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type && condition.status === "True");
}

/** What to do now for one Job that isn't finished. */
export function plan(observed: Observed): Plan {
  const { job, pods, nowMs } = observed;
  const failing = conditionOf(job, "FailureTarget");
  const target = failing ?? conditionOf(job, "SuccessCriteriaMet");
  const count = countPods(job, pods, failing ? "failure" : target ? "success" : "none");
  const backoff = nextBackoff(observed, count);
  const failure = target ? undefined : failureOf(job, pods, count, nowMs);
  const success = target || failure ? undefined : successOf(job, count);
  const ending = target !== undefined || failure !== undefined || success !== undefined;
  const work = ending ? { create: [], remove: count.active.slice(0, BURST) } : manage({ ...observed, backoff }, count);
  const ended = ending ? withEnd(job, { failure, success, count, work, nowMs }) : withSuspension(job, nowMs);
  const release = count.release.slice(0, FINALIZERS_MAX);
  const waits = [work.requeueAfterMs, deadlineLeftMs(job, nowMs)].filter((ms) => ms !== undefined);
  return {
    status: statusOf(job, count, ended, nowMs),
    release,
    create: work.create,
    remove: work.remove,
    forgive: !failing && !failure,
    events: ended.events,
    backoff,
    ...(waits.length > 0 && { requeueAfterMs: Math.min(...waits) }),
  };
}

function nextBackoff({ backoff, nowMs }: Observed, { newFailures, newSuccesses }: Count): Backoff {
  const lastSuccess = Math.max(0, ...newSuccesses.map((pod) => finishedMs(pod, nowMs)));
  const times = newFailures.map((pod) => finishedMs(pod, nowMs)).filter((time) => time >= lastSuccess);
  const before = newSuccesses.length > 0 ? { failures: 0, lastMs: 0 } : backoff;
  return { failures: before.failures + times.length, lastMs: Math.max(before.lastMs, ...times) };
}

function failureOf(job: Job, pods: readonly Pod[], count: Count, nowMs: number): Verdict | undefined {
  if (count.failJob !== undefined) return { reason: "PodFailurePolicy", message: count.failJob };
  const limit = job.spec.backoffLimit ?? 6;
  if (count.failed > limit || restartsExceed(job, pods, limit))
    return { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  if (!job.spec.suspend && (deadlineLeftMs(job, nowMs) ?? 1) <= 0)
    return { reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" };
  if (isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined) {
    const { maxFailedIndexes, completions = 0 } = job.spec;
    if (maxFailedIndexes !== undefined && count.failedIndexes.size > maxFailedIndexes) {
      const message = "Job has exceeded the specified maximal number of failed indexes";
      return { reason: "MaxFailedIndexesExceeded", message };
    }
    const all = count.failedIndexes.size + count.succeededIndexes.size >= completions;
    if (count.failedIndexes.size > 0 && all) return { reason: "FailedIndexes", message: "Job has failed indexes" };
  }
  return undefined;
}

/** Containers that are restarted in place count as tries too. */
function restartsExceed(job: Job, pods: readonly Pod[], limit: number): boolean {
  if (job.spec.template.spec.restartPolicy !== "OnFailure") return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== "Running" && status.phase !== "Pending") continue;
    for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
      restarts += one.restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function deadlineLeftMs({ spec, status }: Job, nowMs: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || !status.startTime || spec.suspend) return undefined;
  return parseTime(status.startTime) + spec.activeDeadlineSeconds * 1000 - nowMs;
}

function successOf(job: Job, count: Count): Verdict | undefined {
  const rule = isIndexed(job) ? matchedSuccessRule(job, count.succeededIndexes) : undefined;
  if (rule !== undefined) return { reason: "SuccessPolicy", message: `Matched rules at index ${rule}` };
  const { completions, suspend } = job.spec;
  const done =
    completions === undefined
      ? count.succeeded > 0 && count.active.length === 0 && !suspend
      : count.succeeded >= completions && count.active.length === 0;
  return done || completions === 0
    ? { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" }
    : undefined;
}

function matchedSuccessRule({ spec }: Job, succeeded: ReadonlySet<number>): number | undefined {
  const rules = spec.successPolicy?.rules ?? [];
  const found = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? succeeded : parseIndexes(succeededIndexes, spec.completions ?? 0);
    const reached = [...wanted].filter((index) => succeeded.has(index)).length;
    return reached >= (succeededCount ?? wanted.size);
  });
  return found < 0 ? undefined : found;
}

interface Work {
  readonly create: readonly NewPod[];
  readonly remove: readonly Pod[];
  readonly requeueAfterMs?: number;
}

function manage(observed: Observed, count: Count): Work {
  const { job } = observed;
  const { active } = count;
  if (job.metadata.deletionTimestamp) return { create: [], remove: [] };
  if (job.spec.suspend) return { create: [], remove: active.slice(0, BURST) };
  const { parallelism = 1, completions } = job.spec;
  const wanted =
    completions === undefined
      ? count.succeeded > 0
        ? active.length
        : parallelism
      : Math.min(Math.max(0, completions - count.succeeded - count.failedIndexes.size), parallelism);
  const surplus = surplusPods(job, active, Math.max(0, active.length - wanted), count);
  if (surplus.length > 0) return { create: [], remove: surplus.slice(0, BURST) };
  const pending = replacesFailedOnly(job) ? count.terminating : 0;
  const missing = Math.min(wanted - active.length - pending, BURST);
  return missing > 0 ? start(observed, count, missing) : { create: [], remove: [] };
}

/** Duplicates and indexes out of range go first, then pods that have got least far. */
function surplusPods(job: Job, active: readonly Pod[], atLeast: number, count: Count): readonly Pod[] {
  const wrong = isIndexed(job) ? wrongIndexes(job, active, count) : [];
  if (wrong.length >= atLeast) return wrong;
  const rest = active.filter((pod) => !wrong.includes(pod)).sort(leastFirst);
  return [...wrong, ...rest.slice(0, atLeast - wrong.length)];
}

function wrongIndexes({ spec }: Job, active: readonly Pod[], { succeededIndexes, failedIndexes }: Count): Pod[] {
  const seen = new Set<number>();
  const wrong: Pod[] = [];
  for (const pod of [...active].sort((a, b) => leastFirst(b, a))) {
    const index = indexOf(pod);
    if (index === undefined || index >= (spec.completions ?? 0) || seen.has(index)) wrong.push(pod);
    else if (succeededIndexes.has(index) || failedIndexes.has(index)) wrong.push(pod);
    else seen.add(index);
  }
  return wrong;
}

function leastFirst(a: Pod, b: Pod): number {
  const rank = ({ spec, status }: Pod) =>
    (spec.nodeName ? 4 : 0) +
    (status.phase === "Running" ? 2 : 0) +
    (status.conditions?.some(({ type, status: state }) => type === "Ready" && state === "True") ? 1 : 0);
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return rank(a) - rank(b) || (left > right ? -1 : left < right ? 1 : a.metadata.name < b.metadata.name ? -1 : 1);
}

function start({ job, backoff, nowMs }: Observed, count: Count, missing: number): Work {
  const perIndex = job.spec.backoffLimitPerIndex !== undefined;
  if (!perIndex) {
    const waitMs = backoffLeftMs(backoff, nowMs);
    if (waitMs > 0) return { create: [], remove: [], requeueAfterMs: waitMs };
  }
  if (!isIndexed(job)) return { create: Array.from({ length: missing }, () => ({})), remove: [] };
  const create: NewPod[] = [];
  const waits: number[] = [];
  const busy = new Set(count.active.map(indexOf));
  for (let index = 0; index < (job.spec.completions ?? 0) && create.length < missing; index++) {
    if (busy.has(index) || count.succeededIndexes.has(index) || count.failedIndexes.has(index)) continue;
    if (!perIndex) {
      create.push({ index });
      continue;
    }
    const last = count.lastFailures.get(index);
    const failures = last ? indexFailures(last) + 1 : 0;
    const waitMs = last ? backoffLeftMs({ failures, lastMs: finishedMs(last, nowMs) }, nowMs) : 0;
    if (waitMs > 0) waits.push(waitMs);
    else create.push({ index, failures });
  }
  return { create, remove: [], ...(waits.length > 0 && { requeueAfterMs: Math.min(...waits) }) };
}

function backoffLeftMs({ failures, lastMs }: Backoff, nowMs: number): number {
  if (failures === 0) return 0;
  return lastMs + Math.min(BACKOFF_MS * 2 ** Math.min(failures - 1, 20), BACKOFF_MAX_MS) - nowMs;
}

interface Ended {
  readonly conditions: readonly Condition[];
  readonly events: readonly JobEvent[];
  readonly completionTime?: string;
  readonly startTime?: string;
}

function made(nowMs: number, type: string, status: string, { reason, message }: Verdict): Condition {
  const now = formatTime(nowMs);
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/** First the verdict; the end itself once the last pod has gone and is counted. */
function withEnd(
  job: Job,
  end: {
    readonly failure?: Verdict | undefined;
    readonly success?: Verdict | undefined;
    readonly count: Count;
    readonly work: Work;
    readonly nowMs: number;
  },
): Ended {
  const { failure, success, count, work, nowMs } = end;
  const known = job.status.conditions ?? [];
  if (failure) return { conditions: [...known, made(nowMs, "FailureTarget", "True", failure)], events: [] };
  const conditions = success ? [...known, made(nowMs, "SuccessCriteriaMet", "True", success)] : known;
  const left =
    count.terminating +
    work.remove.length +
    count.uncountedFailed.length +
    count.uncountedSucceeded.length +
    count.release.length;
  if (left > 0 || count.active.length > 0) return { conditions, events: [] };
  const failed = conditionOf(job, "FailureTarget");
  const { reason = "", message = "" } = failed ?? conditions.find(({ type }) => type === "SuccessCriteriaMet")!;
  if (failed) {
    const events: JobEvent[] = [{ type: "Warning", reason, message }];
    return { conditions: [...conditions, made(nowMs, "Failed", "True", { reason, message })], events };
  }
  return {
    conditions: [...conditions, made(nowMs, "Complete", "True", { reason, message })],
    events: [{ type: "Normal", reason: "Completed", message: "Job completed" }],
    completionTime: formatTime(nowMs),
  };
}

function withSuspension(job: Job, nowMs: number): Ended {
  const known = job.status.conditions ?? [];
  const before = known.find(({ type }) => type === "Suspended");
  const suspended = job.spec.suspend ?? false;
  if ((before?.status === "True") === suspended) return { conditions: known, events: [] };
  const [state, reason, message, event] = suspended
    ? (["True", "JobSuspended", "Job suspended", "Suspended"] as const)
    : (["False", "JobResumed", "Job resumed", "Resumed"] as const);
  const next = made(nowMs, "Suspended", state, { reason, message });
  const conditions = before ? known.map((one) => (one === before ? next : one)) : [...known, next];
  const startTime = suspended ? undefined : formatTime(nowMs);
  return { conditions, events: [{ type: "Normal", reason: event, message }], ...(startTime && { startTime }) };
}

function statusOf(job: Job, count: Count, ended: Ended, nowMs: number): Job["status"] {
  const { status, spec } = job;
  const indexed = isIndexed(job);
  const startTime = spec.suspend ? undefined : (ended.startTime ?? status.startTime ?? formatTime(nowMs));
  const completedIndexes = indexed ? formatIndexes(count.succeededIndexes) : "";
  const failedIndexes =
    indexed && spec.backoffLimitPerIndex !== undefined ? formatIndexes(count.failedIndexes) : undefined;
  const uncounted = {
    ...(count.uncountedSucceeded.length > 0 && { succeeded: count.uncountedSucceeded }),
    ...(count.uncountedFailed.length > 0 && { failed: count.uncountedFailed }),
  };
  return {
    ...(ended.conditions.length > 0 && { conditions: ended.conditions }),
    ...(startTime && { startTime }),
    ...(ended.completionTime && { completionTime: ended.completionTime }),
    ...(count.active.length > 0 && { active: count.active.length }),
    ...(count.settledSucceeded > 0 && { succeeded: count.settledSucceeded }),
    ...(count.settledFailed > 0 && { failed: count.settledFailed }),
    terminating: count.terminating,
    ...(completedIndexes && { completedIndexes }),
    ...(failedIndexes !== undefined && { failedIndexes }),
    uncountedTerminatedPods: uncounted,
    ready: count.ready,
  } as Job["status"];
}

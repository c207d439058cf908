import type { Job, Pod } from "../../api/index.ts";
import { parseIndexes } from "./indexes.ts";
import { indexFailures, indexOf, isFailed, isIndexed, isTerminating, isTracked, policyVerdict } from "./pods.ts";

/** What is known about a job's pods, those counted before included. */
export interface Count {
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
  /** All that ever succeeded or failed. */
  readonly succeeded: number;
  readonly failed: number;
  /** Counted for good. */
  readonly settledSucceeded: number;
  readonly settledFailed: number;
  /** uids that are counted but whose pods still carry the finalizer. */
  readonly uncountedSucceeded: readonly string[];
  readonly uncountedFailed: readonly string[];
  /** Finished since the last look. */
  readonly newFailures: readonly Pod[];
  readonly newSuccesses: readonly Pod[];
  /** Pods that may lose the finalizer once the status is written. */
  readonly release: readonly Pod[];
  readonly succeededIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** Failed pods by index that wait for their replacement. */
  readonly lastFailures: ReadonlyMap<number, Pod>;
  /** Why the policy ends the whole job. */
  readonly failJob: string | undefined;
}

/** The job's verdict so far: until there is one, pods may still be started. */
export type Ending = "none" | "failure" | "success";

/** Counts a job's pods. */
export function countPods(job: Job, pods: readonly Pod[], ending: Ending): Count {
  const tally = new Tally(job, pods, ending);
  return tally.count();
}

class Tally {
  readonly #job: Job;
  readonly #pods: readonly Pod[];
  readonly #ending: Ending;
  readonly #release: Pod[] = [];
  readonly #newFailures: Pod[] = [];
  readonly #newSuccesses: Pod[] = [];
  readonly #succeededIndexes: Set<number>;
  readonly #failedIndexes: Set<number>;
  readonly #lastFailures = new Map<number, Pod>();
  #failJob: string | undefined;
  #delayed = 0;

  constructor(job: Job, pods: readonly Pod[], ending: Ending) {
    this.#job = job;
    this.#pods = pods;
    this.#ending = ending;
    const completions = job.spec.completions ?? 0;
    this.#succeededIndexes = parseIndexes(job.status.completedIndexes, completions);
    this.#failedIndexes = parseIndexes(job.status.failedIndexes, completions);
  }

  count(): Count {
    const { status } = this.#job;
    const succeeded = this.#settle(status.uncountedTerminatedPods?.succeeded);
    const failed = this.#settle(status.uncountedTerminatedPods?.failed);
    for (const pod of this.#pods) if (isTracked(pod)) this.#finished(pod, { succeeded, failed });
    const indexed = isIndexed(this.#job);
    const settledSucceeded = indexed ? this.#succeededIndexes.size : (status.succeeded ?? 0) + succeeded.gone;
    const settledFailed = (status.failed ?? 0) + failed.gone;
    const active = this.#pods.filter(
      ({ metadata, status: { phase } }) => phase !== "Succeeded" && phase !== "Failed" && !metadata.deletionTimestamp,
    );
    return {
      active,
      ready: active.filter((pod) => pod.status.conditions?.some((one) => one.type === "Ready" && one.status === "True"))
        .length,
      terminating: this.#pods.filter(isTerminating).length,
      settledSucceeded,
      settledFailed,
      succeeded: settledSucceeded + (indexed ? 0 : succeeded.left.length),
      failed: settledFailed + failed.left.length + this.#delayed,
      uncountedSucceeded: succeeded.left,
      uncountedFailed: failed.left,
      newFailures: this.#newFailures,
      newSuccesses: this.#newSuccesses,
      release: this.#release,
      succeededIndexes: this.#succeededIndexes,
      failedIndexes: this.#failedIndexes,
      lastFailures: this.#lastFailures,
      failJob: this.#failJob,
    };
  }

  /** uids whose pods have lost the finalizer are counted for good. */
  #settle(uids: readonly string[] | undefined): { left: string[]; gone: number } {
    const tracked = new Set(this.#pods.filter(isTracked).map(({ metadata }) => metadata.uid));
    const left = (uids ?? []).filter((uid) => tracked.has(uid));
    return { left, gone: (uids ?? []).length - left.length };
  }

  #finished(
    pod: Pod,
    uncounted: { readonly succeeded: { left: string[] }; readonly failed: { left: string[] } },
  ): void {
    const { uid } = pod.metadata;
    const known = uncounted.succeeded.left.includes(uid) || uncounted.failed.left.includes(uid);
    if (pod.status.phase === "Succeeded") {
      this.#release.push(pod);
      if (known) return;
      this.#newSuccesses.push(pod);
      if (!isIndexed(this.#job)) uncounted.succeeded.left.push(uid);
      const index = indexOf(pod);
      if (index !== undefined && index < (this.#job.spec.completions ?? 0) && !this.#failedIndexes.has(index))
        this.#succeededIndexes.add(index);
    } else if (this.#ending === "success" && pod.metadata.deletionTimestamp && pod.status.phase !== "Failed") {
      // Not needed any more, which is no failure.
      this.#release.push(pod);
    } else if (isFailed(pod, this.#job)) this.#failed(pod, known, uncounted.failed.left);
    else if (this.#job.metadata.deletionTimestamp) this.#release.push(pod);
  }

  #failed(pod: Pod, known: boolean, uncounted: string[]): void {
    if (known) {
      this.#release.push(pod);
      return;
    }
    const verdict = policyVerdict(this.#job, pod);
    if (verdict?.action === "FailJob") this.#failJob ??= verdict.message;
    if (verdict?.action === "Ignore") {
      if (!this.#awaitsReplacement(pod, false)) this.#release.push(pod);
      return;
    }
    this.#newFailures.push(pod);
    if (this.#awaitsReplacement(pod, verdict?.action === "FailIndex")) {
      this.#delayed++;
      return;
    }
    uncounted.push(pod.metadata.uid);
    this.#release.push(pod);
  }

  /** With a limit per index the last failed pod stays until its successor knows the number of failures. */
  #awaitsReplacement(pod: Pod, failsIndex: boolean): boolean {
    const limit = this.#job.spec.backoffLimitPerIndex;
    const index = indexOf(pod);
    if (limit === undefined || index === undefined) return false;
    if (failsIndex || indexFailures(pod) >= limit) {
      // What is stopped because the job has failed says nothing about its index.
      const stopped = this.#ending !== "none" && pod.status.phase !== "Failed";
      if (!stopped && !this.#succeededIndexes.has(index)) this.#failedIndexes.add(index);
      return false;
    }
    if (this.#ending !== "none" || this.#failedIndexes.has(index) || this.#succeededIndexes.has(index)) return false;
    const newer = this.#pods.some(
      (other) =>
        other !== pod &&
        indexOf(other) === index &&
        other.metadata.creationTimestamp >= pod.metadata.creationTimestamp &&
        indexFailures(other) > indexFailures(pod),
    );
    if (!newer) this.#lastFailures.set(index, pod);
    return !newer;
  }
}

import { controllerOf, CronJob, isAlreadyExists, isNotFound, Job, ownerReference } from "../../api/index.ts";
import { formatTime, jsonEqual } from "../../base/index.ts";
import type { EventRecorder, Informer, WorkQueue } from "../../runtime/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { jobName, nextLookOf, plan, zonedTime } from "./plan.ts";

const SCHEDULED_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** Makes a Job whenever a CronJob's schedule says so, and cleans up after it. */
export async function startCronJobController(environment: ControllerEnvironment): Promise<void> {
  const { informers, options } = environment;
  const parts: Parts = {
    owners: informers.for(CronJob),
    jobs: informers.for(Job),
    events: environment.recorder("cronjob-controller"),
  };
  parts.jobs.addIndex("controller", (job) => [controllerOf(job)?.uid ?? ""]);
  const controller = new CronJobController(environment, parts);
  const queue = reconcileKeys(environment, {
    name: "cronjob",
    workers: options.concurrentCronJobSyncs ?? 5,
    synced: [parts.owners.synced, parts.jobs.synced],
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  watch(environment, queue, parts);
}

interface Parts {
  readonly owners: Informer<CronJob>;
  readonly jobs: Informer<Job>;
  readonly events: EventRecorder;
}

function watch({ clock }: ControllerEnvironment, queue: WorkQueue<string>, { owners, jobs }: Parts): void {
  owners.subscribe({
    apply(owner, old) {
      const rescheduled =
        old && (old.spec.schedule !== owner.spec.schedule || old.spec.timeZone !== owner.spec.timeZone);
      const waitMs = rescheduled ? nextLookOf(owner, clock.now()) : 0;
      if (waitMs !== undefined) queue.addAfter(keyOf(owner), waitMs);
      else queue.add(keyOf(owner));
    },
    delete: () => {},
  });
  const wakeOwner = (job: Job) => {
    const reference = controllerOf(job);
    if (!reference || !refersTo(reference, CronJob)) return;
    const owner = owners.get({ namespace: job.metadata.namespace, name: reference.name });
    if (owner?.metadata.uid === reference.uid) queue.add(keyOf(owner));
  };
  jobs.subscribe({
    apply(job, old) {
      if (old && controllerOf(old)?.uid !== controllerOf(job)?.uid) wakeOwner(old);
      wakeOwner(job);
    },
    delete: wakeOwner,
  });
}

class CronJobController {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { owners, jobs, events } = this.#parts;
    const owner = owners.get(splitKey(key));
    if (!owner) return undefined;
    const own = jobs.index("controller", owner.metadata.uid);
    const decided = plan({ owner, jobs: own, nowMs: this.#environment.clock.now() });
    for (const note of decided.notes) events.event(owner, note);
    const removed = await this.#remove(owner, decided.remove, signal);
    const active = (decided.status.active ?? []).filter(({ uid }) => !removed.has(uid ?? ""));
    const { active: _, ...rest } = decided.status;
    let status = { ...rest, ...(active.length > 0 && { active }) } as CronJob["status"];
    const job = decided.startMs === undefined ? undefined : await this.#start(owner, decided.startMs, signal);
    if (job) {
      const { namespace, name, uid, resourceVersion } = job.metadata;
      const reference = { kind: "Job", namespace, name, uid, apiVersion: "batch/v1", resourceVersion };
      const lastScheduleTime = formatTime(decided.startMs!);
      status = { ...status, active: [...active, reference], lastScheduleTime } as CronJob["status"];
    }
    await this.#writeStatus(owner, status, signal);
    return decided.requeueAfterMs === undefined ? undefined : { requeueAfterMs: decided.requeueAfterMs };
  }

  /** Uids of the jobs that are gone now. */
  async #remove(owner: CronJob, surplus: readonly Job[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { jobs, events } = this.#parts;
    const removed = new Set<string>();
    for (const job of surplus) {
      const { namespace, name, uid } = job.metadata;
      try {
        const options = { propagationPolicy: "Background", preconditions: { uid }, signal } as const;
        await this.#environment.client.delete(Job, { namespace, name }, options);
        events.event(owner, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted job ${name}` });
        await jobs.expectDeleted(job, signal);
      } catch (error) {
        if (!isNotFound(error)) {
          const message = `Deleted job: ${(error as Error).message}`;
          events.event(owner, { type: "Warning", reason: "FailedDelete", message });
          throw error;
        }
      }
      removed.add(uid);
    }
    return removed;
  }

  /** Makes the job of a run; undefined when there is none to count. */
  async #start(owner: CronJob, startMs: number, signal: AbortSignal): Promise<Job | undefined> {
    const { jobs, events } = this.#parts;
    const { client } = this.#environment;
    const wanted = jobOf(owner, startMs);
    try {
      const job = await client.create(Job, wanted as never, { signal });
      events.event(owner, { type: "Normal", reason: "SuccessfulCreate", message: `Created job ${job.metadata.name}` });
      await jobs.expect(job, signal);
      return job;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      if (!isAlreadyExists(error)) {
        const message = `Error creating job: ${(error as Error).message}`;
        events.event(owner, { type: "Warning", reason: "FailedCreate", message });
        throw error;
      }
    }
    // Made before by one of us that could not note it, or by a stranger.
    const known = await client.get(Job, wanted.metadata, { signal });
    return controllerOf(known)?.uid === owner.metadata.uid ? known : undefined;
  }

  async #writeStatus(owner: CronJob, status: CronJob["status"], signal: AbortSignal): Promise<void> {
    const { owners } = this.#parts;
    if (jsonEqual(owner.status, status)) return;
    try {
      const updated = await this.#environment.client.updateStatus(CronJob, { ...owner, status }, { signal });
      await owners.expect(updated, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function jobOf(owner: CronJob, startMs: number) {
  const { metadata, spec } = owner.spec.jobTemplate;
  return {
    metadata: {
      namespace: owner.metadata.namespace,
      name: jobName(owner, startMs),
      labels: metadata.labels ?? {},
      annotations: { ...metadata.annotations, [SCHEDULED_ANNOTATION]: zonedTime(startMs, owner.spec.timeZone) },
      ownerReferences: [ownerReference(owner, CronJob)],
    },
    spec,
  };
}

import { controllerOf, Job, labelSelectorMatches, Pod, unlessGone } from "../../api/index.ts";
import { parseTime, jsonEqual } from "../../base/index.ts";
import type { EventRecorder, Informer } from "../../runtime/index.ts";
import { inParallel, slowStart } from "../common/batch.ts";
import { claim, enactClaims } from "../common/claim.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating, type PodControl, podControl, podFromTemplate } from "../common/pods.ts";
import { type Backoff, isFinished, type NewPod, type Plan, plan } from "./plan.ts";
import { FINALIZER, INDEX, INDEX_FAILURES, isTracked } from "./pods.ts";

const MANAGED_BY = "kubernetes.io/job-controller";
/** Changes of pods are joined for a moment: a job often loses many at once. */
const BATCH_MS = 1_000;

interface Parts {
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly control: PodControl;
  readonly events: EventRecorder;
}

/** Runs pods to completion. */
export async function startJobController(environment: ControllerEnvironment): Promise<void> {
  const { informers, options } = environment;
  const jobs = informers.for(Job);
  const pods = informers.for(Pod);
  pods.addIndex("controller", (pod) => [controllerOf(pod)?.uid ?? `orphans of ${pod.metadata.namespace}`]);
  const events = environment.recorder("job-controller");
  const controller = new JobController(environment, {
    jobs,
    pods,
    events,
    control: podControl(environment, { events, pods }),
  });
  const queue = reconcileKeys(environment, {
    name: "job",
    workers: options.concurrentJobSyncs ?? 5,
    synced: [jobs.synced, pods.synced],
    backoff: { baseMs: 1_000, maxMs: 60_000 },
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  jobs.subscribe({
    apply: (job) => queue.add(keyOf(job)),
    delete(job) {
      controller.forget(job);
      queue.add(keyOf(job));
    },
  });
  const wakeOwner = (pod: Pod) => {
    const owner = controllerOf(pod);
    if (owner && refersTo(owner, Job)) return queue.addAfter(`${pod.metadata.namespace}/${owner.name}`, BATCH_MS);
    if (owner) return;
    for (const job of jobs.list(pod.metadata.namespace))
      if (job.spec.selector && labelSelectorMatches(job.spec.selector, pod.metadata.labels ?? {}))
        queue.add(keyOf(job));
  };
  pods.subscribe({ apply: wakeOwner, delete: wakeOwner });
  // Pods whose job has gone must not be held by its finalizer.
  watchStrays(environment, jobs, pods);
}

function watchStrays(environment: ControllerEnvironment, jobs: Informer<Job>, pods: Informer<Pod>): void {
  const queue = reconcileKeys(environment, {
    name: "job stray pods",
    workers: 1,
    synced: [jobs.synced, pods.synced],
    async reconcile(key, signal) {
      const pod = pods.get(splitKey(key));
      const owner = pod && controllerOf(pod);
      if (!pod || !isTracked(pod) || (owner && !refersTo(owner, Job))) return undefined;
      const job = owner && jobs.get({ namespace: pod.metadata.namespace, name: owner.name });
      if (job?.metadata.uid === owner?.uid && job && !isFinished(job)) return undefined;
      await releasePod(environment, pod, signal);
      return undefined;
    },
  });
  pods.subscribe({ apply: (pod) => isTracked(pod) && queue.addAfter(keyOf(pod), BATCH_MS), delete() {} });
  jobs.subscribe({
    apply(job) {
      if (isFinished(job))
        for (const pod of pods.index("controller", job.metadata.uid)) if (isTracked(pod)) queue.add(keyOf(pod));
    },
    delete(job) {
      for (const pod of pods.index("controller", job.metadata.uid)) if (isTracked(pod)) queue.add(keyOf(pod));
    },
  });
}

async function releasePod({ client }: ControllerEnvironment, pod: Pod, signal: AbortSignal): Promise<Pod | undefined> {
  const { namespace, name, uid } = pod.metadata;
  const patch = { metadata: { uid, "$deleteFromPrimitiveList/finalizers": [FINALIZER] } };
  return unlessGone(client.patch(Pod, { namespace, name }, patch, { type: "strategic", signal }));
}

class JobController {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;
  readonly #backoffs = new Map<string, Backoff>();

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  forget({ metadata }: Job): void {
    this.#backoffs.delete(metadata.uid);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const job = this.#parts.jobs.get(splitKey(key));
    if (!job || (job.spec.managedBy !== undefined && job.spec.managedBy !== MANAGED_BY)) return undefined;
    if (isFinished(job)) {
      this.forget(job);
      return undefined;
    }
    const pods = await this.#claim(job, signal);
    const { uid } = job.metadata;
    const backoff = this.#backoffs.get(uid) ?? { failures: 0, lastMs: 0 };
    const decided = plan({ job, pods, backoff, nowMs: this.#environment.clock.now() });
    if (!job.metadata.deletionTimestamp || decided.release.length > 0) await this.#act(job, decided, signal);
    // Only now: what is planned again after a failed write must not be counted twice.
    this.#backoffs.set(uid, decided.backoff);
    return decided.requeueAfterMs === undefined ? undefined : { requeueAfterMs: Math.max(1, decided.requeueAfterMs) };
  }

  #claim(job: Job, signal: AbortSignal): Promise<readonly Pod[]> {
    const { pods } = this.#parts;
    const candidates = [
      ...pods.index("controller", job.metadata.uid),
      ...pods.index("controller", `orphans of ${job.metadata.namespace}`),
    ];
    const claims = claim({ owner: job, selector: job.spec.selector ?? {}, candidates });
    return enactClaims(this.#environment, {
      owner: job,
      ownerKind: Job,
      kind: Pod,
      claims,
      finalizers: [FINALIZER],
      signal,
    });
  }

  async #act(job: Job, { status, release, create, remove, forgive, events }: Plan, signal: AbortSignal): Promise<void> {
    const { jobs, pods, control, events: recorder } = this.#parts;
    if (!jsonEqual(job.status, status)) {
      const written = await this.#environment.client.updateStatus(Job, { ...job, status }, { signal });
      for (const event of events) recorder.event(job, event);
      await jobs.expect(written, signal);
    }
    // The status that counts them is safe: their pods may go.
    await inParallel(release, async (pod) => {
      const released = await releasePod(this.#environment, pod, signal);
      if (released && released.metadata.deletionTimestamp === undefined) await pods.expect(released, signal);
    });
    await inParallel(remove, async (pod) => {
      if (forgive) await releasePod(this.#environment, pod, signal);
      await control.delete(job, pod, signal);
    });
    const { error } = await slowStart(create.length, async (at) => {
      await control.create(job, newPod(job, create[at]!), signal);
    });
    if (error && !isNamespaceTerminating(error)) throw error;
  }
}

function newPod(job: Job, { index, failures }: NewPod): Pod {
  const pod = podFromTemplate(job.spec.template, { owner: job, ownerKind: Job });
  const finalizers = [...(pod.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER), FINALIZER];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const base = `${job.metadata.name}-${index}`;
  const { labels, annotations } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      finalizers,
      generateName: `${base}-`,
      labels: { ...labels, [INDEX]: String(index) },
      annotations: {
        ...annotations,
        [INDEX]: String(index),
        ...(failures !== undefined && { [INDEX_FAILURES]: String(failures) }),
      },
    },
    spec: {
      ...pod.spec,
      hostname: base,
      containers: pod.spec.containers.map(withIndex),
      ...(pod.spec.initContainers && { initContainers: pod.spec.initContainers.map(withIndex) }),
    },
  };
}

const INDEX_VARIABLE = "JOB_COMPLETION_INDEX";

function withIndex<C extends Pod["spec"]["containers"][number]>(container: C): C {
  if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { apiVersion: "v1", fieldPath: `metadata.labels['${INDEX}']` };
  return { ...container, env: [...(container.env ?? []), { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}

/** Deletes finished jobs when their time is up. */
export async function startTtlAfterFinishedController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock } = environment;
  const jobs = informers.for(Job);
  const queue = reconcileKeys(environment, {
    name: "ttl-after-finished",
    workers: 5,
    synced: [jobs.synced],
    async reconcile(key, signal) {
      const job = jobs.get(splitKey(key));
      const leftMs = job && ttlLeftMs(job, clock.now());
      if (!job || leftMs === undefined) return undefined;
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      const { namespace, name, uid, resourceVersion } = job.metadata;
      const preconditions = { uid, resourceVersion };
      await unlessGone(
        client.delete(Job, { namespace, name }, { propagationPolicy: "Foreground", preconditions, signal }),
      );
      return undefined;
    },
  });
  jobs.subscribe({ apply: (job) => queue.add(keyOf(job)), delete() {} });
}

function ttlLeftMs(job: Job, nowMs: number): number | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp || !isFinished(job)) return undefined;
  const end = job.status.conditions?.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
  return parseTime(end?.lastTransitionTime ?? "") + ttlSecondsAfterFinished * 1000 - nowMs;
}

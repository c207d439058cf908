import { controllerOf, labelSelectorMatches, Pod, ReplicaSet, isNotFound } from "../../api/index.ts";
import type { Informer, WorkQueue } from "../../runtime/index.ts";
import { inParallel, slowStart } from "../common/batch.ts";
import { claim, enactClaims } from "../common/claim.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { deepEqual } from "../common/equal.ts";
import { isActive, isNamespaceTerminating, type PodControl, podControl, podFromTemplate } from "../common/pods.ts";
import { type Failure, nextAvailabilityMs, type Plan, plan, statusOf } from "./plan.ts";

/** Keeps as many pods of each ReplicaSet as it wants. */
export async function startReplicaSetController(environment: ControllerEnvironment): Promise<void> {
  const sets = environment.informers.for(ReplicaSet);
  const pods = environment.informers.for(Pod);
  pods.addIndex("controller", (pod) => [controllerOf(pod)?.uid ?? `orphans of ${pod.metadata.namespace}`]);
  sets.addIndex("controller", (set) => [controllerOf(set)?.uid ?? ""]);
  const control = podControl(environment, { events: environment.recorder("replicaset-controller"), pods });
  const controller = new ReplicaSetController(environment, { sets, pods, control });
  const queue = reconcileKeys(environment, {
    name: "replicaset",
    workers: environment.options.concurrentReplicasetSyncs ?? 5,
    synced: [sets.synced, pods.synced],
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  watch(queue, sets, pods);
}

function watch(queue: WorkQueue<string>, sets: Informer<ReplicaSet>, pods: Informer<Pod>): void {
  sets.subscribe({ apply: (set) => queue.add(keyOf(set)), delete: (set) => queue.add(keyOf(set)) });
  const wakeOwner = (pod: Pod) => {
    const owner = controllerOf(pod);
    if (!owner || !refersTo(owner, ReplicaSet)) return;
    const set = sets.get({ namespace: pod.metadata.namespace, name: owner.name });
    if (set?.metadata.uid === owner.uid) queue.add(keyOf(set));
  };
  const wakeAdopters = (pod: Pod) => {
    for (const set of sets.list(pod.metadata.namespace)) {
      if (set.spec.selector && labelSelectorMatches(set.spec.selector, pod.metadata.labels ?? {}))
        queue.add(keyOf(set));
    }
  };
  pods.subscribe({
    apply(pod, old) {
      if (old && controllerOf(old)?.uid !== controllerOf(pod)?.uid) wakeOwner(old);
      if (controllerOf(pod)) wakeOwner(pod);
      else if (!pod.metadata.deletionTimestamp && orphanChanged(pod, old)) wakeAdopters(pod);
    },
    delete: wakeOwner,
  });
}

function orphanChanged(pod: Pod, old: Pod | undefined): boolean {
  return !old || controllerOf(old) !== undefined || !deepEqual(pod.metadata.labels, old.metadata.labels);
}

interface Parts {
  readonly sets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
  readonly control: PodControl;
}

class ReplicaSetController {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { sets } = this.#parts;
    const owner = sets.get(splitKey(key));
    if (!owner) return undefined;
    const pods = await this.#claim(owner, signal);
    const observed = { owner, pods, related: this.#related(owner), nowMs: this.#environment.clock.now() };
    const error = await this.#act(owner, plan(observed), signal).then(() => undefined, asError);
    const now = { owner, pods, nowMs: this.#environment.clock.now() };
    const known = sets.get(splitKey(key)) ?? owner;
    await this.#writeStatus(known, statusOf(now, error && failureOf(owner, pods, error)), signal);
    if (error && !isNamespaceTerminating(error)) throw error;
    const requeueAfterMs = nextAvailabilityMs(now);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  async #claim(owner: ReplicaSet, signal: AbortSignal): Promise<readonly Pod[]> {
    const { pods } = this.#parts;
    const { uid, namespace } = owner.metadata;
    const candidates = [
      ...pods.index("controller", uid),
      ...pods.index("controller", `orphans of ${namespace}`).filter(isActive),
    ];
    const claims = claim({ owner, selector: owner.spec.selector ?? {}, candidates });
    return enactClaims(this.#environment, { owner, ownerKind: ReplicaSet, kind: Pod, claims, signal });
  }

  #related(owner: ReplicaSet): readonly Pod[] {
    const { sets, pods } = this.#parts;
    const controller = controllerOf(owner);
    const family = controller ? sets.index("controller", controller.uid) : [];
    return family.flatMap((set) => pods.index("controller", set.metadata.uid));
  }

  async #act(owner: ReplicaSet, { create, remove }: Plan, signal: AbortSignal): Promise<void> {
    const { control } = this.#parts;
    const { error } = await slowStart(create, async () => {
      await control.create(owner, podFromTemplate(owner.spec.template, { owner, ownerKind: ReplicaSet }), signal);
    });
    if (error) throw error;
    await inParallel(remove, (pod) => control.delete(owner, pod, signal));
  }

  async #writeStatus(owner: ReplicaSet, status: ReplicaSet["status"], signal: AbortSignal): Promise<void> {
    if (deepEqual(owner.status, status)) return;
    try {
      await this.#parts.sets.expect(
        await this.#environment.client.updateStatus(ReplicaSet, { ...owner, status }, { signal }),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function failureOf(owner: ReplicaSet, pods: readonly Pod[], error: Error): Failure {
  const missing = (owner.spec.replicas ?? 1) - pods.filter(isActive).length;
  return { reason: missing > 0 ? "FailedCreate" : "FailedDelete", message: error.message };
}

import { jsonEqual, asError } from "../../base/index.ts";
import {
  controllerOf,
  type KindDefinition,
  type KubeObject,
  type LabelSelector,
  labelSelectorMatches,
  Pod,
  ReplicaSet,
  unlessGone,
} from "../../api/index.ts";
import type { Informer, WorkQueue } from "../../runtime/index.ts";
import { inParallel, slowStart } from "../common/batch.ts";
import { claim, enactClaims } from "../common/claim.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { isActive, isNamespaceTerminating, type PodControl, podControl, podFromTemplate } from "../common/pods.ts";
import { type Failure, nextAvailabilityMs, type Plan, plan, type ReplicaStatus, statusOf } from "./plan.ts";

/** A kind that keeps a number of equal pods. */
export interface ReplicaKind<O> {
  readonly kind: KindDefinition<O>;
  /** Who its events are from. */
  readonly component: string;
  readonly workers: number;
  /** What a plan needs of an owner, whatever its own form. */
  readonly view: (owner: O) => ReplicaSet;
  /** The status in the owner's own form. */
  readonly status: (status: ReplicaStatus) => unknown;
}

/** Keeps as many pods of each ReplicaSet as it wants. */
export async function startReplicaSetController(environment: ControllerEnvironment): Promise<void> {
  startReplicaController(environment, {
    kind: ReplicaSet,
    component: "replicaset-controller",
    workers: environment.options.concurrentReplicasetSyncs ?? 5,
    view: (set) => set,
    status: (status) => status,
  });
}

/** The same for any kind of that sort. */
export function startReplicaController<O extends KubeObject>(
  environment: ControllerEnvironment,
  replicaKind: ReplicaKind<O>,
): void {
  const { kind, component, workers } = replicaKind;
  const sets = environment.informers.for(kind);
  const pods = environment.informers.for(Pod);
  pods.addIndex("controller", (pod) => [controllerOf(pod)?.uid ?? `orphans of ${pod.metadata.namespace}`]);
  sets.addIndex("controller", (set) => [controllerOf(set)?.uid ?? ""]);
  const control = podControl(environment, { events: environment.recorder(component), pods });
  const controller = new ReplicaController(environment, { replicaKind, sets, pods, control });
  const queue = reconcileKeys(environment, {
    name: kind.singular,
    workers,
    synced: [sets.synced, pods.synced],
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  watch(queue, replicaKind, { sets, pods });
}

function watch<O extends KubeObject>(
  queue: WorkQueue<string>,
  { kind, view }: ReplicaKind<O>,
  { sets, pods }: { readonly sets: Informer<O>; readonly pods: Informer<Pod> },
): void {
  sets.subscribe({ apply: (set) => queue.add(keyOf(set)), delete: (set) => queue.add(keyOf(set)) });
  const wakeOwner = (pod: Pod) => {
    const owner = controllerOf(pod);
    if (!owner || !refersTo(owner, kind)) return;
    const set = sets.get({ namespace: pod.metadata.namespace, name: owner.name });
    if (set?.metadata.uid === owner.uid) queue.add(keyOf(set));
  };
  const wakeAdopters = (pod: Pod) => {
    for (const set of sets.list(pod.metadata.namespace)) {
      const { selector } = view(set).spec;
      if (selector && labelSelectorMatches(selector, pod.metadata.labels ?? {})) queue.add(keyOf(set));
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
  return !old || controllerOf(old) !== undefined || !jsonEqual(pod.metadata.labels, old.metadata.labels);
}

interface Parts<O> {
  readonly replicaKind: ReplicaKind<O>;
  readonly sets: Informer<O>;
  readonly pods: Informer<Pod>;
  readonly control: PodControl;
}

class ReplicaController<O extends KubeObject> {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts<O>;

  constructor(environment: ControllerEnvironment, parts: Parts<O>) {
    this.#environment = environment;
    this.#parts = parts;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { sets, replicaKind } = this.#parts;
    const object = sets.get(splitKey(key));
    if (!object) return undefined;
    const owner = replicaKind.view(object);
    const pods = await this.#claim(object, owner.spec.selector ?? {}, signal);
    const observed = { owner, pods, related: this.#related(object), nowMs: this.#environment.clock.now() };
    const error = await this.#act(object, owner, plan(observed), signal).then(() => undefined, asError);
    const now = { owner, pods, nowMs: this.#environment.clock.now() };
    await this.#writeStatus(key, statusOf(now, error && failureOf(owner, pods, error)), signal);
    if (error && !isNamespaceTerminating(error)) throw error;
    const requeueAfterMs = nextAvailabilityMs(now);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  async #claim(owner: O, selector: LabelSelector, signal: AbortSignal): Promise<readonly Pod[]> {
    const { pods, replicaKind } = this.#parts;
    const { uid, namespace } = owner.metadata;
    const candidates = [
      ...pods.index("controller", uid),
      ...pods.index("controller", `orphans of ${namespace}`).filter(isActive),
    ];
    const claims = claim({ owner, selector, candidates });
    return enactClaims(this.#environment, { owner, ownerKind: replicaKind.kind, kind: Pod, claims, signal });
  }

  #related(owner: O): readonly Pod[] {
    const { sets, pods } = this.#parts;
    const controller = controllerOf(owner);
    const family = controller ? sets.index("controller", controller.uid) : [];
    return family.flatMap((set) => pods.index("controller", set.metadata.uid));
  }

  async #act(object: O, { spec }: ReplicaSet, { create, remove }: Plan, signal: AbortSignal): Promise<void> {
    const { control, replicaKind } = this.#parts;
    const { error } = await slowStart(create, async () => {
      const pod = podFromTemplate(spec.template, { owner: object, ownerKind: replicaKind.kind });
      await control.create(object, pod, signal);
    });
    if (error) throw error;
    await inParallel(remove, (pod) => control.delete(object, pod, signal));
  }

  async #writeStatus(key: string, status: ReplicaStatus, signal: AbortSignal): Promise<void> {
    const { sets, replicaKind } = this.#parts;
    const known = sets.get(splitKey(key));
    if (!known || jsonEqual(replicaKind.view(known).status, status)) return;
    const changed = { ...known, status: replicaKind.status(status) };
    const updated = await unlessGone(
      this.#environment.client.updateStatus(replicaKind.kind, changed as never, { signal }),
    );
    if (updated) await sets.expect(updated);
  }
}

function failureOf(owner: ReplicaSet, pods: readonly Pod[], error: Error): Failure {
  const missing = (owner.spec.replicas ?? 1) - pods.filter(isActive).length;
  return { reason: missing > 0 ? "FailedCreate" : "FailedDelete", message: error.message };
}

import { jsonEqual, asError } from "../../base/index.ts";
import {
  controllerOf,
  ControllerRevision,
  isAlreadyExists,
  isNotFound,
  type KubeObject,
  labelSelectorMatches,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  unlessGone,
} from "../../api/index.ts";
import type { EventRecorder, Informer, WorkQueue } from "../../runtime/index.ts";
import { inParallel } from "../common/batch.ts";
import { claim, enactClaims } from "../common/claim.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { pruneRevisions, type RevisionKeeper, syncRevisions } from "../common/revisions.ts";
import { type Action, type Observed, plan, sortPods, statusOf } from "./plan.ts";
import { claimOwners, claimsOf, ordinalOf, podOf, revisionOf } from "./pod.ts";

const KEEPER: RevisionKeeper<StatefulSet> = { kind: StatefulSet, hashLabel: "controller.kubernetes.io/hash" };

/** Keeps the numbered pods of each StatefulSet and their claims. */
export async function startStatefulSetController(environment: ControllerEnvironment): Promise<void> {
  const { informers, options } = environment;
  const parts: Parts = {
    sets: informers.for(StatefulSet),
    pods: informers.for(Pod),
    claims: informers.for(PersistentVolumeClaim),
    revisions: informers.for(ControllerRevision),
    events: environment.recorder("statefulset-controller"),
  };
  const { sets, pods, claims, revisions } = parts;
  pods.addIndex("controller", (pod) => [controllerOf(pod)?.uid ?? `orphans of ${pod.metadata.namespace}`]);
  const controller = new StatefulSetController(environment, parts);
  const queue = reconcileKeys(environment, {
    name: "statefulset",
    workers: options.concurrentStatefulsetSyncs ?? 5,
    synced: [sets.synced, pods.synced, claims.synced, revisions.synced],
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  watch(queue, parts);
}

interface Parts {
  readonly sets: Informer<StatefulSet>;
  readonly pods: Informer<Pod>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly revisions: Informer<ControllerRevision>;
  readonly events: EventRecorder;
}

function watch(queue: WorkQueue<string>, { sets, pods }: Parts): void {
  sets.subscribe({ apply: (set) => queue.add(keyOf(set)), delete: (set) => queue.add(keyOf(set)) });
  const wakeOwner = (pod: Pod) => {
    const owner = controllerOf(pod);
    if (!owner || !refersTo(owner, StatefulSet)) return;
    const set = sets.get({ namespace: pod.metadata.namespace, name: owner.name });
    if (set?.metadata.uid === owner.uid) queue.add(keyOf(set));
  };
  const wakeMatching = (pod: Pod) => {
    for (const set of sets.list(pod.metadata.namespace))
      if (set.spec.selector && labelSelectorMatches(set.spec.selector, pod.metadata.labels ?? {}))
        queue.add(keyOf(set));
  };
  pods.subscribe({
    apply(pod, old) {
      if (old && controllerOf(old)?.uid !== controllerOf(pod)?.uid) wakeOwner(old);
      if (controllerOf(pod)) wakeOwner(pod);
      else wakeMatching(pod);
    },
    delete(pod) {
      if (controllerOf(pod)) wakeOwner(pod);
      // A stranger may have been in the way of a pod with its name.
      else
        for (const set of sets.list(pod.metadata.namespace))
          if (ordinalOf(pod, set) !== undefined) queue.add(keyOf(set));
    },
  });
}

class StatefulSetController {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { sets, revisions } = this.#parts;
    const set = sets.get(splitKey(key));
    if (!set) return undefined;
    const pods = await this.#pods(set, signal);
    if (set.metadata.deletionTimestamp) return undefined;
    const history = await syncRevisions(this.#environment, { owner: set, keeper: KEEPER, revisions, signal });
    const update = history.current;
    const named = history.old.find(({ metadata }) => metadata.name === set.status.currentRevision);
    const observed = { set, pods, current: named ?? update, update, nowMs: this.#environment.clock.now() };
    await this.#retainClaims(observed, signal);
    const failure = await this.#actAll(set, plan(observed), signal).then(() => undefined, asError);
    const now = { ...observed, pods: await this.#pods(set, signal), nowMs: this.#environment.clock.now() };
    const status = statusOf(now, history.collisionCount);
    await this.#writeStatus(set, status, signal);
    const used = new Set([status.currentRevision, status.updateRevision, ...now.pods.map(revisionOf)]);
    const isUsed = ({ metadata }: ControllerRevision) => used.has(metadata.name);
    await pruneRevisions(this.#environment, { owner: set, signal }, { old: history.old, isUsed });
    if (failure && !isNamespaceTerminating(failure)) throw failure;
    const { minReadySeconds } = set.spec;
    const isWaiting = Boolean(minReadySeconds) && (status.readyReplicas ?? 0) !== status.availableReplicas;
    return isWaiting ? { requeueAfterMs: minReadySeconds! * 1000 } : undefined;
  }

  async #pods(owner: StatefulSet, signal: AbortSignal): Promise<readonly Pod[]> {
    const { pods } = this.#parts;
    const { uid, namespace } = owner.metadata;
    const candidates = [
      ...pods.index("controller", uid),
      ...pods.index("controller", `orphans of ${namespace}`),
    ].filter((pod) => ordinalOf(pod, owner) !== undefined);
    const claims = claim({ owner, selector: owner.spec.selector ?? {}, candidates });
    return enactClaims(this.#environment, { owner, ownerKind: StatefulSet, kind: Pod, claims, signal });
  }

  async #actAll(set: StatefulSet, actions: readonly Action[], signal: AbortSignal): Promise<void> {
    if (set.spec.podManagementPolicy === "Parallel")
      return inParallel(actions, (action) => this.#act(set, action, signal));
    for (const action of actions) await this.#act(set, action, signal);
  }

  async #act(set: StatefulSet, action: Action, signal: AbortSignal): Promise<void> {
    switch (action.do) {
      case "create":
        return this.#create(set, action, signal);
      case "delete":
        return this.#delete(set, action.pod, signal);
      case "claim":
        return this.#makeClaims(set, action.ordinal, signal);
      case "label": {
        const { namespace, name, uid } = action.pod.metadata;
        const patch = { metadata: { uid, labels: action.labels } };
        const { client } = this.#environment;
        return this.#parts.pods.expect(await client.patch(Pod, { namespace, name }, patch, { type: "merge", signal }));
      }
      default:
        return action satisfies never;
    }
  }

  async #create(
    set: StatefulSet,
    { ordinal, revision }: { readonly ordinal: number; readonly revision: ControllerRevision },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#makeClaims(set, ordinal, signal);
    const pod = podOf(set, { ordinal, revision });
    const what = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    const created = await this.#said(set, { verb: "Create", what }, () =>
      this.#environment.client.create(Pod, pod, { signal }),
    );
    await this.#parts.pods.expect(created, signal);
  }

  async #makeClaims(set: StatefulSet, ordinal: number, signal: AbortSignal): Promise<void> {
    for (const wanted of claimsOf(set, ordinal)) {
      if (this.#parts.claims.get(wanted.metadata)) continue;
      const what = `Claim ${wanted.metadata.name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name}`;
      const created = await this.#said(set, { verb: "Create", what, success: "success" }, () =>
        this.#environment.client.create(PersistentVolumeClaim, wanted, { signal }),
      );
      await this.#parts.claims.expect(created, signal);
    }
  }

  async #delete(set: StatefulSet, pod: Pod, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    const what = `Pod ${name} in StatefulSet ${set.metadata.name}`;
    try {
      await this.#said(set, { verb: "Delete", what }, () =>
        this.#environment.client.delete(Pod, { namespace, name }, { preconditions: { uid }, signal }),
      );
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    await this.#parts.pods.expectDeleted(pod, signal);
  }

  /** Does something and says in an event how it went. */
  async #said<T>(
    set: KubeObject,
    { verb, what, success = "successful" }: { verb: "Create" | "Delete"; what: string; success?: string },
    work: () => Promise<T>,
  ): Promise<T> {
    const { events } = this.#parts;
    try {
      const result = await work();
      events.event(set, { type: "Normal", reason: `Successful${verb}`, message: `${verb} ${what} ${success}` });
      return result;
    } catch (error) {
      if (
        !isNotFound(error) &&
        !isAlreadyExists(error) &&
        !isNamespaceTerminating(error) &&
        !this.#environment.scope.signal.aborted
      ) {
        const message = `${verb} ${what} failed error: ${(error as Error).message}`;
        events.event(set, { type: "Warning", reason: `Failed${verb}`, message });
      }
      throw error;
    }
  }

  /** Sees to it that claims go with who the retention policy says. */
  async #retainClaims({ set, pods }: Observed, signal: AbortSignal): Promise<void> {
    const { claims } = this.#parts;
    const { condemned } = sortPods({ set, pods });
    for (const pod of pods) {
      for (const { metadata } of claimsOf(set, ordinalOf(pod, set)!)) {
        const known = claims.get(metadata);
        const owners = known && claimOwners(known, { set, pod, condemned: condemned.includes(pod) });
        if (!known || !owners) continue;
        const changed = { ...known, metadata: { ...known.metadata, ownerReferences: owners } };
        await claims.expect(await this.#environment.client.update(PersistentVolumeClaim, changed, { signal }), signal);
      }
    }
  }

  async #writeStatus(set: StatefulSet, status: StatefulSet["status"], signal: AbortSignal): Promise<void> {
    const { sets } = this.#parts;
    const known = sets.get(set.metadata) ?? set;
    if (jsonEqual(known.status, status)) return;
    const updated = await unlessGone(
      this.#environment.client.updateStatus(StatefulSet, { ...known, status }, { signal }),
    );
    if (updated) await sets.expect(updated);
  }
}

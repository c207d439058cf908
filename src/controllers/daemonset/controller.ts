import { jsonEqual, asError } from "../../base/index.ts";
import {
  controllerOf,
  ControllerRevision,
  DaemonSet,
  labelSelectorMatches,
  Node,
  Pod,
  unlessGone,
} from "../../api/index.ts";
import type { EventRecorder, Informer, WorkQueue } from "../../runtime/index.ts";
import { Backoff } from "../common/backoff.ts";
import { inParallel, slowStart } from "../common/batch.ts";
import { claim, enactClaims } from "../common/claim.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating, type PodControl, podControl } from "../common/pods.ts";
import { pruneRevisions, type RevisionKeeper, syncRevisions } from "../common/revisions.ts";
import { type Observed, type Plan, plan, planUpdate, statusOf } from "./plan.ts";
import { daemonPod, HASH_LABEL, nodeNameOf } from "./pod.ts";

const KEEPER: RevisionKeeper<DaemonSet> = { kind: DaemonSet, hashLabel: HASH_LABEL };
const FAILED_POD_BACKOFF = { firstMs: 1000, maxMs: 15 * 60_000 };

/** Keeps a pod of each DaemonSet on every node that it is for. */
export async function startDaemonSetController(environment: ControllerEnvironment): Promise<void> {
  const { informers, options } = environment;
  const parts: Parts = {
    sets: informers.for(DaemonSet),
    pods: informers.for(Pod),
    nodes: informers.for(Node),
    revisions: informers.for(ControllerRevision),
    events: environment.recorder("daemonset-controller"),
  };
  const { sets, pods, nodes, revisions } = parts;
  pods.addIndex("controller", (pod) => [controllerOf(pod)?.uid ?? `orphans of ${pod.metadata.namespace}`]);
  const controller = new DaemonSetController(environment, parts);
  const queue = reconcileKeys(environment, {
    name: "daemonset",
    workers: options.concurrentDaemonsetSyncs ?? 2,
    synced: [sets.synced, pods.synced, nodes.synced, revisions.synced],
    backoff: { baseMs: 1000, maxMs: 15 * 60_000 },
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  watch(queue, parts);
}

interface Parts {
  readonly sets: Informer<DaemonSet>;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly revisions: Informer<ControllerRevision>;
  readonly events: EventRecorder;
}

function watch(queue: WorkQueue<string>, { sets, pods, nodes, revisions }: Parts): void {
  sets.subscribe({ apply: (set) => queue.add(keyOf(set)), delete: (set) => queue.add(keyOf(set)) });
  const wakeAll = () => {
    for (const set of sets.list()) queue.add(keyOf(set));
  };
  nodes.subscribe({
    apply: (node, old) => {
      if (!old || !jsonEqual(placeView(node), placeView(old))) wakeAll();
    },
    delete: wakeAll,
  });
  const wakeOwner = (object: Pod | ControllerRevision) => {
    const owner = controllerOf(object);
    if (!owner || !refersTo(owner, DaemonSet)) return;
    const set = sets.get({ namespace: object.metadata.namespace, name: owner.name });
    if (set?.metadata.uid === owner.uid) queue.add(keyOf(set));
  };
  pods.subscribe({
    apply(pod, old) {
      if (old && controllerOf(old)?.uid !== controllerOf(pod)?.uid) wakeOwner(old);
      if (controllerOf(pod)) return wakeOwner(pod);
      if (pod.metadata.deletionTimestamp) return;
      for (const set of sets.list(pod.metadata.namespace))
        if (set.spec.selector && labelSelectorMatches(set.spec.selector, pod.metadata.labels ?? {}))
          queue.add(keyOf(set));
    },
    delete: wakeOwner,
  });
  revisions.subscribe({ apply: () => {}, delete: wakeOwner });
}

/** What decides whether a node gets a pod. */
function placeView({ metadata, spec }: Node): unknown {
  return [metadata.labels, spec.taints, spec.unschedulable];
}

class DaemonSetController {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;
  readonly #control: PodControl;
  readonly #backoff = new Backoff(FAILED_POD_BACKOFF);

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
    this.#control = podControl(environment, parts);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { sets, revisions, events } = this.#parts;
    const set = sets.get(splitKey(key));
    if (!set || set.metadata.deletionTimestamp) return undefined;
    if (selectsAll(set)) {
      const message = "This daemon set is selecting all pods. A non-empty selector is required.";
      events.event(set, { type: "Warning", reason: "SelectingAll", message });
      return undefined;
    }
    const history = await syncRevisions(this.#environment, { owner: set, keeper: KEEPER, revisions, signal });
    const hash = history.current.metadata.labels?.[HASH_LABEL] ?? "";
    const failure = await this.#sync(set, hash, signal).then(() => undefined, asError);
    const pods = await this.#pods(set, signal);
    const isUsed = ({ metadata }: ControllerRevision) =>
      pods.some((pod) => pod.metadata.labels?.[HASH_LABEL] === metadata.labels?.[HASH_LABEL]);
    if (!failure) await pruneRevisions(this.#environment, { owner: set, signal }, { old: history.old, isUsed });
    const status = await this.#writeStatus(set, { hash, pods, collisionCount: history.collisionCount }, signal);
    if (failure && !isNamespaceTerminating(failure)) throw failure;
    return this.#nextLook(set, status, pods);
  }

  /** When pods become available, or failed ones may be replaced. */
  #nextLook(
    { spec: { minReadySeconds }, metadata: { uid } }: DaemonSet,
    { numberReady, numberAvailable }: DaemonSet["status"],
    pods: readonly Pod[],
  ): { requeueAfterMs?: number } | undefined {
    const nowMs = this.#environment.clock.now();
    const waits = pods
      .filter((pod) => pod.status.phase === "Failed" && !pod.metadata.deletionTimestamp)
      .map((pod) => this.#backoff.remainingMs(`${uid}/${nodeNameOf(pod)}`, nowMs))
      .filter((waitMs) => waitMs > 0);
    if (minReadySeconds && numberReady !== (numberAvailable ?? 0)) waits.push(minReadySeconds * 1000);
    return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : undefined;
  }

  async #observe(set: DaemonSet, hash: string, signal: AbortSignal): Promise<Observed> {
    const nowMs = this.#environment.clock.now();
    return {
      set,
      hash,
      nowMs,
      nodes: this.#parts.nodes.list(),
      pods: await this.#pods(set, signal),
      isHeldBack: (nodeName) => this.#backoff.remainingMs(`${set.metadata.uid}/${nodeName}`, nowMs) > 0,
    };
  }

  async #sync(set: DaemonSet, hash: string, signal: AbortSignal): Promise<void> {
    const first = plan(await this.#observe(set, hash, signal));
    this.#sayEnded(set, first);
    await this.#act(set, { ...first, hash }, signal);
    if (set.spec.updateStrategy?.type === "OnDelete") return;
    await this.#act(set, { ...planUpdate(await this.#observe(set, hash, signal)), hash }, signal);
  }

  #sayEnded(set: DaemonSet, { ended }: Plan): void {
    for (const { pod, nodeName, failed } of ended) {
      const where = `${pod.metadata.namespace}/${pod.metadata.name} on node ${nodeName}`;
      if (failed) this.#backoff.failed(`${set.metadata.uid}/${nodeName}`, this.#environment.clock.now());
      this.#parts.events.event(
        set,
        failed
          ? {
              type: "Warning",
              reason: "FailedDaemonPod",
              message: `Found failed daemon pod ${where}, will try to kill it`,
            }
          : {
              type: "Normal",
              reason: "SucceededDaemonPod",
              message: `Found succeeded daemon pod ${where}, will try to delete it`,
            },
      );
    }
  }

  async #act(
    set: DaemonSet,
    { create, remove, hash }: Pick<Plan, "create" | "remove"> & { hash: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { error } = await slowStart(create.length, async (index) => {
      await this.#control.create(set, daemonPod(set, { nodeName: create[index]!, hash }), signal);
    });
    await inParallel(remove, (pod) => this.#control.delete(set, pod, signal));
    if (error) throw error;
  }

  async #pods(owner: DaemonSet, signal: AbortSignal): Promise<readonly Pod[]> {
    const { pods } = this.#parts;
    const { uid, namespace } = owner.metadata;
    const candidates = [...pods.index("controller", uid), ...pods.index("controller", `orphans of ${namespace}`)];
    const claims = claim({ owner, selector: owner.spec.selector ?? {}, candidates });
    return enactClaims(this.#environment, { owner, ownerKind: DaemonSet, kind: Pod, claims, signal });
  }

  async #writeStatus(
    set: DaemonSet,
    { hash, pods, collisionCount }: { hash: string; pods: readonly Pod[]; collisionCount: number | undefined },
    signal: AbortSignal,
  ): Promise<DaemonSet["status"]> {
    const { sets, nodes } = this.#parts;
    const known = sets.get(set.metadata) ?? set;
    const counted = { set: known, hash, pods, nodes: nodes.list(), nowMs: this.#environment.clock.now() };
    // What was seen and done belongs to the generation that was read at first.
    const observedGeneration = set.metadata.generation;
    const status = {
      ...statusOf(counted),
      observedGeneration,
      ...(collisionCount !== undefined && { collisionCount }),
    } as DaemonSet["status"];
    if (jsonEqual(known.status, status)) return status;
    const updated = await unlessGone(
      this.#environment.client.updateStatus(DaemonSet, { ...known, status }, { signal }),
    );
    if (updated) await sets.expect(updated);
    return status;
  }
}

function selectsAll({ spec: { selector } }: DaemonSet): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && !selector?.matchExpressions?.length;
}

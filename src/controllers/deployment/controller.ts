import { own, jsonEqual } from "../../base/index.ts";
import {
  controllerOf,
  Deployment,
  isAlreadyExists,
  labelSelectorMatches,
  Pod,
  ReplicaSet,
  unlessGone,
} from "../../api/index.ts";
import type { EventRecorder, Informer, WorkQueue } from "../../runtime/index.ts";
import { claim, enactClaims } from "../common/claim.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, refersTo, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { type Action, plan } from "./plan.ts";
import { runsTemplate } from "./revision.ts";
import { condition, hasDeadline, withCondition } from "./status.ts";
import { replicasOf } from "./size.ts";

interface Parts {
  readonly deployments: Informer<Deployment>;
  readonly sets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
  readonly events: EventRecorder;
}

/** Moves Deployments from one template to the next through ReplicaSets. */
export async function startDeploymentController(environment: ControllerEnvironment): Promise<void> {
  const deployments = environment.informers.for(Deployment);
  const sets = environment.informers.for(ReplicaSet);
  const pods = environment.informers.for(Pod);
  pods.addIndex("controller", (pod) => [controllerOf(pod)?.uid ?? `orphans of ${pod.metadata.namespace}`]);
  const events = environment.recorder("deployment-controller");
  const controller = new DeploymentController(environment, { deployments, sets, pods, events });
  const queue = reconcileKeys(environment, {
    name: "deployment",
    workers: environment.options.concurrentDeploymentSyncs ?? 5,
    synced: [deployments.synced, sets.synced, pods.synced],
    reconcile: (key, signal) => controller.reconcile(key, signal),
  });
  watch(queue, { deployments, sets, pods, events });
}

function watch(queue: WorkQueue<string>, { deployments, sets, pods }: Parts): void {
  const wake = (deployment: Deployment) => queue.add(keyOf(deployment));
  deployments.subscribe({ apply: wake, delete: wake });
  const wakeOwner = (set: ReplicaSet) => {
    const owner = controllerOf(set);
    if (!owner || !refersTo(owner, Deployment)) return;
    const deployment = deployments.get({ namespace: set.metadata.namespace, name: owner.name });
    if (deployment?.metadata.uid === owner.uid) wake(deployment);
  };
  sets.subscribe({
    apply(set, old) {
      if (old && controllerOf(old)?.uid !== controllerOf(set)?.uid) wakeOwner(old);
      if (controllerOf(set)) return wakeOwner(set);
      for (const deployment of deployments.list(set.metadata.namespace)) {
        const { selector } = deployment.spec;
        if (selector && labelSelectorMatches(selector, set.metadata.labels ?? {})) wake(deployment);
      }
    },
    delete: wakeOwner,
  });
  // Only Recreate waits for pods to go.
  const wakeFromPod = (pod: Pod) => {
    const owner = controllerOf(pod);
    if (!owner || !refersTo(owner, ReplicaSet)) return;
    const set = sets.get({ namespace: pod.metadata.namespace, name: owner.name });
    if (set) wakeOwner(set);
  };
  const ended = (pod: Pod) => pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
  pods.subscribe({ apply: (pod) => ended(pod) && wakeFromPod(pod), delete: wakeFromPod });
}

class DeploymentController {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { deployments, pods, events } = this.#parts;
    const deployment = deployments.get(splitKey(key));
    if (!deployment) return undefined;
    if (selectsEverything(deployment)) {
      const message = "This deployment is selecting all pods. A non-empty selector is required.";
      events.event(deployment, { type: "Warning", reason: "SelectingAll", message });
      const { generation: observedGeneration } = deployment.metadata;
      await this.#write(
        deployment,
        { status: { ...deployment.status, observedGeneration } as Deployment["status"] },
        signal,
      );
      return undefined;
    }
    const sets = await this.#claim(deployment, signal);
    const decided = plan({
      deployment,
      sets,
      pods: (set) => pods.index("controller", set.metadata.uid),
      nowMs: this.#environment.clock.now(),
    });
    for (const action of decided.actions) await this.#act(deployment, action, signal);
    if (decided.status) await this.#write(deployment, { status: decided.status, revision: decided.revision }, signal);
    return decided.requeueAfterMs === undefined ? undefined : { requeueAfterMs: decided.requeueAfterMs };
  }

  #claim(deployment: Deployment, signal: AbortSignal): Promise<readonly ReplicaSet[]> {
    const candidates = this.#parts.sets.list(deployment.metadata.namespace);
    const claims = claim({ owner: deployment, selector: deployment.spec.selector ?? {}, candidates });
    return enactClaims(this.#environment, {
      owner: deployment,
      ownerKind: Deployment,
      kind: ReplicaSet,
      claims,
      signal,
    });
  }

  async #act(deployment: Deployment, action: Action, signal: AbortSignal): Promise<void> {
    const { client } = this.#environment;
    const { sets } = this.#parts;
    switch (action.type) {
      case "create":
        return this.#create(deployment, action.set, signal);
      case "update": {
        const written = await client.update(ReplicaSet, action.set, { signal });
        if (action.from !== undefined) this.#scaled(deployment, written, action.from);
        return sets.expect(written, signal);
      }
      case "delete": {
        const { namespace, name } = action.set.metadata;
        await unlessGone(client.delete(ReplicaSet, { namespace, name }, { signal }));
        return sets.expectDeleted(action.set, signal);
      }
      default:
        return action satisfies never;
    }
  }

  #scaled(deployment: Deployment, set: ReplicaSet, from: number): void {
    const size = replicasOf(set);
    const direction = from < size ? "up" : "down";
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${size}`;
    this.#parts.events.event(deployment, { type: "Normal", reason: "ScalingReplicaSet", message });
  }

  async #create(deployment: Deployment, set: ReplicaSet, signal: AbortSignal): Promise<void> {
    try {
      const created = await this.#environment.client.create(ReplicaSet, set, { signal });
      if (replicasOf(created) > 0) this.#scaled(deployment, created, 0);
      await this.#parts.sets.expect(created, signal);
      await this.#createdStatus(deployment, created, signal);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (isAlreadyExists(error)) return this.#collided(deployment, set, signal);
      await this.#createFailed(deployment, set, error as Error, signal);
      throw error;
    }
  }

  #createdStatus(deployment: Deployment, created: ReplicaSet, signal: AbortSignal): Promise<void> {
    const revision = created.metadata.annotations?.["deployment.kubernetes.io/revision"];
    const message = `Created new replica set "${created.metadata.name}"`;
    const status = this.#progressing(deployment, { status: "True", reason: "NewReplicaSetCreated", message });
    return this.#write(deployment, { status, revision }, signal);
  }

  /** Another set has the name: ours already, or by chance, in which case the next hash is another one. */
  async #collided(deployment: Deployment, set: ReplicaSet, signal: AbortSignal): Promise<void> {
    const { namespace, name } = set.metadata;
    const found = await this.#environment.client.get(ReplicaSet, { namespace, name }, { signal });
    if (controllerOf(found)?.uid === deployment.metadata.uid && runsTemplate(deployment, found))
      return this.#parts.sets.expect(found, signal);
    const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
    await this.#write(deployment, { status: { ...deployment.status, collisionCount } as Deployment["status"] }, signal);
  }

  async #createFailed(deployment: Deployment, set: ReplicaSet, error: Error, signal: AbortSignal): Promise<void> {
    const reason = "ReplicaSetCreateError";
    const message = `Failed to create new replica set "${set.metadata.name}": ${error.message}`;
    const status = this.#progressing(deployment, { status: "False", reason, message });
    await this.#write(deployment, { status }, signal);
    this.#parts.events.event(deployment, { type: "Warning", reason, message });
  }

  #progressing(
    deployment: Deployment,
    fields: { readonly status: string; readonly reason: string; readonly message: string },
  ): Deployment["status"] {
    if (!hasDeadline(deployment)) return deployment.status;
    return withCondition(
      deployment.status,
      condition(this.#environment.clock.now(), { type: "Progressing", ...fields }),
    );
  }

  async #write(
    deployment: Deployment,
    { status, revision }: { readonly status: Deployment["status"]; readonly revision?: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const { annotations } = deployment.metadata;
    const key = "deployment.kubernetes.io/revision";
    const sameRevision = revision === undefined || own(annotations, key) === revision;
    if (sameRevision && jsonEqual(deployment.status, status)) return;
    const metadata = sameRevision
      ? deployment.metadata
      : { ...deployment.metadata, annotations: { ...annotations, [key]: revision } };
    const next = { ...deployment, metadata, status };
    await this.#parts.deployments.expect(
      await this.#environment.client.updateStatus(Deployment, next, { signal }),
      signal,
    );
  }
}

function selectsEverything({ spec }: Deployment): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

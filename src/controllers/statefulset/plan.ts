import {
  type ControllerRevision,
  isPodAvailable,
  isPodReady,
  type Pod,
  scaledValue,
  type StatefulSet,
} from "../../api/index.ts";
import { missingLabels, ordinalOf, revisionOf } from "./pod.ts";

export interface Observed {
  readonly set: StatefulSet;
  /** Pods that are the set's, in any phase. */
  readonly pods: readonly Pod[];
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly nowMs: number;
}

/** One thing to do; done in order, the first failure ends it. */
export type Action =
  | { readonly do: "create"; readonly ordinal: number; readonly revision: ControllerRevision }
  | { readonly do: "delete"; readonly pod: Pod }
  /** Makes claims that went missing before the pod could use them. */
  | { readonly do: "claim"; readonly ordinal: number }
  | { readonly do: "label"; readonly pod: Pod; readonly labels: Readonly<Record<string, string>> };

interface Sorted {
  /** By ordinal from the set's first; undefined where a pod is missing. */
  readonly replicas: readonly (Pod | undefined)[];
  readonly first: number;
  /** Pods beyond the wanted number, highest ordinal first. */
  readonly condemned: readonly Pod[];
}

/** What to do now for one StatefulSet, given everything observed about it. */
export function plan(observed: Observed): readonly Action[] {
  const { set } = observed;
  if (set.metadata.deletionTimestamp) return [];
  const sorted = sortPods(observed);
  const scaling = planReplicas(observed, sorted);
  if (scaling.blocked) return scaling.actions;
  const shrinking = planCondemned(observed, sorted);
  const actions = [...scaling.actions, ...shrinking.actions];
  if (shrinking.blocked || set.spec.updateStrategy?.type === "OnDelete") return actions;
  return [...actions, ...planUpdate(observed, sorted)];
}

/** Sorts the pods by what the set wants of them. */
export function sortPods({ set, pods }: Pick<Observed, "set" | "pods">): Sorted {
  const first = set.spec.ordinals?.start ?? 0;
  const replicas = new Array<Pod | undefined>(set.spec.replicas ?? 1).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const index = (ordinalOf(pod, set) ?? -1) - first;
    if (index >= 0 && index < replicas.length) replicas[index] = pod;
    else if (ordinalOf(pod, set) !== undefined) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(b, set)! - ordinalOf(a, set)!);
  return { replicas, first, condemned };
}

/** Whether pods come and go one after the other. */
function isOrdered({ spec }: StatefulSet): boolean {
  return spec.podManagementPolicy !== "Parallel";
}

interface Part {
  readonly actions: readonly Action[];
  /** Something has to settle before anything further is done. */
  readonly blocked: boolean;
}

function planReplicas(observed: Observed, { replicas, first }: Sorted): Part {
  const { set } = observed;
  const ordered = isOrdered(set);
  const actions: Action[] = [];
  for (const [index, pod] of replicas.entries()) {
    const ordinal = first + index;
    if (!pod) {
      actions.push({ do: "create", ordinal, revision: revisionFor(observed, ordinal) });
      if (ordered) return { actions, blocked: true };
      continue;
    }
    if (pod.status.phase === "Failed" || pod.status.phase === "Succeeded") {
      // Its successor has the same name, and comes once this one is gone.
      if (!pod.metadata.deletionTimestamp) actions.push({ do: "delete", pod });
      return { actions, blocked: true };
    }
    if (pod.status.phase === "Pending" && set.spec.volumeClaimTemplates?.length) actions.push({ do: "claim", ordinal });
    if (ordered && (pod.metadata.deletionTimestamp || !isAvailable(pod, observed))) return { actions, blocked: true };
    const labels = missingLabels(pod, ordinal);
    if (labels) actions.push({ do: "label", pod, labels });
  }
  return { actions, blocked: false };
}

/** Below the partition pods stay with the revision that the set had before. */
function revisionFor({ set, current, update }: Observed, ordinal: number): ControllerRevision {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === "OnDelete") return update;
  const first = set.spec.ordinals?.start ?? 0;
  const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : (set.status.currentReplicas ?? 0);
  return ordinal < first + kept ? current : update;
}

function planCondemned(observed: Observed, { replicas, condemned }: Sorted): Part {
  const ordered = isOrdered(observed.set);
  // The lowest pod that isn't well may go before its turn: nobody waits for it.
  const lowestUnwell = [...replicas, ...condemned.toReversed()].find((pod) => !pod || !isHealthy(pod));
  const actions: Action[] = [];
  for (const pod of condemned) {
    if (pod.metadata.deletionTimestamp) {
      if (ordered) return { actions, blocked: true };
      continue;
    }
    if (ordered && !isAvailable(pod, observed) && pod !== lowestUnwell) return { actions, blocked: true };
    actions.push({ do: "delete", pod });
    if (ordered) return { actions, blocked: true };
  }
  return { actions, blocked: false };
}

/** Pods of another revision go, highest ordinal first, while few enough are unavailable. */
function planUpdate(observed: Observed, { replicas }: Sorted): readonly Action[] {
  const { set, update } = observed;
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const limit = Math.max(1, scaledValue(maxUnavailable, set.spec.replicas ?? 1, "down") ?? 1);
  const unavailable = replicas.filter(
    (pod) => !pod || pod.metadata.deletionTimestamp || !isAvailable(pod, observed),
  ).length;
  const outdated = replicas
    .slice(partition)
    .filter((pod) => pod !== undefined)
    .filter((pod) => revisionOf(pod) !== update.metadata.name && !pod.metadata.deletionTimestamp)
    .toReversed();
  return outdated.slice(0, Math.max(0, limit - unavailable)).map((pod) => ({ do: "delete", pod }));
}

function isRunningAndReady(pod: Pod): boolean {
  return pod.status.phase === "Running" && isPodReady(pod);
}

function isHealthy(pod: Pod): boolean {
  return isRunningAndReady(pod) && !pod.metadata.deletionTimestamp;
}

function isAvailable(pod: Pod, { set, nowMs }: Pick<Observed, "set" | "nowMs">): boolean {
  return isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs);
}

/** The status to write. */
export function statusOf(observed: Observed, collisionCount: number | undefined): StatefulSet["status"] {
  const { set, pods, current, update } = observed;
  const count = (test: (pod: Pod) => boolean) => pods.reduce((sum, pod) => sum + (test(pod) ? 1 : 0), 0);
  const ofRevision = ({ metadata }: ControllerRevision) =>
    count((pod) => !pod.metadata.deletionTimestamp && revisionOf(pod) === metadata.name);
  const ready = count(isRunningAndReady);
  const updated = ofRevision(update);
  const wanted = Math.max(pods.length, set.spec.replicas ?? 1);
  // A rolling update is over once every pod is there, of the new revision, and serves.
  const isComplete = set.spec.updateStrategy?.type !== "OnDelete" && updated === wanted && ready === wanted;
  const currentReplicas = isComplete ? updated : ofRevision(current);
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    ...(ready > 0 && { readyReplicas: ready }),
    ...(currentReplicas > 0 && { currentReplicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    currentRevision: (isComplete ? update : current).metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: collisionCount ?? 0,
    availableReplicas: count((pod) => isAvailable(pod, observed)),
    ...(set.status.conditions && { conditions: set.status.conditions }),
  } as StatefulSet["status"];
}

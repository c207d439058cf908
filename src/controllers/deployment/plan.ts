import { conditionOf, type Deployment, type Pod, type ReplicaSet } from "../../api/index.ts";
import { own } from "../../base/index.ts";
import {
  byCreation,
  currentAnnotations,
  DESIRED,
  MAX,
  newSet,
  nextRevision,
  REVISION,
  revisionOf,
  sizeAnnotations,
  splitSets,
} from "./revision.ts";
import { isRolling, maxSurge, maxUnavailable, newSetReplicas, replicasOf, sum } from "./size.ts";
import {
  condition,
  countStatus,
  hasDeadline,
  isComplete,
  rolloutStatus,
  stuckCheckMs,
  withCondition,
} from "./status.ts";

export interface Observed {
  readonly deployment: Deployment;
  /** Its own sets. */
  readonly sets: readonly ReplicaSet[];
  /** Pods of these sets, by the set's uid. */
  readonly pods: (set: ReplicaSet) => readonly Pod[];
  readonly nowMs: number;
}

export type Action =
  | { readonly type: "create"; readonly set: ReplicaSet }
  /** Write the set as given; `from` its size before, when that changes. */
  | { readonly type: "update"; readonly set: ReplicaSet; readonly from?: number }
  | { readonly type: "delete"; readonly set: ReplicaSet };

export interface Plan {
  readonly actions: readonly Action[];
  readonly status?: Deployment["status"];
  /** The deployment's revision annotation, when it must change; written along with the status. */
  readonly revision?: string;
  readonly requeueAfterMs?: number;
}

/** What to do now for one Deployment. A step that changes sets ends there: their change brings the next step. */
export function plan(observed: Observed): Plan {
  const { deployment, nowMs } = observed;
  if (deployment.metadata.deletionTimestamp) return statusOnly(observed);
  const paused = pauseStatus(deployment, nowMs);
  if (paused) return { actions: [], status: paused };
  const revision = syncRevision(observed);
  if (revision) return revision;
  if (deployment.spec.paused) return whilePaused(observed);
  if (wasResized(observed)) return { ...statusOnly(observed), ...resized(observed) };
  return isRolling(deployment) ? roll(observed) : recreate(observed);
}

function parts({ deployment, sets, nowMs }: Observed) {
  return { ...splitSets(deployment, sets), deployment, sets, nowMs };
}

function statusOnly(observed: Observed): Plan {
  return { actions: [], status: countStatus(parts(observed)) };
}

/** The status that says that the deployment has just been paused or resumed. */
function pauseStatus(deployment: Deployment, nowMs: number): Deployment["status"] | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const before = conditionOf(deployment.status.conditions, "Progressing");
  if (before?.reason === "ProgressDeadlineExceeded") return undefined;
  const known = before?.reason === "DeploymentPaused";
  const paused = deployment.spec.paused ?? false;
  if (paused === known) return undefined;
  const [reason, message] = paused
    ? ["DeploymentPaused", "Deployment is paused"]
    : ["DeploymentResumed", "Deployment is resumed"];
  return withCondition(
    deployment.status,
    condition(nowMs, { type: "Progressing", status: "Unknown", reason: reason!, message: message! }),
  );
}

/** Gives the present template's set its revision and annotations, and the deployment the same revision. */
function syncRevision(observed: Observed): Plan | undefined {
  const { deployment, current, old, nowMs } = parts(observed);
  if (!current) return undefined;
  const annotations = currentAnnotations(deployment, current, nextRevision(old));
  const { minReadySeconds } = deployment.spec;
  const changed = Object.keys(annotations).some(
    (key) => own(annotations, key) !== own(current.metadata.annotations, key),
  );
  if (changed || (current.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)) {
    const spec = { ...current.spec, minReadySeconds: minReadySeconds ?? 0 };
    return { actions: [{ type: "update", set: { ...current, metadata: { ...current.metadata, annotations }, spec } }] };
  }
  const revision = annotations[REVISION]!;
  const found = hasDeadline(deployment) && !conditionOf(deployment.status.conditions, "Progressing");
  if (deployment.metadata.annotations?.[REVISION] === revision && !found) return undefined;
  const message = `Found new replica set "${current.metadata.name}"`;
  const next = condition(nowMs, { type: "Progressing", status: "True", reason: "FoundNewReplicaSet", message });
  return { actions: [], revision, status: found ? withCondition(deployment.status, next) : deployment.status };
}

function whilePaused(observed: Observed): Plan {
  const { actions, sets } = scaleAll(observed);
  const cleanups = cleanup({ ...observed, sets });
  return { actions: [...actions, ...cleanups], status: countStatus(parts({ ...observed, sets })) };
}

/** Whether spec.replicas has changed since the sets were last sized. */
function wasResized({ deployment, sets }: Observed): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED];
    return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== replicasOf(deployment);
  });
}

function resized(observed: Observed): Plan {
  const { actions, sets } = scaleAll(observed);
  return { actions, status: countStatus(parts({ ...observed, sets })) };
}

interface Scaled {
  readonly actions: readonly Action[];
  /** All sets with their sizes afterwards. */
  readonly sets: readonly ReplicaSet[];
}

/** Gives sets new sizes. */
function resize(observed: Observed, sizes: ReadonlyMap<ReplicaSet, number>): Scaled {
  const annotations = sizeAnnotations(observed.deployment);
  const actions: Action[] = [];
  const sets = observed.sets.map((set) => {
    const size = sizes.get(set);
    if (size === undefined) return set;
    const known = set.metadata.annotations ?? {};
    const from = replicasOf(set);
    if (size === from && known[DESIRED] === annotations[DESIRED] && known[MAX] === annotations[MAX]) return set;
    const metadata = { ...set.metadata, annotations: { ...known, ...annotations } };
    const next: ReplicaSet = { ...set, metadata, spec: { ...set.spec, replicas: size } };
    actions.push({ type: "update", set: next, ...(size !== from && { from }) });
    return next;
  });
  return { actions, sets };
}

/** Only when the size changes; annotations alone are no reason to write. */
function resizeChanged(observed: Observed, sizes: ReadonlyMap<ReplicaSet, number>): Scaled {
  return resize(observed, new Map([...sizes].filter(([set, size]) => size !== replicasOf(set))));
}

/** Spreads a change of spec.replicas over the sets, in proportion to their sizes. */
function scaleAll(observed: Observed): Scaled {
  const { deployment, current, old } = parts(observed);
  const active = observed.sets.filter((set) => replicasOf(set) > 0);
  const wanted = replicasOf(deployment);
  const only = active.length === 1 ? active[0] : active.length === 0 ? (current ?? newest(old)) : undefined;
  if (only || active.length === 0)
    return only ? resizeChanged(observed, new Map([[only, wanted]])) : { actions: [], sets: observed.sets };
  if (current && isSaturated(deployment, current))
    return resizeChanged(observed, new Map(active.filter((set) => set !== current).map((set) => [set, 0])));
  return isRolling(deployment)
    ? resize(observed, proportionalSizes(deployment, active))
    : { actions: [], sets: observed.sets };
}

function newest(sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byCreation).at(-1);
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  return (
    replicasOf(set) === wanted &&
    Number(set.metadata.annotations?.[DESIRED] ?? Number.NaN) === wanted &&
    (set.status.availableReplicas ?? 0) === wanted
  );
}

function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const wanted = replicasOf(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - sum(active, replicasOf);
  // Larger sets first; between equals newer ones grow first and older ones shrink first.
  const age = toAdd > 0 ? (a: ReplicaSet, b: ReplicaSet) => byCreation(b, a) : byCreation;
  const order = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || age(a, b));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of order) {
    const share = toAdd === 0 || toAdd === added ? 0 : proportion(deployment, set, toAdd - added);
    sizes.set(set, replicasOf(set) + share);
    added += share;
  }
  const first = order[0]!;
  sizes.set(first, Math.max(0, sizes.get(first)! + toAdd - added));
  return sizes;
}

function proportion(deployment: Deployment, set: ReplicaSet, left: number): number {
  const wanted = replicasOf(deployment);
  const size = replicasOf(set);
  if (size === 0) return 0;
  const before = Number(set.metadata.annotations?.[MAX] ?? 0) || deployment.status.replicas || size;
  const share = wanted === 0 ? -size : roundHalfAway((size * (wanted + maxSurge(deployment))) / before) - size;
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

function roundHalfAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

function rolled(observed: Observed, { actions, sets }: Scaled): Plan {
  const rollout = parts({ ...observed, sets });
  const status = rolloutStatus(rollout);
  const requeueAfterMs = stuckCheckMs(observed.deployment, status, observed.nowMs);
  return { actions, status, ...(requeueAfterMs !== undefined && { requeueAfterMs }) };
}

function finish(observed: Observed): Plan {
  const actions = isComplete(observed.deployment, observed.deployment.status) ? cleanup(observed) : [];
  return rolled(observed, { actions, sets: observed.sets });
}

function roll(observed: Observed): Plan {
  const { deployment, current, old } = parts(observed);
  if (!current) return { actions: [{ type: "create", set: newSet(deployment, old) }] };
  const size = replicasOf(current);
  const wanted = replicasOf(deployment);
  const next = size > wanted ? wanted : size < wanted ? newSetReplicas(deployment, observed.sets, current) : size;
  if (next !== size) return rolled(observed, resizeChanged(observed, new Map([[current, next]])));
  const shrunk = resizeChanged(observed, shrinkOld(observed));
  return shrunk.actions.length > 0 ? rolled(observed, shrunk) : finish(observed);
}

/** Takes away old pods: first those that don't work anyway, then as many as availability allows. */
function shrinkOld(observed: Observed): Map<ReplicaSet, number> {
  const { deployment, current, old, sets } = parts(observed);
  const sizes = new Map<ReplicaSet, number>();
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment);
  const missingNew = current ? replicasOf(current) - (current.status.availableReplicas ?? 0) : 0;
  const removable = sum(sets, replicasOf) - minAvailable - missingNew;
  if (removable <= 0 || sum(old, replicasOf) === 0) return sizes;
  const order = [...old].sort(byCreation);
  let unhealthy = removable;
  for (const set of order) {
    const broken = Math.min(unhealthy, replicasOf(set) - (set.status.availableReplicas ?? 0));
    if (broken <= 0) continue;
    sizes.set(set, replicasOf(set) - broken);
    unhealthy -= broken;
  }
  // A set's status may be older than its size: no more are available than it is to have.
  let spare = sum(sets, (set) => Math.min(set.status.availableReplicas ?? 0, replicasOf(set))) - minAvailable;
  for (const set of order) {
    const size = sizes.get(set) ?? replicasOf(set);
    const less = Math.min(size, spare);
    if (less <= 0) continue;
    sizes.set(set, size - less);
    spare -= less;
  }
  return sizes;
}

function recreate(observed: Observed): Plan {
  const { deployment, current, old, sets } = parts(observed);
  const active = old.filter((set) => replicasOf(set) > 0);
  if (active.length > 0) return rolled(observed, resizeChanged(observed, new Map(active.map((set) => [set, 0]))));
  if (oldPodsRun(observed, old)) return rolled(observed, { actions: [], sets });
  if (!current) return { actions: [{ type: "create", set: newSet(deployment, old) }] };
  const scaled = resizeChanged(observed, new Map([[current, replicasOf(deployment)]]));
  return scaled.actions.length > 0 ? rolled(observed, scaled) : finish(observed);
}

function oldPodsRun({ pods }: Observed, old: readonly ReplicaSet[]): boolean {
  if (sum(old, (set) => set.status.replicas) > 0) return true;
  return old.some((set) => pods(set).some(({ status }) => status.phase !== "Failed" && status.phase !== "Succeeded"));
}

/** Old sets beyond the limit of history, oldest revisions first. */
function cleanup(observed: Observed): Action[] {
  const { deployment, old } = parts(observed);
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === 2147483647) return [];
  const alive = old.filter((set) => !set.metadata.deletionTimestamp);
  const surplus = alive.length - limit;
  if (surplus <= 0) return [];
  const order = [...alive].sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b));
  const idle = (set: ReplicaSet) =>
    set.status.replicas === 0 &&
    replicasOf(set) === 0 &&
    (set.metadata.generation ?? 0) <= (set.status.observedGeneration ?? 0);
  return order
    .slice(0, surplus)
    .filter(idle)
    .map((set) => ({ type: "delete", set }));
}

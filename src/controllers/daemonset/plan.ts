import { type DaemonSet, isPodAvailable, isPodReady, type Node, type Pod, scaledValue } from "../../api/index.ts";
import { isUpdated, nodeNameOf, wantsNode } from "./pod.ts";

export interface Observed {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  /** Pods that are the set's, in any phase. */
  readonly pods: readonly Pod[];
  /** Hash of the present template's revision. */
  readonly hash: string;
  readonly nowMs: number;
  /** Whether failed pods of a node have to wait before they are replaced. */
  readonly isHeldBack: (nodeName: string) => boolean;
}

/** What to say about a pod that ended by itself. */
export interface Ended {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly failed: boolean;
}

export interface Plan {
  /** Nodes that need a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  readonly ended: readonly Ended[];
}

/** Most pods made or deleted in one go. */
const BURST = 250;

type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** Which nodes lack their pod, and which pods are where they should not be. */
export function plan(observed: Observed): Plan {
  const { set, nodes, pods } = observed;
  if (set.metadata.deletionTimestamp) return { create: [], remove: [], ended: [] };
  const byNode = groupByNode(pods);
  const create: string[] = [];
  const remove: Pod[] = [];
  const ended: Ended[] = [];
  for (const node of nodes) {
    const own = byNode.get(node.metadata.name) ?? [];
    const { run, stay } = wantsNode(set, node);
    if (run && own.length === 0) create.push(node.metadata.name);
    else if (!stay) remove.push(...own.filter(isStaying));
    else planNode(observed, own, { nodeName: node.metadata.name, remove, ended });
  }
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  // Pods that were to go to a node that is no more would wait forever.
  remove.push(...pods.filter((pod) => !pod.spec.nodeName && isStaying(pod) && !known.has(nodeNameOf(pod))));
  return { create: create.slice(0, BURST), remove: remove.slice(0, BURST), ended };
}

function planNode(
  { set, hash, nowMs, isHeldBack }: Observed,
  pods: readonly Pod[],
  { nodeName, remove, ended }: { nodeName: string; remove: Pod[]; ended: Ended[] },
): void {
  const running: Pod[] = [];
  for (const pod of pods.filter(isStaying)) {
    const failed = pod.status.phase === "Failed";
    if (!failed && pod.status.phase !== "Succeeded") running.push(pod);
    else if (!failed || !isHeldBack(nodeName)) {
      ended.push({ pod, nodeName, failed });
      remove.push(pod);
    }
  }
  if (running.length < 2) return;
  running.sort(scheduledThenOldest);
  if (maxSurge(set, 1) === 0) remove.push(...running.slice(1));
  else remove.push(...surplusOfSurge(running, { set, hash, nowMs }));
}

/** Of an old and a new pod side by side the old one goes once the new one serves. */
function surplusOfSurge(
  running: readonly Pod[],
  { set, hash, nowMs }: { set: DaemonSet; hash: string; nowMs: number },
): readonly Pod[] {
  const fresh = running.filter((pod) => pod.metadata.labels?.["controller-revision-hash"] === hash);
  const old = running.filter((pod) => !fresh.includes(pod));
  const surplus = [...fresh.slice(1), ...old.slice(1)];
  if (hash === "" || fresh.length === 0 || old.length === 0) return surplus;
  const replaced = !isPodReady(old[0]!) || isPodAvailable(fresh[0]!, set.spec.minReadySeconds ?? 0, nowMs);
  return replaced ? [...surplus, old[0]!] : surplus;
}

/** What a rolling update does next. */
export function planUpdate(observed: Observed): Pick<Plan, "create" | "remove"> {
  const { set, nodes, pods, hash, nowMs } = observed;
  const desired = nodes.filter((node) => wantsNode(set, node).run).length;
  const surge = maxSurge(set, desired);
  const available = (pod: Pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs);
  const places = [...groupByNode(pods)].map(([nodeName, own]) => ({ nodeName, ...pairOf(own, set, hash) }));
  if (surge > 0) return surgeUpdate(places, { surge, available });
  return { create: [], remove: replaceInPlace(places, { limit: maxUnavailable(set, desired), available }) };
}

interface Place {
  readonly nodeName: string;
  readonly fresh: Pod | undefined;
  readonly old: Pod | undefined;
  /** More than one pod of a kind: the plan above sorts that out first. */
  readonly crowded: boolean;
}

function pairOf(pods: readonly Pod[], set: DaemonSet, hash: string): Omit<Place, "nodeName"> {
  const staying = pods.filter(isStaying);
  const fresh = staying.filter((pod) => isUpdated(pod, set, hash));
  const old = staying.filter((pod) => !isUpdated(pod, set, hash));
  return { fresh: fresh[0], old: old[0], crowded: fresh.length > 1 || old.length > 1 };
}

interface Limits {
  readonly available: (pod: Pod) => boolean;
}

function replaceInPlace(places: readonly Place[], { limit, available }: Limits & { limit: number }): readonly Pod[] {
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { fresh, old, crowded } of places) {
    if (crowded || (!fresh && !old)) unavailable++;
    else if (fresh) unavailable += available(fresh) ? 0 : 1;
    else if (available(old!)) candidates.push(old!);
    else {
      unavailable++;
      broken.push(old!);
    }
  }
  // Replacing what doesn't serve anyway costs nothing.
  return [...broken, ...candidates.slice(0, Math.max(0, limit - unavailable))];
}

function surgeUpdate(places: readonly Place[], { surge, available }: Limits & { surge: number }) {
  let extra = 0;
  const broken: string[] = [];
  const candidates: string[] = [];
  const remove: Pod[] = [];
  for (const { nodeName, fresh, old, crowded } of places) {
    if (crowded) extra++;
    else if (!old) continue;
    else if (!fresh) (available(old) ? candidates : broken).push(nodeName);
    else if (available(fresh)) remove.push(old);
    else extra++;
  }
  return { create: [...broken, ...candidates.slice(0, Math.max(0, surge - extra))], remove };
}

function maxSurge({ spec: { updateStrategy } }: DaemonSet, desired: number): number {
  if (updateStrategy?.type === "OnDelete") return 0;
  return scaledValue(updateStrategy?.rollingUpdate?.maxSurge ?? 0, desired, "up") ?? 0;
}

function maxUnavailable({ spec: { updateStrategy } }: DaemonSet, desired: number): number {
  const limit = scaledValue(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, "up") ?? 1;
  return limit === 0 ? 1 : limit;
}

/** The status to write. */
export function statusOf({ set, nodes, pods, hash, nowMs }: Omit<Observed, "isHeldBack">): DaemonSet["status"] {
  const byNode = groupByNode(pods);
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const [pod] = [...(byNode.get(node.metadata.name) ?? [])].sort(scheduledThenOldest);
    if (!wantsNode(set, node).run) {
      if (pod) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (!pod) continue;
    counts.current++;
    if (isPodReady(pod)) counts.ready++;
    if (isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)) counts.available++;
    if (isUpdated(pod, set, hash)) counts.updated++;
  }
  const unavailable = counts.desired - counts.available;
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    observedGeneration: set.metadata.generation,
    ...(counts.updated > 0 && { updatedNumberScheduled: counts.updated }),
    ...(counts.available > 0 && { numberAvailable: counts.available }),
    ...(unavailable > 0 && { numberUnavailable: unavailable }),
    ...(set.status.collisionCount !== undefined && { collisionCount: set.status.collisionCount }),
    ...(set.status.conditions && { conditions: set.status.conditions }),
  } as DaemonSet["status"];
}

function groupByNode(pods: readonly Pod[]): PodsByNode {
  return Map.groupBy(
    pods.filter((pod) => nodeNameOf(pod) !== ""),
    nodeNameOf,
  );
}

function isStaying({ metadata }: Pod): boolean {
  return !metadata.deletionTimestamp;
}

function scheduledThenOldest(a: Pod, b: Pod): number {
  if (Boolean(a.spec.nodeName) !== Boolean(b.spec.nodeName)) return a.spec.nodeName ? -1 : 1;
  const [left, right] = [a.metadata, b.metadata];
  if (left.creationTimestamp !== right.creationTimestamp)
    return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

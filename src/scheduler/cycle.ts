import type { Random } from "../base/index.ts";
import type { Pod } from "../api/index.ts";
import { type Decision, type NodeRejection, scoreTable } from "./decision.ts";
import type { Notes, Plugin, Preparation, Rejection, Snapshot } from "./framework.ts";
import type { NodeInfo } from "./node-info.ts";

/** What it takes to look at one node. */
export interface SearchInput {
  readonly pod: Pod;
  readonly snapshot: Snapshot;
  /** Pods that wait for room on a node that was made for them. */
  readonly nominated?: (nodeName: string) => readonly Pod[];
}

export interface CycleInput extends SearchInput {
  readonly plugins: readonly Plugin[];
  readonly random: Random;
  /** Where to begin in the node list, so that all nodes get their turn. */
  readonly startIndex?: number;
  /** How many in a hundred nodes must fit before the search ends; 0 or absent adapts to their number. */
  readonly percentageOfNodesToScore?: number;
}

/** A plugin with what it found out about the pod. */
export interface Prepared extends Preparation {
  readonly plugin: Plugin;
}

/** A decision and what led to it, for those who act on it. */
export interface Cycle {
  readonly decision: Decision;
  readonly prepared: readonly Prepared[];
  /** Where the next cycle begins. */
  readonly nextIndex: number;
}

/** Below this many nodes all are looked at; above, enough feasible ones end the search. */
const NODES_ALWAYS_SEARCHED = 100;

/** Decides where a pod goes. Pure: the same input gives the same decision. */
export function cycle(input: CycleInput): Cycle {
  const { pod, snapshot, plugins, random, startIndex = 0 } = input;
  const nodeCount = snapshot.nodes.length;
  const prepared: Prepared[] = [];
  for (const plugin of plugins) {
    const preparation = plugin.prepare?.(pod, snapshot) ?? {};
    prepared.push({ ...preparation, plugin });
    if (!preparation.reject) continue;
    const rejectedAll = { plugin: plugin.name, ...preparation.reject };
    const decision = { nodeName: undefined, rejectedAll, rejections: [], scores: undefined, nodeCount };
    return { decision, prepared, nextIndex: startIndex };
  }
  const { feasible, rejections, looked } = filterNodes(input, prepared);
  const nextIndex = nodeCount === 0 ? 0 : (startIndex + looked) % nodeCount;
  const scores = feasible.length > 1 ? scoreNodes(pod, feasible, prepared) : undefined;
  const nodeName = scores ? feasible[pickBest(scores.totals, random)]!.name : feasible[0]?.name;
  return { decision: { nodeName, rejections, scores, nodeCount }, prepared, nextIndex };
}

interface Found {
  readonly feasible: readonly NodeInfo[];
  readonly rejections: readonly NodeRejection[];
  readonly looked: number;
}

function filterNodes(input: CycleInput, prepared: readonly Prepared[]): Found {
  const { pod, snapshot, startIndex = 0 } = input;
  const nominatedNode = pod.status.nominatedNodeName ? snapshot.node(pod.status.nominatedNodeName) : undefined;
  // Room was made, or asked for, on this node: no need to look further when it fits.
  if (nominatedNode && !whyNot(input, nominatedNode, prepared))
    return { feasible: [nominatedNode], rejections: [], looked: 0 };
  const count = snapshot.nodes.length;
  const enough = feasibleNodesWanted(count, input.percentageOfNodesToScore ?? 0);
  const narrowing = prepared.filter((one) => one.onlyNodes);
  const excluded = {
    reasons: [`node(s) didn't satisfy plugin(s) [${narrowing.map(({ plugin }) => plugin.name).join(" ")}]`],
    resolvable: false,
    plugin: narrowing[0]?.plugin.name ?? "",
  };
  const feasible: NodeInfo[] = [];
  const rejections: NodeRejection[] = [];
  let looked = 0;
  for (; looked < count && feasible.length < enough; looked++) {
    const node = snapshot.nodes[(startIndex + looked) % count]!;
    const rejection = narrowing.every(({ onlyNodes }) => onlyNodes!.has(node.name))
      ? whyNot(input, node, prepared)
      : { ...excluded, node: node.name };
    if (rejection) rejections.push(rejection);
    else feasible.push(node);
  }
  return { feasible, rejections, looked };
}

/** The share of nodes worth scoring falls with their number: 50 % at 100 nodes, never under 5 % or 100 nodes. */
export function feasibleNodesWanted(nodeCount: number, percentage = 0): number {
  if (nodeCount < NODES_ALWAYS_SEARCHED || percentage >= 100) return nodeCount;
  const percent = percentage > 0 ? percentage : Math.max(5, 50 - Math.floor(nodeCount / 125));
  return Math.max(NODES_ALWAYS_SEARCHED, Math.floor((nodeCount * percent) / 100));
}

/**
 * Why a pod doesn't fit a node. Pods that wait for room there, and matter as much, are counted as if they had come, and
 * as if they hadn't: they may go elsewhere.
 */
export function whyNot(
  { pod, nominated }: SearchInput,
  node: NodeInfo,
  prepared: readonly Prepared[],
): NodeRejection | undefined {
  const { uid } = pod.metadata;
  const others = (nominated?.(node.name) ?? []).filter(
    (other) => other.metadata.uid !== uid && priorityOf(other) >= priorityOf(pod) && !node.pods.has(other.metadata.uid),
  );
  if (others.length > 0) {
    const trial = node.clone();
    for (const other of others) movePod(prepared, pod, { other, node: trial, delta: 1 });
    const rejection = rejectionOf(pod, trial, prepared);
    for (const other of others) movePod(prepared, pod, { other, node: trial, delta: -1 });
    if (rejection) return rejection;
  }
  return rejectionOf(pod, node, prepared);
}

/** Puts a pod on a trial node in thought, or takes it away. */
export function movePod(
  prepared: readonly Prepared[],
  pod: Pod,
  { other, node, delta }: { readonly other: Pod; readonly node: NodeInfo; readonly delta: 1 | -1 },
): void {
  if (delta === 1) node.addPod(other);
  else node.removePod(other.metadata.uid);
  for (const { plugin, notes, skipFilter } of prepared)
    if (!skipFilter) plugin.move?.(notes, pod, { pod: other, node, delta });
}

/** Why a pod doesn't fit a node as it is; undefined when it does. */
export function rejectionOf(pod: Pod, node: NodeInfo, prepared: readonly Prepared[]): NodeRejection | undefined {
  for (const { plugin, notes, skipFilter } of prepared) {
    if (skipFilter) continue;
    const rejection: Rejection | undefined = plugin.filter?.(pod, node, notes as Notes);
    if (rejection) return { node: node.name, plugin: plugin.name, ...rejection };
  }
  return undefined;
}

function scoreNodes(pod: Pod, nodes: readonly NodeInfo[], prepared: readonly Prepared[]) {
  const table = scoreTable(nodes.map(({ name }) => name));
  for (const { plugin, notes, skipScore } of prepared) {
    if (skipScore || !plugin.score || !plugin.weight) continue;
    const scores = nodes.map((node) => plugin.score!(pod, node, notes));
    plugin.normalize?.(scores, nodes, notes);
    table.add(plugin.name, scores, plugin.weight);
  }
  return table.done();
}

/** The index of one of the best, each with the same chance. */
function pickBest(totals: Float64Array, random: Random): number {
  let best = 0;
  let ties = 1;
  for (let index = 1; index < totals.length; index++) {
    if (totals[index]! > totals[best]!) {
      best = index;
      ties = 1;
    } else if (totals[index] === totals[best] && random.int(++ties) === 0) {
      best = index;
    }
  }
  return best;
}

/** How important a pod is. */
export function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0;
}

import type { Random } from "../base/index.ts";
import type { Pod } from "../api/index.ts";
import type { Notes, Plugin, Rejection, Snapshot } from "./framework.ts";
import type { NodeInfo } from "./node-info.ts";

/** Why one node was not chosen. */
export interface NodeRejection extends Rejection {
  readonly node: string;
  readonly plugin: string;
}

/** What one node scored: by plugin after normalisation and weighting, and in all. */
export interface NodeScore {
  readonly node: string;
  readonly total: number;
  readonly byPlugin: Readonly<Record<string, number>>;
}

/** The outcome of one scheduling cycle, with everything that led to it. */
export interface Decision {
  /** The node, or undefined when none fits. */
  readonly nodeName: string | undefined;
  readonly rejections: readonly NodeRejection[];
  readonly scores: readonly NodeScore[];
  /** Nodes in the cluster; not all are looked at once enough fit. */
  readonly nodeCount: number;
}

export interface CycleInput {
  readonly pod: Pod;
  readonly snapshot: Snapshot;
  readonly plugins: readonly Plugin[];
  readonly random: Random;
  /** Where to begin in the node list, so that all nodes get their turn. */
  readonly startIndex?: number;
}

/** Below this many nodes all are looked at; above, enough feasible ones end the search. */
const NODES_ALWAYS_SEARCHED = 100;

interface Prepared {
  readonly plugin: Plugin;
  readonly notes: Notes;
  readonly filters: boolean;
  readonly scores: boolean;
}

/** Decides where a pod goes. Pure: the same input gives the same decision. */
export function cycle({ pod, snapshot, plugins, random, startIndex = 0 }: CycleInput): Decision {
  const prepared = prepare(pod, snapshot, plugins);
  const { feasible, rejections } = filterNodes(pod, snapshot, prepared, startIndex);
  const nodeCount = snapshot.nodes.length;
  if (feasible.length === 0) return { nodeName: undefined, rejections, scores: [], nodeCount };
  if (feasible.length === 1) {
    return {
      nodeName: feasible[0]!.name,
      rejections,
      scores: [{ node: feasible[0]!.name, total: 0, byPlugin: {} }],
      nodeCount,
    };
  }
  const scores = scoreNodes(pod, feasible, prepared);
  return { nodeName: pickBest(scores, random).node, rejections, scores, nodeCount };
}

function prepare(pod: Pod, snapshot: Snapshot, plugins: readonly Plugin[]): Prepared[] {
  return plugins.map((plugin) => {
    const result = plugin.prepare?.(pod, snapshot);
    return {
      plugin,
      notes: result?.notes,
      filters: plugin.filter !== undefined && !result?.skipFilter,
      scores: plugin.score !== undefined && !result?.skipScore,
    };
  });
}

function filterNodes(pod: Pod, snapshot: Snapshot, prepared: readonly Prepared[], startIndex: number) {
  const filters = prepared.filter((one) => one.filters);
  const feasible: NodeInfo[] = [];
  const rejections: NodeRejection[] = [];
  const count = snapshot.nodes.length;
  const enough = feasibleNodesWanted(count);
  for (let offset = 0; offset < count && feasible.length < enough; offset++) {
    const node = snapshot.nodes[(startIndex + offset) % count]!;
    const rejection = rejectionOf(pod, node, filters);
    if (rejection) rejections.push(rejection);
    else feasible.push(node);
  }
  return { feasible, rejections };
}

/** The share of nodes worth scoring falls with their number: 50 % at 100 nodes, never under 5 % or 100 nodes. */
export function feasibleNodesWanted(nodeCount: number): number {
  if (nodeCount < NODES_ALWAYS_SEARCHED) return nodeCount;
  const percent = Math.max(5, 50 - Math.floor(nodeCount / 125));
  return Math.max(NODES_ALWAYS_SEARCHED, Math.floor((nodeCount * percent) / 100));
}

function rejectionOf(pod: Pod, node: NodeInfo, filters: readonly Prepared[]): NodeRejection | undefined {
  for (const { plugin, notes } of filters) {
    const rejection = plugin.filter!(pod, node, notes);
    if (rejection) return { node: node.name, plugin: plugin.name, ...rejection };
  }
  return undefined;
}

/** Whether a pod fits one node as it is; used to try evictions. */
export function fits(pod: Pod, node: NodeInfo, snapshot: Snapshot, plugins: readonly Plugin[]): boolean {
  return (
    rejectionOf(
      pod,
      node,
      prepare(pod, snapshot, plugins).filter((one) => one.filters),
    ) === undefined
  );
}

function scoreNodes(pod: Pod, nodes: readonly NodeInfo[], prepared: readonly Prepared[]): NodeScore[] {
  const totals = new Array<number>(nodes.length).fill(0);
  const byPlugin = nodes.map(() => ({}) as Record<string, number>);
  for (const { plugin, notes, scores: wanted } of prepared) {
    if (!wanted) continue;
    const scores = nodes.map((node) => plugin.score!(pod, node, notes));
    plugin.normalize?.(scores, nodes, notes);
    for (let index = 0; index < nodes.length; index++) {
      const weighted = scores[index]! * (plugin.weight ?? 1);
      totals[index]! += weighted;
      byPlugin[index]![plugin.name] = weighted;
    }
  }
  return nodes.map((node, index) => ({ node: node.name, total: totals[index]!, byPlugin: byPlugin[index]! }));
}

/** One of the best, each with the same chance. */
function pickBest(scores: readonly NodeScore[], random: Random): NodeScore {
  let best = scores[0]!;
  let ties = 1;
  for (const score of scores.slice(1)) {
    if (score.total > best.total) {
      best = score;
      ties = 1;
    } else if (score.total === best.total && random.int(++ties) === 0) {
      best = score;
    }
  }
  return best;
}

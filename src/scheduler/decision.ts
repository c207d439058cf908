import type { Rejection } from "./framework.ts";

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

/** Scores of all nodes that fit, in columns: thousands of decisions are kept. */
export interface ScoreTable {
  readonly nodes: readonly string[];
  readonly totals: Float64Array;
  readonly byPlugin: ReadonlyMap<string, Float64Array>;
}

/** The outcome of one scheduling cycle, with everything that led to it. */
export interface Decision {
  /** The node, or undefined when none fits. */
  readonly nodeName: string | undefined;
  /** A plugin turned the pod down before any node was looked at. */
  readonly rejectedAll?: Rejection & { readonly plugin: string };
  readonly rejections: readonly NodeRejection[];
  /** Undefined when there was nothing to choose between. */
  readonly scores: ScoreTable | undefined;
  /** Nodes in the cluster; not all are looked at once enough fit. */
  readonly nodeCount: number;
}

/** An empty table to add plugins' columns to. */
export function scoreTable(nodes: readonly string[]) {
  const totals = new Float64Array(nodes.length);
  const byPlugin = new Map<string, Float64Array>();
  return {
    add(plugin: string, scores: readonly number[], weight: number): void {
      const column = new Float64Array(scores.length);
      for (let index = 0; index < column.length; index++) {
        column[index] = scores[index]! * weight;
        totals[index]! += column[index]!;
      }
      byPlugin.set(plugin, column);
    },
    done: (): ScoreTable => ({ nodes, totals, byPlugin }),
  };
}

/** The rows of a table, best first. */
export function scoresOf(table: ScoreTable): NodeScore[] {
  const columns = [...table.byPlugin];
  return table.nodes
    .map((node, index) => ({
      node,
      total: table.totals[index]!,
      byPlugin: Object.fromEntries(columns.map(([plugin, column]) => [plugin, column[index]!])),
    }))
    .sort((a, b) => b.total - a.total);
}

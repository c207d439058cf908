import type { Namespace, Pod } from "../api/index.ts";
import type { NodeInfo } from "./node-info.ts";

/** Why a plugin turns a node down. */
export interface Rejection {
  /** Texts as Kubernetes prints them, each counted over all nodes. */
  readonly reasons: readonly string[];
  /** Whether evicting pods from the node could help. */
  readonly resolvable: boolean;
}

/** What a cycle decides over; plugins only read it. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  namespace(name: string): Namespace | undefined;
}

/** Changes in the cluster that can make an unschedulable pod schedulable. */
export type ClusterEvent = "nodeApplied" | "podDeleted" | "podPlaced" | "podChanged";

/** A pod's private notes of one plugin for one cycle, made once and read for each node. */
export type Notes = unknown;

export interface Plugin {
  readonly name: string;
  /** Events after which a pod that this plugin rejected is worth another try. */
  readonly events: readonly ClusterEvent[];
  /** Works out once per cycle what filter and score need; `skip` says that this pod needs neither. */
  prepare?(
    pod: Pod,
    snapshot: Snapshot,
  ): { readonly notes: Notes; readonly skipFilter?: boolean; readonly skipScore?: boolean };
  filter?(pod: Pod, node: NodeInfo, notes: Notes): Rejection | undefined;
  /** Default weight of the score; 0 or absent: none. */
  readonly weight?: number;
  score?(pod: Pod, node: NodeInfo, notes: Notes): number;
  /** Brings the scores of all feasible nodes to 0..100, in place; without it they must be already. */
  normalize?(scores: number[], nodes: readonly NodeInfo[], notes: Notes): void;
}

/** The highest score a plugin may give. */
export const SCORE_MAX = 100;

/** Scales scores so that the largest becomes 100; `reverse` makes the largest the worst. */
export function normalizeByMax(scores: number[]): void {
  const max = Math.max(0, ...scores);
  if (max === 0) return;
  for (let index = 0; index < scores.length; index++) scores[index] = Math.floor((scores[index]! * SCORE_MAX) / max);
}

/** Scales scores so that 0 becomes 100 and the largest becomes 0. */
export function normalizeReversed(scores: number[]): void {
  const max = Math.max(0, ...scores);
  for (let index = 0; index < scores.length; index++) {
    scores[index] = max === 0 ? SCORE_MAX : SCORE_MAX - Math.floor((scores[index]! * SCORE_MAX) / max);
  }
}

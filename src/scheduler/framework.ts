import type { Namespace, Node, Pod } from "../api/index.ts";
import type { PodCount, PodQuery } from "./counters.ts";
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
  node(name: string): NodeInfo | undefined;
  namespace(name: string): Namespace | undefined;
  /** Nodes with pods that have affinity or anti-affinity terms of any kind. */
  readonly withAffinity: Iterable<NodeInfo>;
  /** Nodes with pods that have required anti-affinity. */
  readonly withAntiAffinity: Iterable<NodeInfo>;
  /** How many nodes have an image. */
  imageHolders(image: string): number;
  /** How many placed pods of each node answer to a query; kept up to date from the first time on. */
  count(query: PodQuery): PodCount;
}

/** Kinds of changes that can make an unschedulable pod schedulable. */
export type ClusterEvent =
  /** A node came or changed in what scheduling looks at. */
  | "nodeApplied"
  /** A pod on a node went, finished, or takes less. */
  | "podDeleted"
  /** A pod got a node. */
  | "podPlaced"
  /** Labels of a pod on a node changed. */
  | "podChanged"
  /** The waiting pod itself changed. */
  | "selfChanged"
  /** Labels of a namespace changed. */
  | "namespaceChanged"
  /** Something about claims, volumes or classes changed. */
  | "volumesChanged"
  /** Something about resource claims, slices or device classes changed. */
  | "devicesChanged";

/** A change, with what plugins need to tell whether it helps a pod. */
export interface ClusterChange {
  readonly event: ClusterEvent;
  readonly node?: Node;
  readonly pod?: Pod;
}

/** A pod's private notes of one plugin for one cycle, made once and read for each node. */
export type Notes = unknown;

/** What a plugin found out about a pod before it looks at single nodes. */
export interface Preparation {
  readonly notes?: Notes;
  readonly skipFilter?: boolean;
  readonly skipScore?: boolean;
  /** No node can do, whatever it is like. */
  readonly reject?: Rejection;
  /** Only these nodes come into question. */
  readonly onlyNodes?: ReadonlySet<string>;
}

/** A pod that is thought to come to a node or to leave it. */
export interface Move {
  readonly pod: Pod;
  readonly node: NodeInfo;
  readonly delta: 1 | -1;
}

/** Something besides the pod's place that a decision takes, until the pod is bound. */
export interface Reservation {
  /** Writes what must stand before the pod is bound; throws when it can't be had. */
  commit(signal: AbortSignal): Promise<void>;
  /** Gives it back. */
  undo(): void;
}

export interface Plugin {
  readonly name: string;
  /** Events after which a pod that this plugin rejected is worth another try. */
  readonly events: readonly ClusterEvent[];
  /** Whether such a change really can help the pod; without it every one can. */
  helps?(pod: Pod, change: ClusterChange): boolean;
  /** Whether it is too early to try the pod at all; it waits without a word until something of `events` changes. */
  isGated?(pod: Pod): boolean;
  /** Works out once per cycle what filter and score need. */
  prepare?(pod: Pod, snapshot: Snapshot): Preparation;
  filter?(pod: Pod, node: NodeInfo, notes: Notes): Rejection | undefined;
  /** Brings the notes up to date for a pod that comes or goes in thought; what only looks at the node needs none. */
  move?(notes: Notes, pod: Pod, move: Move): void;
  /** Default weight of the score; 0 or absent: none. */
  readonly weight?: number;
  score?(pod: Pod, node: NodeInfo, notes: Notes): number;
  /** Brings the scores of all feasible nodes to 0..100, in place; without it they must be already. */
  normalize?(scores: number[], nodes: readonly NodeInfo[], notes: Notes): void;
  /** Takes what the pod needs besides the node itself. */
  reserve?(pod: Pod, node: NodeInfo, notes: Notes): Reservation | undefined;
  /** No node fits: what this plugin could do about it, as the condition's message says. Plugins speak before preemption. */
  afterFilter?(pod: Pod, notes: Notes, decision: { readonly nodeCount: number }): string;
}

/** The highest score a plugin may give. */
export const SCORE_MAX = 100;

/** Scales scores so that the largest becomes 100. */
export function normalizeByMax(scores: number[]): void {
  const max = largest(scores);
  if (max <= 0) return;
  for (let index = 0; index < scores.length; index++) scores[index] = Math.floor((scores[index]! * SCORE_MAX) / max);
}

/** Scales scores so that 0 becomes 100 and the largest becomes 0. */
export function normalizeReversed(scores: number[]): void {
  const max = largest(scores);
  for (let index = 0; index < scores.length; index++) {
    scores[index] = max <= 0 ? SCORE_MAX : SCORE_MAX - Math.floor((scores[index]! * SCORE_MAX) / max);
  }
}

function largest(values: readonly number[]): number {
  let max = 0;
  for (const value of values) if (value > max) max = value;
  return max;
}

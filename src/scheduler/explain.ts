import { formatTime } from "../base/index.ts";
import { type NodeScore, scoresOf } from "./decision.ts";
import type { DecisionRecord } from "./history.ts";

/** Why a pod is where it is, or nowhere: the last decision about it in plain data. */
export interface Explanation {
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly schedulerName: string;
  readonly time: string;
  readonly attempt: number;
  readonly outcome: "scheduled" | "unschedulable" | "preempting";
  readonly nodeName?: string;
  /** What the pod's PodScheduled condition says. */
  readonly message?: string;
  readonly nodeCount: number;
  /** Nodes that nobody looked at, since enough others fitted. */
  readonly notLookedAt: number;
  /** A plugin turned the pod down before any node was looked at. */
  readonly rejectedAll?: { readonly plugin: string; readonly reasons: readonly string[] };
  readonly rejected: readonly {
    readonly node: string;
    readonly plugin: string;
    readonly reasons: readonly string[];
    readonly evictionCouldHelp: boolean;
  }[];
  /** Best first. Empty when only one node fitted. */
  readonly scores: readonly NodeScore[];
  readonly preemption?: { readonly nodeName: string; readonly victims: readonly string[]; readonly violations: number };
}

/** The record of a decision as one answers a question with it. */
export function explain({
  pod,
  schedulerName,
  atMs,
  attempt,
  decision,
  message,
  preemption,
}: DecisionRecord): Explanation {
  const { nodeName, rejections, rejectedAll, scores, nodeCount } = decision;
  const fitting = scores?.nodes.length ?? (nodeName === undefined ? 0 : 1);
  return {
    pod,
    schedulerName,
    time: formatTime(atMs),
    attempt,
    outcome: nodeName !== undefined ? "scheduled" : preemption ? "preempting" : "unschedulable",
    ...(nodeName !== undefined && { nodeName }),
    ...(message && { message }),
    nodeCount,
    notLookedAt: rejectedAll ? nodeCount : nodeCount - rejections.length - fitting,
    ...(rejectedAll && { rejectedAll: { plugin: rejectedAll.plugin, reasons: rejectedAll.reasons } }),
    rejected: rejections.map(({ node, plugin, reasons, resolvable }) => ({
      node,
      plugin,
      reasons,
      evictionCouldHelp: resolvable,
    })),
    scores: scores ? scoresOf(scores) : [],
    ...(preemption && {
      preemption: {
        nodeName: preemption.nodeName,
        victims: preemption.victims.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
        violations: preemption.violations,
      },
    }),
  };
}

/** Most nodes that a text names one by one. */
const LINES_MAX = 20;

/** The same in words, a line for each node. */
export function explainText(explanation: Explanation): string {
  const { pod, outcome, nodeName, message, nodeCount, notLookedAt, rejected, rejectedAll, scores } = explanation;
  const where = outcome === "scheduled" ? `goes to ${nodeName}` : "fits no node";
  const lines = [
    `pod ${pod.namespace}/${pod.name} ${where} (attempt ${explanation.attempt}, ${explanation.time}, ${explanation.schedulerName})`,
  ];
  if (message) lines.push(message);
  if (rejectedAll) lines.push(`${rejectedAll.plugin} turned it down on all nodes: ${rejectedAll.reasons.join(", ")}`);
  for (const { node, total, byPlugin } of scores.slice(0, LINES_MAX))
    lines.push(`  ${node}: ${total} = ${sum(byPlugin)}`);
  for (const { node, plugin, reasons } of rejected.slice(0, LINES_MAX))
    lines.push(`  ${node}: no, ${plugin}: ${reasons.join(", ")}`);
  const more = Math.max(0, scores.length - LINES_MAX) + Math.max(0, rejected.length - LINES_MAX);
  if (more > 0) lines.push(`  and ${more} more nodes`);
  if (notLookedAt > 0 && !rejectedAll)
    lines.push(`  ${notLookedAt} of ${nodeCount} nodes not looked at: enough others fit`);
  const { preemption } = explanation;
  if (preemption) lines.push(`makes room on ${preemption.nodeName} by evicting ${preemption.victims.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function sum(byPlugin: Readonly<Record<string, number>>): string {
  const parts = Object.entries(byPlugin).map(([plugin, score]) => `${plugin} ${score}`);
  return parts.length === 0 ? "0" : parts.join(" + ");
}

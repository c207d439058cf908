import { labelSelectorMatches, type Pod, type PodDisruptionBudget } from "../api/index.ts";
import { parseTime, type Random } from "../base/index.ts";
import { movePod, type Prepared, priorityOf, type SearchInput, whyNot } from "./cycle.ts";
import type { Decision } from "./decision.ts";
import { nodesMessage } from "./message.ts";
import type { NodeInfo } from "./node-info.ts";

/** Which pods to evict from which node so that a pod fits. */
export interface Preemption {
  readonly nodeName: string;
  /** Most important first. */
  readonly victims: readonly Pod[];
  /** How many of them a disruption budget would have kept. */
  readonly violations: number;
}

export interface PreemptionResult {
  readonly preemption: Preemption | undefined;
  /** What the pod's condition says when nothing can be evicted. */
  readonly message: string;
  /** A node that the pod was nominated for is out of the question now. */
  readonly clearNomination: boolean;
}

export interface PreemptionInput extends SearchInput {
  readonly decision: Decision;
  readonly prepared: readonly Prepared[];
  readonly budgets: (namespace: string) => readonly PodDisruptionBudget[];
  readonly random: Random;
  readonly nowMs: number;
  readonly limits?: PreemptionLimits;
}

/** How many nodes to try at least, of those where eviction could help. */
export interface PreemptionLimits {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

const DEFAULT_LIMITS: PreemptionLimits = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
const NOT_HELPFUL = "Preemption is not helpful for scheduling";
const NO_VICTIMS = "No preemption victims found for incoming pod";

/** Looks for the node where evicting the fewest, least important pods makes room. Pure. */
export function preempt(input: PreemptionInput): PreemptionResult {
  const { pod, decision, snapshot, random, limits = DEFAULT_LIMITS } = input;
  const ineligible = whyIneligible(input);
  if (ineligible) return { preemption: undefined, message: ineligible, clearNomination: false };
  const possible = decision.rejections.filter(({ resolvable }) => resolvable);
  const reasons = decision.rejections.filter(({ resolvable }) => !resolvable).map(() => [NOT_HELPFUL]);
  if (decision.rejectedAll) reasons.push(...snapshot.nodes.map(() => [NOT_HELPFUL]));
  const wanted = Math.max(
    Math.floor((possible.length * limits.minCandidateNodesPercentage) / 100),
    limits.minCandidateNodesAbsolute,
  );
  const candidates: Preemption[] = [];
  const start = possible.length > 1 ? random.int(possible.length) : 0;
  for (let offset = 0; offset < possible.length && candidates.length < wanted; offset++) {
    const { node: name } = possible[(start + offset) % possible.length]!;
    const node = snapshot.node(name);
    const found = node ? victimsOn(input, node) : [NO_VICTIMS];
    if ("nodeName" in found) candidates.push(found);
    else reasons.push([...found]);
  }
  const preemption = pickCandidate(candidates, input.nowMs);
  const clearNomination = possible.length === 0 && Boolean(pod.status.nominatedNodeName);
  return { preemption, message: preemption ? "" : nodesMessage(decision.nodeCount, reasons), clearNomination };
}

function whyIneligible({ pod, snapshot, decision }: PreemptionInput): string | undefined {
  if (pod.spec.preemptionPolicy === "Never") return "not eligible due to preemptionPolicy=Never.";
  const nominated = pod.status.nominatedNodeName;
  const node = nominated ? snapshot.node(nominated) : undefined;
  if (!node || decision.rejections.some((one) => one.node === nominated && !one.resolvable)) return undefined;
  // An earlier preemption's victims are still on their way out.
  for (const { pod: other } of node.pods.values())
    if (priorityOf(other) < priorityOf(pod) && isLeavingByPreemption(other))
      return "not eligible due to a terminating pod on the nominated node.";
  return undefined;
}

function isLeavingByPreemption({ metadata, status }: Pod): boolean {
  if (!metadata.deletionTimestamp) return false;
  return (status.conditions ?? []).some(
    ({ type, status: is, reason }) =>
      type === "DisruptionTarget" && is === "True" && reason === "PreemptionByScheduler",
  );
}

/** The pods to evict from a node, or why evicting all that may be evicted wouldn't help. */
function victimsOn(input: PreemptionInput, node: NodeInfo): Preemption | readonly string[] {
  const { pod, prepared, budgets, nowMs } = input;
  const lower = [...node.pods.values()]
    .map((placed) => placed.pod)
    .filter((other) => priorityOf(other) < priorityOf(pod))
    .sort((a, b) => mostImportantFirst(a, b, nowMs));
  if (lower.length === 0) return [NO_VICTIMS];
  const trial = node.clone();
  const move = (other: Pod, delta: 1 | -1) => movePod(prepared, pod, { other, node: trial, delta });
  for (const other of lower) move(other, -1);
  const rejection = whyNot(input, trial, prepared);
  if (rejection) {
    for (const other of lower) move(other, 1);
    return rejection.reasons;
  }
  const { guarded, free } = splitByBudgets(lower, budgets);
  const victims: Pod[] = [];
  let violations = 0;
  // The most important ones get to stay if they still fit beside the newcomer; those under a budget are asked first.
  for (const other of [...guarded, ...free]) {
    move(other, 1);
    if (!whyNot(input, trial, prepared)) continue;
    move(other, -1);
    victims.push(other);
    if (guarded.includes(other)) violations++;
  }
  for (const other of victims) move(other, 1);
  victims.sort((a, b) => mostImportantFirst(a, b, nowMs));
  return { nodeName: node.name, victims, violations };
}

/** Which pods could not go without breaking a budget, given that those before them go. */
function splitByBudgets(pods: readonly Pod[], budgets: PreemptionInput["budgets"]) {
  const left = new Map<PodDisruptionBudget, number>();
  const guarded: Pod[] = [];
  const free: Pod[] = [];
  for (const pod of pods) {
    let broken = false;
    for (const budget of budgets(pod.metadata.namespace)) {
      if (!protects(budget, pod) || budget.status.disruptedPods?.[pod.metadata.name] !== undefined) continue;
      const allowed = (left.get(budget) ?? budget.status.disruptionsAllowed ?? 0) - 1;
      left.set(budget, allowed);
      broken ||= allowed < 0;
    }
    (broken ? guarded : free).push(pod);
  }
  return { guarded, free };
}

function protects({ spec: { selector } }: PodDisruptionBudget, pod: Pod): boolean {
  const labels = pod.metadata.labels;
  const isEmpty =
    !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length);
  return !isEmpty && labels !== undefined && labelSelectorMatches(selector, labels);
}

function mostImportantFirst(a: Pod, b: Pod, nowMs: number): number {
  return priorityOf(b) - priorityOf(a) || startMs(a, nowMs) - startMs(b, nowMs);
}

const PRIORITY_OFFSET = 2 ** 31;

/** Compared one after the other; smaller is better, the first decides. */
function costs({ victims, violations }: Preemption, nowMs: number): readonly number[] {
  const highest = victims.length > 0 ? Math.max(...victims.map(priorityOf)) : -PRIORITY_OFFSET;
  const important = victims.filter((pod) => priorityOf(pod) === highest);
  const earliest = Math.min(...important.map((pod) => startMs(pod, nowMs)));
  return [
    violations,
    highest,
    victims.reduce((total, pod) => total + priorityOf(pod) + PRIORITY_OFFSET, 0),
    victims.length,
    // The youngest has done the least yet.
    -earliest,
  ];
}

function pickCandidate(candidates: readonly Preemption[], nowMs: number): Preemption | undefined {
  const ranked = candidates.map((candidate) => ({ candidate, cost: costs(candidate, nowMs) }));
  ranked.sort((a, b) => {
    const index = a.cost.findIndex((value, at) => value !== b.cost[at]);
    return index < 0 ? 0 : a.cost[index]! - b.cost[index]!;
  });
  return ranked[0]?.candidate;
}

function startMs(pod: Pod, nowMs: number): number {
  return pod.status.startTime ? parseTime(pod.status.startTime) : nowMs;
}

import type { Pod } from "../api/index.ts";
import { type Decision, fits } from "./cycle.ts";
import type { Plugin, Snapshot } from "./framework.ts";
import { nodesMessage } from "./message.ts";
import type { NodeInfo } from "./node-info.ts";

/** Which pods to evict from which node so that a pod fits. */
export interface Preemption {
  readonly nodeName: string;
  readonly victims: readonly Pod[];
}

export interface PreemptionResult {
  readonly preemption: Preemption | undefined;
  /** What the pod's condition says when nothing can be evicted. */
  readonly message: string;
}

export interface PreemptionInput {
  readonly pod: Pod;
  readonly decision: Decision;
  readonly snapshot: Snapshot;
  readonly plugins: readonly Plugin[];
}

/** Looks for the node where evicting the fewest, least important pods makes room. Pure. */
export function preempt({ pod, decision, snapshot, plugins }: PreemptionInput): PreemptionResult {
  if (pod.spec.preemptionPolicy === "Never")
    return { preemption: undefined, message: say("not eligible due to preemptionPolicy=Never.") };
  if (waitsForVictims(pod, snapshot)) {
    return { preemption: undefined, message: say("not eligible due to a terminating pod on the nominated node.") };
  }
  const reasons: string[][] = [];
  let best: Preemption | undefined;
  for (const rejection of decision.rejections) {
    if (!rejection.resolvable) {
      reasons.push(["Preemption is not helpful for scheduling"]);
      continue;
    }
    const candidate = victimsOn(pod, snapshot.nodes.find((node) => node.name === rejection.node)!, snapshot, plugins);
    if (!candidate) reasons.push(["No preemption victims found for incoming pod"]);
    else if (!best || isBetter(candidate, best)) best = candidate;
  }
  return { preemption: best, message: best ? "" : say(nodesMessage(decision.nodeCount, reasons)) };
}

/** Both after-filter plugins speak: dynamic resources first, which has no claims to take back. */
function say(text: string): string {
  return `no new claims to deallocate, preemption: ${text}`;
}

/** An earlier preemption's victims are still on their way out. */
function waitsForVictims(pod: Pod, snapshot: Snapshot): boolean {
  const nominated = pod.status.nominatedNodeName;
  const node = nominated && snapshot.nodes.find((one) => one.name === nominated);
  if (!node) return false;
  return [...node.pods.values()].some(
    (placed) => placed.pod.metadata.deletionTimestamp && priorityOf(placed.pod) < priorityOf(pod),
  );
}

function victimsOn(pod: Pod, node: NodeInfo, snapshot: Snapshot, plugins: readonly Plugin[]): Preemption | undefined {
  const lower = [...node.pods.values()]
    .map((placed) => placed.pod)
    .filter((other) => priorityOf(other) < priorityOf(pod));
  if (lower.length === 0) return undefined;
  const trial = node.clone();
  const trialSnapshot = { ...snapshot, nodes: snapshot.nodes.map((one) => (one === node ? trial : one)) };
  for (const other of lower) trial.removePod(other.metadata.uid);
  if (!fits(pod, trial, trialSnapshot, plugins)) return undefined;
  const victims: Pod[] = [];
  // The most important ones get to stay if they still fit beside the newcomer.
  for (const other of lower.sort(mostImportantFirst)) {
    trial.addPod(other);
    if (fits(pod, trial, trialSnapshot, plugins)) continue;
    trial.removePod(other.metadata.uid);
    victims.push(other);
  }
  return { nodeName: node.name, victims };
}

function mostImportantFirst(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || startOf(a).localeCompare(startOf(b));
}

function isBetter(a: Preemption, b: Preemption): boolean {
  const [highestA, highestB] = [highest(a), highest(b)];
  if (highestA !== highestB) return highestA < highestB;
  const [sumA, sumB] = [sum(a), sum(b)];
  if (sumA !== sumB) return sumA < sumB;
  return a.victims.length < b.victims.length;
}

const PRIORITY_OFFSET = 2 ** 31;

function sum({ victims }: Preemption): number {
  return victims.reduce((total, pod) => total + priorityOf(pod) + PRIORITY_OFFSET, 0);
}

function highest({ victims }: Preemption): number {
  return Math.max(...victims.map(priorityOf));
}

function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0;
}

function startOf(pod: Pod): string {
  return pod.status.startTime ?? "";
}

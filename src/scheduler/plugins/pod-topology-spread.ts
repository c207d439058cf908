import { controllerOf, type Pod, type TopologySpreadConstraint } from "../../api/index.ts";
import { type Plugin, type Rejection, SCORE_MAX, type Snapshot } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { matchesNode } from "./node-affinity.ts";
import { tolerates } from "./taints.ts";
import { selects, withLabelKeys } from "./topology.ts";

const SKEWED: Rejection = { reasons: ["node(s) didn't match pod topology spread constraints"], resolvable: true };
const NO_LABEL: Rejection = {
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  resolvable: false,
};
const HOSTNAME = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";

interface Spread {
  readonly key: string;
  readonly maxSkew: number;
  /** Topology value -> matching pods; every eligible domain has an entry. */
  readonly counts: ReadonlyMap<string, number>;
  /** The least of the counts; 0 when there are fewer domains than `minDomains`. */
  readonly least: number;
  /** 1 when the pod counts itself. */
  readonly self: number;
}

interface Notes {
  readonly hard: readonly Spread[];
  readonly soft: readonly Spread[];
}

/** Even spreading over topology domains: as the pod asks, or by owner over hosts and zones when it asks for nothing. */
export const podTopologySpread: Plugin = {
  name: "PodTopologySpread",
  events: ["nodeApplied", "podDeleted", "podPlaced", "podChanged"],
  weight: 2,
  prepare(pod, snapshot) {
    const notes = prepare(pod, snapshot);
    return { notes, skipFilter: notes.hard.length === 0, skipScore: notes.soft.length === 0 };
  },
  filter(_pod, node, raw) {
    for (const { key, counts, least, maxSkew, self } of (raw as Notes).hard) {
      const value = node.node.metadata.labels?.[key];
      if (value === undefined) return NO_LABEL;
      if ((counts.get(value) ?? 0) + self - least > maxSkew) return SKEWED;
    }
    return undefined;
  },
  score(_pod, node, raw) {
    let total = 0;
    for (const { key, counts, maxSkew } of (raw as Notes).soft) {
      const value = node.node.metadata.labels?.[key];
      // More domains of a kind weigh each one more, so that zones and hosts compare.
      if (value !== undefined) total += (counts.get(value) ?? 0) * Math.log(counts.size + 2) + (maxSkew - 1);
    }
    return Math.round(total);
  },
  normalize(scores) {
    const max = Math.max(...scores);
    const min = Math.min(...scores);
    for (let index = 0; index < scores.length; index++) {
      scores[index] = max === 0 ? SCORE_MAX : Math.floor((SCORE_MAX * (max + min - scores[index]!)) / max);
    }
  },
};

function prepare(pod: Pod, snapshot: Snapshot): Notes {
  const constraints = pod.spec.topologySpreadConstraints ?? [];
  if (constraints.length === 0) return { hard: [], soft: spreadByOwner(pod, snapshot) };
  const spreadsOf = (when: string) =>
    constraints.filter((one) => one.whenUnsatisfiable === when).map((one) => spreadOf(one, pod, snapshot));
  return { hard: spreadsOf("DoNotSchedule"), soft: spreadsOf("ScheduleAnyway") };
}

function spreadOf(constraint: TopologySpreadConstraint, pod: Pod, snapshot: Snapshot): Spread {
  const selector = withLabelKeys(constraint.labelSelector, pod, { match: constraint.matchLabelKeys });
  const matches = (other: Pod) =>
    other.metadata.namespace === pod.metadata.namespace &&
    !other.metadata.deletionTimestamp &&
    selects(selector, other);
  const counts = countByDomain(constraint.topologyKey, snapshot, matches, (node) => isEligible(constraint, pod, node));
  const tooFew = constraint.minDomains !== undefined && counts.size < constraint.minDomains;
  return {
    key: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    counts,
    least: tooFew || counts.size === 0 ? 0 : Math.min(...counts.values()),
    self: selects(selector, pod) ? 1 : 0,
  };
}

function isEligible(constraint: TopologySpreadConstraint, pod: Pod, node: NodeInfo): boolean {
  if (constraint.nodeAffinityPolicy !== "Ignore" && !matchesNode(pod, node)) return false;
  if (constraint.nodeTaintsPolicy !== "Honor") return true;
  return (node.node.spec.taints ?? []).every((taint) => taint.effect === "PreferNoSchedule" || tolerates(pod, taint));
}

/** What upstream does for pods of a controller that ask for nothing: hosts with skew 3, zones with skew 5, as a preference. */
function spreadByOwner(pod: Pod, snapshot: Snapshot): Spread[] {
  const owner = controllerOf(pod)?.uid;
  if (owner === undefined) return [];
  const matches = (other: Pod) => controllerOf(other)?.uid === owner && !other.metadata.deletionTimestamp;
  return [
    { key: HOSTNAME, maxSkew: 3 },
    { key: ZONE, maxSkew: 5 },
  ].map(({ key, maxSkew }) => ({
    key,
    maxSkew,
    counts: countByDomain(key, snapshot, matches, () => true),
    least: 0,
    self: 1,
  }));
}

function countByDomain(
  key: string,
  { nodes }: Snapshot,
  matches: (pod: Pod) => boolean,
  eligible: (node: NodeInfo) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const value = node.node.metadata.labels?.[key];
    if (value === undefined || !eligible(node)) continue;
    let count = counts.get(value) ?? 0;
    for (const { pod } of node.pods.values()) if (matches(pod)) count++;
    counts.set(value, count);
  }
  return counts;
}

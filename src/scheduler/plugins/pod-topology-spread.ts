import { type LabelSelector, type Pod, tolerates, type TopologySpreadConstraint } from "../../api/index.ts";
import { answers, type PodQuery } from "../counters.ts";
import { type Move, type Plugin, type Rejection, SCORE_MAX, type Snapshot } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { matchesNode } from "./node-affinity.ts";
import { bump, domainOf, selects, withLabelKeys } from "./topology.ts";

const SKEWED: Rejection = { reasons: ["node(s) didn't match pod topology spread constraints"], resolvable: true };
const NO_LABEL: Rejection = {
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  resolvable: false,
};
const HOSTNAME = "kubernetes.io/hostname";
const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: "ScheduleAnyway" },
  { topologyKey: "topology.kubernetes.io/zone", maxSkew: 5, whenUnsatisfiable: "ScheduleAnyway" },
] as TopologySpreadConstraint[];

export interface PodTopologySpreadArgs {
  readonly defaultingType?: string;
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
}

/** What the pods of one service and owner have in common; undefined for a pod that belongs to nothing. */
export type DefaultSelector = (pod: Pod) => LabelSelector | undefined;

interface Constraint {
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly query: PodQuery;
  /** 1 when the pod counts itself. */
  readonly self: number;
  readonly eligible: (node: NodeInfo) => boolean;
}

interface Hard extends Constraint {
  /** Topology value -> matching pods; every eligible domain has an entry. */
  readonly counts: Map<string, number>;
  /** The fewest pods that a domain has, worked out when first asked for. */
  least: number | undefined;
}

interface Soft extends Constraint {
  /** Topology value -> matching pods, or node name -> pods when spreading over hosts. */
  readonly counts: ReadonlyMap<string, number>;
  readonly domains: ReadonlySet<string>;
}

interface Notes {
  readonly snapshot: Snapshot;
  readonly hard: readonly Hard[];
  readonly soft: readonly Soft[];
  /** Nodes without one of the keys are left out of scoring, unless the constraints are the system's. */
  readonly needsAllKeys: boolean;
}

/** Even spreading over topology domains, as the pod asks or as the profile has it for pods that ask for nothing. */
export function podTopologySpread(args: PodTopologySpreadArgs, selectorOf: DefaultSelector): Plugin {
  const defaults = args.defaultingType === "List" ? (args.defaultConstraints ?? []) : SYSTEM_DEFAULTS;
  return {
    name: "PodTopologySpread",
    events: ["nodeApplied", "podDeleted", "podPlaced", "podChanged", "selfChanged"],
    weight: 2,
    prepare(pod, snapshot) {
      const own = pod.spec.topologySpreadConstraints ?? [];
      const constraints = own.length > 0 ? own : defaultsFor(pod, defaults, selectorOf);
      const hard = constraints.filter((one) => one.whenUnsatisfiable === "DoNotSchedule");
      const soft = constraints.filter((one) => one.whenUnsatisfiable === "ScheduleAnyway");
      const needsAllKeys = own.length > 0 || args.defaultingType === "List";
      const notes: Notes = {
        snapshot,
        hard: hardOf(hard, pod, snapshot),
        soft: softOf(soft, { pod, snapshot, needsAllKeys }),
        needsAllKeys,
      };
      return { notes, skipFilter: hard.length === 0, skipScore: soft.length === 0 };
    },
    filter: (_pod, node, notes) => filter(node, notes as Notes),
    move: (notes, _pod, move) => applyMove(notes as Notes, move),
    score: (_pod, node, notes) => score(node, notes as Notes),
    normalize: (scores, nodes, notes) => normalize(scores, nodes, notes as Notes),
  };
}

function defaultsFor(pod: Pod, defaults: readonly TopologySpreadConstraint[], selectorOf: DefaultSelector) {
  const labelSelector = defaults.length > 0 ? selectorOf(pod) : undefined;
  return labelSelector ? defaults.map((constraint) => ({ ...constraint, labelSelector })) : [];
}

function constraintOf(constraint: TopologySpreadConstraint, pod: Pod): Constraint {
  const { matchLabelKeys: match } = constraint;
  const selector = withLabelKeys(constraint.labelSelector, pod, match ? { match } : {});
  const query = { conditions: [{ namespaces: [pod.metadata.namespace], selector }], skipTerminating: true };
  return {
    key: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    query,
    self: selects(selector, pod) ? 1 : 0,
    eligible: (node) => isEligible(constraint, pod, node),
  };
}

function isEligible(constraint: TopologySpreadConstraint, pod: Pod, { node }: NodeInfo): boolean {
  if (constraint.nodeAffinityPolicy !== "Ignore" && !matchesNode(pod, node)) return false;
  if (constraint.nodeTaintsPolicy !== "Honor") return true;
  return (node.spec.taints ?? []).every(
    (taint) => taint.effect === "PreferNoSchedule" || tolerates(pod.spec.tolerations, taint),
  );
}

function hasAllKeys(node: NodeInfo, constraints: readonly Constraint[]): boolean {
  return constraints.every(({ key }) => domainOf(node, key) !== undefined);
}

function hardOf(wanted: readonly TopologySpreadConstraint[], pod: Pod, snapshot: Snapshot): Hard[] {
  const constraints = wanted.map(
    (one): Hard => ({ ...constraintOf(one, pod), counts: new Map<string, number>(), least: undefined }),
  );
  if (constraints.length === 0) return [];
  const counted = constraints.map(({ query }) => snapshot.count(query).byNode);
  for (const node of snapshot.nodes) {
    if (!hasAllKeys(node, constraints)) continue;
    constraints.forEach(({ key, eligible, counts }, index) => {
      if (!eligible(node)) return;
      const domain = domainOf(node, key)!;
      counts.set(domain, (counts.get(domain) ?? 0) + (counted[index]!.get(node.name) ?? 0));
    });
  }
  return constraints;
}

function filter(node: NodeInfo, { hard }: Notes): Rejection | undefined {
  for (const constraint of hard) {
    const { key, counts, maxSkew, minDomains, self } = constraint;
    const domain = domainOf(node, key);
    if (domain === undefined) return NO_LABEL;
    constraint.least ??= leastOf(counts, minDomains);
    if ((counts.get(domain) ?? 0) + self - constraint.least > maxSkew) return SKEWED;
  }
  return undefined;
}

/** None while there are fewer domains than there should be. */
function leastOf(counts: ReadonlyMap<string, number>, minDomains: number): number {
  if (counts.size < minDomains || counts.size === 0) return 0;
  let min = Infinity;
  for (const count of counts.values()) if (count < min) min = count;
  return min;
}

function applyMove({ snapshot, hard }: Notes, { pod: other, node, delta }: Move): void {
  if (!hasAllKeys(node, hard)) return;
  for (const constraint of hard) {
    const { key, query, counts, eligible } = constraint;
    if (!eligible(node) || !answers(query, other, (name) => snapshot.namespace(name))) continue;
    const domain = domainOf(node, key)!;
    counts.set(domain, (counts.get(domain) ?? 0) + delta);
    constraint.least = undefined;
  }
}

function softOf(
  wanted: readonly TopologySpreadConstraint[],
  { pod, snapshot, needsAllKeys }: { pod: Pod; snapshot: Snapshot; needsAllKeys: boolean },
): Soft[] {
  const constraints = wanted.map((one) => constraintOf(one, pod));
  const nodes = needsAllKeys ? snapshot.nodes.filter((node) => hasAllKeys(node, constraints)) : snapshot.nodes;
  return constraints.map((constraint) => {
    const { byNode } = snapshot.count(constraint.query);
    const domains = new Set<string>();
    const sums = new Map<string, number>();
    for (const node of nodes) {
      const domain = domainOf(node, constraint.key);
      if (domain === undefined) continue;
      domains.add(domain);
      const count = byNode.get(node.name) ?? 0;
      if (count > 0 && constraint.eligible(node)) bump(sums, domain, count);
    }
    return { ...constraint, domains, counts: constraint.key === HOSTNAME ? byNode : sums };
  });
}

function score(node: NodeInfo, { soft, needsAllKeys }: Notes): number {
  if (needsAllKeys && !hasAllKeys(node, soft)) return 0;
  let total = 0;
  for (const { key, counts, maxSkew, domains } of soft) {
    const domain = domainOf(node, key);
    if (domain === undefined) continue;
    const count = counts.get(key === HOSTNAME ? node.name : domain) ?? 0;
    // More domains of a kind weigh each one more, so that zones and hosts compare.
    total += count * Math.log(domains.size + 2) + (maxSkew - 1);
  }
  return Math.round(total);
}

function normalize(scores: number[], nodes: readonly NodeInfo[], { soft, needsAllKeys }: Notes): void {
  const counts = nodes.map((node) => !needsAllKeys || hasAllKeys(node, soft));
  let max = 0;
  let min = Infinity;
  for (let index = 0; index < scores.length; index++) {
    if (!counts[index]) continue;
    if (scores[index]! > max) max = scores[index]!;
    if (scores[index]! < min) min = scores[index]!;
  }
  for (let index = 0; index < scores.length; index++) {
    if (!counts[index]) scores[index] = 0;
    else scores[index] = max === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (max + min - scores[index]!)) / max);
  }
}

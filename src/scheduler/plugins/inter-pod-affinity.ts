import type { Pod, PodAffinityTerm } from "../../api/index.ts";
import { answers, type PodCondition, type PodQuery } from "../counters.ts";
import { type Move, type Plugin, type Rejection, SCORE_MAX, type Snapshot } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { bump, domainOf, sumByDomain, withLabelKeys } from "./topology.ts";

const AFFINITY: Rejection = { reasons: ["node(s) didn't match pod affinity rules"], resolvable: false };
const ANTI_AFFINITY: Rejection = { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true };
const EXISTING: Rejection = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true };

export interface InterPodAffinityArgs {
  /** What a required affinity of a running pod counts as a preference. */
  readonly hardPodAffinityWeight?: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

/** Matching pods by the value of a topology key. */
interface Domains {
  readonly key: string;
  readonly query: PodQuery;
  readonly counts: Map<string, number>;
}

interface Notes {
  readonly snapshot: Snapshot;
  readonly affinity: readonly Domains[];
  readonly antiAffinity: readonly Domains[];
  /** "key=value" of topologies that running pods keep this pod away from -> how many do. */
  readonly forbidden: Map<string, number>;
  /** The pod satisfies its own affinity: where nothing matches yet, the first of its group may go anywhere. */
  readonly matchesSelf: boolean;
  /** "key=value" -> score. */
  readonly preferred: ReadonlyMap<string, number>;
}

/** Pods near or away from other pods, by topology domain. */
export function interPodAffinity(args: InterPodAffinityArgs = {}): Plugin {
  return {
    name: "InterPodAffinity",
    events: ["nodeApplied", "podDeleted", "podPlaced", "podChanged", "selfChanged", "namespaceChanged"],
    weight: 2,
    prepare(pod, snapshot) {
      const notes = prepare(pod, snapshot, args);
      const skipFilter = notes.affinity.length === 0 && notes.antiAffinity.length === 0 && notes.forbidden.size === 0;
      return { notes, skipFilter, skipScore: notes.preferred.size === 0 };
    },
    filter: (_pod, node, notes) => filter(node, notes as Notes),
    move: (notes, pod, move) => applyMove(notes as Notes, pod, move),
    score(_pod, { node }, raw) {
      const { preferred } = raw as Notes;
      let total = 0;
      const labels = node.metadata.labels ?? {};
      for (const key in labels) total += preferred.get(`${key}=${labels[key]}`) ?? 0;
      return total;
    },
    normalize: normalizeRange,
  };
}

function normalizeRange(scores: number[]): void {
  let max = -Infinity;
  let min = Infinity;
  for (const score of scores) {
    if (score > max) max = score;
    if (score < min) min = score;
  }
  for (let index = 0; index < scores.length; index++) {
    scores[index] = max === min ? 0 : Math.trunc((SCORE_MAX * (scores[index]! - min)) / (max - min));
  }
}

function filter(node: NodeInfo, { affinity, antiAffinity, forbidden, matchesSelf }: Notes): Rejection | undefined {
  let found = true;
  for (const { key, counts } of affinity) {
    const domain = domainOf(node, key);
    if (domain === undefined) return AFFINITY;
    found &&= (counts.get(domain) ?? 0) > 0;
  }
  if (!found && !(matchesSelf && affinity.every(({ counts }) => counts.size === 0))) return AFFINITY;
  for (const { key, counts } of antiAffinity) {
    const domain = domainOf(node, key);
    if (domain !== undefined && (counts.get(domain) ?? 0) > 0) return ANTI_AFFINITY;
  }
  if (forbidden.size > 0) {
    const labels = node.node.metadata.labels ?? {};
    for (const key in labels) if ((forbidden.get(`${key}=${labels[key]}`) ?? 0) > 0) return EXISTING;
  }
  return undefined;
}

function prepare(pod: Pod, snapshot: Snapshot, args: InterPodAffinityArgs): Notes {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const required = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const shunned = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const all: PodQuery = { conditions: required.map((term) => conditionOf(term, pod)), skipTerminating: false };
  return {
    snapshot,
    // A pod must match all terms to count for any.
    affinity: required.map(({ topologyKey }) => domains(topologyKey, all, snapshot)),
    antiAffinity: shunned.map((term) => domains(term.topologyKey, queryOf(term, pod), snapshot)),
    forbidden: forbiddenDomains(pod, snapshot),
    matchesSelf: required.length > 0 && answers(all, pod, (name) => snapshot.namespace(name)),
    preferred: preferredDomains(pod, snapshot, args),
  };
}

function domains(key: string, query: PodQuery, snapshot: Snapshot): Domains {
  return { key, query, counts: sumByDomain(snapshot.count(query), key, (name) => snapshot.node(name)) };
}

/** Which pods a term of `owner` means. */
function conditionOf(term: PodAffinityTerm, owner: Pod): PodCondition {
  const named = term.namespaces ?? [];
  const own = named.length === 0 && !term.namespaceSelector ? [owner.metadata.namespace] : named;
  const { matchLabelKeys: match, mismatchLabelKeys: mismatch } = term;
  return {
    namespaces: own,
    ...(term.namespaceSelector && { namespaceSelector: term.namespaceSelector }),
    selector: withLabelKeys(term.labelSelector, owner, { ...(match && { match }), ...(mismatch && { mismatch }) }),
  };
}

function queryOf(term: PodAffinityTerm, owner: Pod): PodQuery {
  return { conditions: [conditionOf(term, owner)], skipTerminating: false };
}

/** Whether a term of `owner` means `other`. */
function means(term: PodAffinityTerm, { owner, other }: { owner: Pod; other: Pod }, snapshot: Snapshot): boolean {
  return answers(queryOf(term, owner), other, (name) => snapshot.namespace(name));
}

function forbiddenDomains(pod: Pod, snapshot: Snapshot): Map<string, number> {
  const forbidden = new Map<string, number>();
  for (const node of snapshot.withAntiAffinity)
    for (const other of node.podsWithAntiAffinity.values()) forbid(forbidden, { pod, other, node, delta: 1 }, snapshot);
  return forbidden;
}

/** Counts where a pod on a node keeps `pod` away. */
function forbid(
  forbidden: Map<string, number>,
  { pod, other, node, delta }: { pod: Pod; other: Pod; node: NodeInfo; delta: 1 | -1 },
  snapshot: Snapshot,
): void {
  for (const term of other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const domain = domainOf(node, term.topologyKey);
    if (domain !== undefined && means(term, { owner: other, other: pod }, snapshot))
      bump(forbidden, `${term.topologyKey}=${domain}`, delta);
  }
}

function applyMove(notes: Notes, pod: Pod, { pod: other, node, delta }: Move): void {
  const { snapshot, affinity, antiAffinity, forbidden } = notes;
  for (const { key, query, counts } of [...affinity, ...antiAffinity]) {
    const domain = domainOf(node, key);
    if (domain !== undefined && answers(query, other, (name) => snapshot.namespace(name))) bump(counts, domain, delta);
  }
  forbid(forbidden, { pod, other, node, delta }, snapshot);
}

function preferredDomains(pod: Pod, snapshot: Snapshot, args: InterPodAffinityArgs): Map<string, number> {
  const scores = new Map<string, number>();
  const own = weightedTerms(pod);
  for (const { term, weight } of own) {
    const counts = sumByDomain(snapshot.count(queryOf(term, pod)), term.topologyKey, (name) => snapshot.node(name));
    for (const [domain, count] of counts) bump(scores, `${term.topologyKey}=${domain}`, weight * count);
  }
  if (args.ignorePreferredTermsOfExistingPods && own.length === 0) return scores;
  for (const node of snapshot.withAffinity) {
    for (const other of node.podsWithAffinity.values()) {
      for (const { term, weight } of termsOfRunning(other, args)) {
        const domain = domainOf(node, term.topologyKey);
        if (domain !== undefined && means(term, { owner: other, other: pod }, snapshot))
          bump(scores, `${term.topologyKey}=${domain}`, weight);
      }
    }
  }
  return scores;
}

interface WeightedTerm {
  readonly term: PodAffinityTerm;
  readonly weight: number;
}

/** What a running pod would like of newcomers. */
function termsOfRunning(other: Pod, { hardPodAffinityWeight = 1 }: InterPodAffinityArgs): WeightedTerm[] {
  const required = other.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...weightedTerms(other),
    ...(hardPodAffinityWeight > 0 ? required.map((term) => ({ term, weight: hardPodAffinityWeight })) : []),
  ];
}

function weightedTerms(pod: Pod): WeightedTerm[] {
  const near = pod.spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const away = pod.spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...near.map(({ podAffinityTerm, weight }) => ({ term: podAffinityTerm, weight })),
    ...away.map(({ podAffinityTerm, weight }) => ({ term: podAffinityTerm, weight: -weight })),
  ];
}

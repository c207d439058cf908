import { labelSelectorMatches, type Pod, type PodAffinityTerm } from "../../api/index.ts";
import { type Plugin, type Rejection, SCORE_MAX, type Snapshot } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { selects, withLabelKeys } from "./topology.ts";

const AFFINITY: Rejection = { reasons: ["node(s) didn't match pod affinity rules"], resolvable: false };
const ANTI_AFFINITY: Rejection = { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true };
const EXISTING: Rejection = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true };
const HARD_AFFINITY_WEIGHT = 1;

interface Notes {
  /** Per required affinity term: topology value -> matching pods. */
  readonly affinity: readonly { readonly key: string; readonly counts: ReadonlyMap<string, number> }[];
  readonly antiAffinity: readonly { readonly key: string; readonly counts: ReadonlyMap<string, number> }[];
  /** Topology "key=value" pairs that existing pods keep this pod away from. */
  readonly forbidden: ReadonlySet<string>;
  /** The pod satisfies its own affinity and nothing matches it yet: the first of its group may go anywhere. */
  readonly first: boolean;
  /** "key=value" -> score. */
  readonly preferred: ReadonlyMap<string, number>;
}

/** Pods near or away from other pods, by topology domain. */
export const interPodAffinity: Plugin = {
  name: "InterPodAffinity",
  events: ["nodeApplied", "podDeleted", "podPlaced", "podChanged"],
  weight: 2,
  prepare(pod, snapshot) {
    const notes = prepare(pod, snapshot);
    const skipFilter = notes.affinity.length === 0 && notes.antiAffinity.length === 0 && notes.forbidden.size === 0;
    return { notes, skipFilter, skipScore: notes.preferred.size === 0 };
  },
  filter(_pod, node, raw) {
    const notes = raw as Notes;
    const labels = node.node.metadata.labels ?? {};
    for (const { key, counts } of notes.affinity) {
      const value = labels[key];
      if (value === undefined || (!counts.get(value) && !notes.first)) return AFFINITY;
    }
    for (const { key, counts } of notes.antiAffinity)
      if (labels[key] !== undefined && counts.get(labels[key])) return ANTI_AFFINITY;
    if (notes.forbidden.size > 0) {
      for (const [key, value] of Object.entries(labels)) if (notes.forbidden.has(`${key}=${value}`)) return EXISTING;
    }
    return undefined;
  },
  score(_pod, node, raw) {
    const { preferred } = raw as Notes;
    let total = 0;
    for (const [key, value] of Object.entries(node.node.metadata.labels ?? {}))
      total += preferred.get(`${key}=${value}`) ?? 0;
    return total;
  },
  normalize(scores) {
    const max = Math.max(...scores);
    const min = Math.min(...scores);
    for (let index = 0; index < scores.length; index++) {
      scores[index] = max === min ? 0 : Math.floor((SCORE_MAX * (scores[index]! - min)) / (max - min));
    }
  },
};

function prepare(pod: Pod, snapshot: Snapshot): Notes {
  const required = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const shunned = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const affinity = required.map((term) => countMatches(required, pod, snapshot, term.topologyKey));
  const matchesSelf = required.every((term) => termMatches(term, pod, pod, snapshot));
  return {
    affinity,
    antiAffinity: shunned.map((term) => countMatches([term], pod, snapshot, term.topologyKey)),
    forbidden: forbiddenDomains(pod, snapshot),
    first: matchesSelf && affinity.every(({ counts }) => counts.size === 0),
    preferred: preferredDomains(pod, snapshot),
  };
}

/** How many existing pods match all terms, by value of the topology key. */
function countMatches(terms: readonly PodAffinityTerm[], pod: Pod, snapshot: Snapshot, key: string) {
  const counts = new Map<string, number>();
  for (const node of snapshot.nodes) {
    const value = node.node.metadata.labels?.[key];
    if (value === undefined) continue;
    for (const { pod: other } of node.pods.values()) {
      if (terms.every((term) => termMatches(term, pod, other, snapshot)))
        counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return { key, counts };
}

function forbiddenDomains(pod: Pod, snapshot: Snapshot): Set<string> {
  const forbidden = new Set<string>();
  for (const node of snapshot.nodes) {
    for (const other of node.podsWithAntiAffinity.values()) {
      for (const term of other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        const value = node.node.metadata.labels?.[term.topologyKey];
        if (value !== undefined && termMatches(term, other, pod, snapshot))
          forbidden.add(`${term.topologyKey}=${value}`);
      }
    }
  }
  return forbidden;
}

function preferredDomains(pod: Pod, snapshot: Snapshot): Map<string, number> {
  const scores = new Map<string, number>();
  const bump = (node: NodeInfo, term: PodAffinityTerm, weight: number) => {
    const value = node.node.metadata.labels?.[term.topologyKey];
    if (value !== undefined)
      scores.set(`${term.topologyKey}=${value}`, (scores.get(`${term.topologyKey}=${value}`) ?? 0) + weight);
  };
  const own = weightedTerms(pod);
  for (const node of snapshot.nodes) {
    for (const { pod: other } of node.pods.values()) {
      for (const { term, weight } of own) if (termMatches(term, pod, other, snapshot)) bump(node, term, weight);
      if (!other.spec.affinity) continue;
      for (const { term, weight } of weightedTerms(other))
        if (termMatches(term, other, pod, snapshot)) bump(node, term, weight);
      for (const term of other.spec.affinity.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        if (termMatches(term, other, pod, snapshot)) bump(node, term, HARD_AFFINITY_WEIGHT);
      }
    }
  }
  return scores;
}

function weightedTerms(pod: Pod): { term: PodAffinityTerm; weight: number }[] {
  const near = pod.spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const away = pod.spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...near.map(({ podAffinityTerm, weight }) => ({ term: podAffinityTerm, weight })),
    ...away.map(({ podAffinityTerm, weight }) => ({ term: podAffinityTerm, weight: -weight })),
  ];
}

/** Whether `owner`'s term picks `other`, by namespace and labels. */
function termMatches(term: PodAffinityTerm, owner: Pod, other: Pod, snapshot: Snapshot): boolean {
  if (!namespaceMatches(term, owner, other, snapshot)) return false;
  return selects(
    withLabelKeys(term.labelSelector, owner, { match: term.matchLabelKeys, mismatch: term.mismatchLabelKeys }),
    other,
  );
}

function namespaceMatches(term: PodAffinityTerm, owner: Pod, other: Pod, snapshot: Snapshot): boolean {
  const name = other.metadata.namespace;
  if (term.namespaces?.includes(name)) return true;
  if (term.namespaceSelector)
    return labelSelectorMatches(term.namespaceSelector, snapshot.namespace(name)?.metadata.labels ?? {});
  return !term.namespaces?.length && name === owner.metadata.namespace;
}

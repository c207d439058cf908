import { type LabelSelector, labelSelectorMatches, type Namespace, type Pod } from "../api/index.ts";

/** Picks pods: all of the conditions must hold. */
export interface PodQuery {
  readonly conditions: readonly PodCondition[];
  /** Pods that are being deleted don't count. */
  readonly skipTerminating: boolean;
}

export interface PodCondition {
  readonly namespaces: readonly string[];
  /** Also pods of namespaces with such labels. */
  readonly namespaceSelector?: LabelSelector | undefined;
  /** Absent picks nothing. */
  readonly selector: LabelSelector | undefined;
}

/** Matching pods by node name; nodes without any have no entry. */
export interface PodCount {
  readonly byNode: ReadonlyMap<string, number>;
}

type NamespaceLookup = (name: string) => Namespace | undefined;

interface Counter {
  readonly query: PodQuery;
  readonly byNode: Map<string, number>;
}

/** Queries that are kept; the one not asked for longest goes first. */
const COUNTERS_MAX = 128;

/**
 * Counts placed pods for the queries of affinity and spreading. Pods of one owner ask the same, so that after the first
 * of them a cycle reads a count for each node instead of looking at every pod of the cluster.
 */
export class PodCounters {
  readonly #counters = new Map<string, Counter>();
  readonly #namespace: NamespaceLookup;

  constructor(namespace: NamespaceLookup) {
    this.#namespace = namespace;
  }

  /** The count of a query; `placed` gives all pods with their nodes, read only the first time. */
  count(query: PodQuery, placed: () => Iterable<readonly [nodeName: string, pod: Pod]>): PodCount {
    const key = JSON.stringify([query.conditions, query.skipTerminating]);
    let counter = this.#counters.get(key);
    if (counter) this.#counters.delete(key);
    else {
      counter = { query, byNode: new Map() };
      for (const [nodeName, pod] of placed()) this.#move(counter, nodeName, pod, 1);
      if (this.#counters.size >= COUNTERS_MAX) this.#counters.delete(this.#counters.keys().next().value!);
    }
    this.#counters.set(key, counter);
    return counter;
  }

  /** A pod came to a node (1) or left it (-1). */
  move(nodeName: string, pod: Pod, delta: 1 | -1): void {
    for (const counter of this.#counters.values()) this.#move(counter, nodeName, pod, delta);
  }

  /** Namespaces changed their labels: what depends on them is counted anew. */
  forgetNamespaces(): void {
    for (const [key, { query }] of this.#counters)
      if (query.conditions.some((condition) => condition.namespaceSelector)) this.#counters.delete(key);
  }

  #move({ query, byNode }: Counter, nodeName: string, pod: Pod, delta: number): void {
    if (!answers(query, pod, this.#namespace)) return;
    const count = (byNode.get(nodeName) ?? 0) + delta;
    if (count > 0) byNode.set(nodeName, count);
    else byNode.delete(nodeName);
  }
}

/** Whether a pod answers to a query. */
export function answers(query: PodQuery, pod: Pod, namespace: NamespaceLookup): boolean {
  if (query.skipTerminating && pod.metadata.deletionTimestamp) return false;
  return query.conditions.every((condition) => holds(condition, pod, namespace));
}

function holds({ namespaces, namespaceSelector, selector }: PodCondition, pod: Pod, namespace: NamespaceLookup) {
  if (!selector) return false;
  const inNamespace =
    namespaces.includes(pod.metadata.namespace) ||
    (namespaceSelector !== undefined &&
      labelSelectorMatches(namespaceSelector, namespace(pod.metadata.namespace)?.metadata.labels ?? {}));
  return inNamespace && labelSelectorMatches(selector, pod.metadata.labels ?? {});
}

import type { Node, Pod } from "../api/index.ts";
import { NodeInfo } from "./node-info.ts";

/**
 * The cluster as the scheduler sees it: what the API says plus the placements it has decided itself and whose binding
 * is still under way. Changed in place as events come, so that a cycle never copies it.
 */
export class SchedulerCache {
  readonly #nodes = new Map<string, NodeInfo>();
  /** uid -> node name of pods in the cache. */
  readonly #placements = new Map<string, string>();
  /** Pods on nodes that are not known (yet). */
  readonly #homeless = new Map<string, Map<string, Pod>>();
  readonly #assumed = new Set<string>();
  #list: NodeInfo[] | undefined;

  /** All nodes, in the order they became known. */
  nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()];
    return this.#list;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  applyNode(node: Node): void {
    const known = this.#nodes.get(node.metadata.name);
    if (known) return known.setNode(node);
    const info = new NodeInfo(node);
    this.#nodes.set(node.metadata.name, info);
    this.#list = undefined;
    const waiting = this.#homeless.get(node.metadata.name);
    this.#homeless.delete(node.metadata.name);
    for (const pod of waiting?.values() ?? []) info.addPod(pod);
  }

  deleteNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    this.#nodes.delete(name);
    this.#list = undefined;
    if (info.pods.size > 0) this.#homeless.set(name, new Map([...info.pods].map(([uid, placed]) => [uid, placed.pod])));
  }

  /** A pod that the API says is on a node. */
  applyPod(pod: Pod): void {
    this.#assumed.delete(pod.metadata.uid);
    this.#remove(pod.metadata.uid);
    this.#place(pod, pod.spec.nodeName!);
  }

  deletePod(uid: string): void {
    this.#assumed.delete(uid);
    this.#remove(uid);
  }

  /** Counts a pod on the node it was just decided for. */
  assume(pod: Pod, nodeName: string): void {
    this.#assumed.add(pod.metadata.uid);
    this.#place(pod, nodeName);
  }

  /** Takes back an assumption whose binding failed. */
  forget(uid: string): void {
    if (this.#assumed.delete(uid)) this.#remove(uid);
  }

  /** Whether the pod is placed, by the API or by assumption. */
  has(uid: string): boolean {
    return this.#placements.has(uid);
  }

  #place(pod: Pod, nodeName: string): void {
    this.#placements.set(pod.metadata.uid, nodeName);
    const info = this.#nodes.get(nodeName);
    if (info) return info.addPod(pod);
    const waiting = this.#homeless.get(nodeName) ?? new Map<string, Pod>();
    waiting.set(pod.metadata.uid, pod);
    this.#homeless.set(nodeName, waiting);
  }

  #remove(uid: string): void {
    const nodeName = this.#placements.get(uid);
    if (nodeName === undefined) return;
    this.#placements.delete(uid);
    this.#nodes.get(nodeName)?.removePod(uid);
    this.#homeless.get(nodeName)?.delete(uid);
  }
}

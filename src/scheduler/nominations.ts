import type { Pod } from "../api/index.ts";

/** Pods that wait for room on a node of their own, made by evicting others. */
export class Nominations {
  readonly #nodes = new Map<string, Map<string, Pod>>();
  readonly #nodeOf = new Map<string, string>();

  /** The pods that wait for a node. */
  on(nodeName: string): readonly Pod[] {
    const pods = this.#nodes.get(nodeName);
    return pods ? [...pods.values()] : [];
  }

  /** Notes where a pod waits; with "" it waits nowhere. */
  set(pod: Pod, nodeName: string): void {
    this.delete(pod.metadata.uid);
    if (!nodeName) return;
    const pods = this.#nodes.get(nodeName) ?? new Map<string, Pod>();
    pods.set(pod.metadata.uid, pod);
    this.#nodes.set(nodeName, pods);
    this.#nodeOf.set(pod.metadata.uid, nodeName);
  }

  delete(uid: string): void {
    const nodeName = this.#nodeOf.get(uid);
    if (nodeName === undefined) return;
    this.#nodeOf.delete(uid);
    const pods = this.#nodes.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.#nodes.delete(nodeName);
  }
}

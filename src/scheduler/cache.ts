import type { Namespace, Node, Pod } from "../api/index.ts";
import { type PodCount, PodCounters, type PodQuery } from "./counters.ts";
import type { Snapshot } from "./framework.ts";
import { NodeInfo } from "./node-info.ts";

const ZONE = "topology.kubernetes.io/zone";
const REGION = "topology.kubernetes.io/region";

/**
 * The cluster as the scheduler sees it: what the API says plus the placements it has decided itself and whose binding
 * is still under way. Changed in place as events come, so that a cycle never copies it.
 */
export class SchedulerCache implements Snapshot {
  readonly #nodes = new Map<string, NodeInfo>();
  /** uid -> node name of pods in the cache. */
  readonly #placements = new Map<string, string>();
  /** Pods on nodes that are not known (yet). */
  readonly #homeless = new Map<string, Map<string, Pod>>();
  readonly #assumed = new Set<string>();
  readonly #withAffinity = new Set<NodeInfo>();
  readonly #withAntiAffinity = new Set<NodeInfo>();
  readonly #images = new Map<string, number>();
  readonly #counters: PodCounters;
  readonly #namespace: (name: string) => Namespace | undefined;
  #list: readonly NodeInfo[] | undefined;

  constructor(namespace: (name: string) => Namespace | undefined) {
    this.#namespace = namespace;
    this.#counters = new PodCounters(namespace);
  }

  /** All nodes, zones taking turns, so that a search that stops early has seen all of them. */
  get nodes(): readonly NodeInfo[] {
    this.#list ??= interleaveZones([...this.#nodes.values()]);
    return this.#list;
  }

  get withAffinity(): Iterable<NodeInfo> {
    return this.#withAffinity;
  }

  get withAntiAffinity(): Iterable<NodeInfo> {
    return this.#withAntiAffinity;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  namespace(name: string): Namespace | undefined {
    return this.#namespace(name);
  }

  imageHolders(image: string): number {
    return this.#images.get(image) ?? 0;
  }

  count(query: PodQuery): PodCount {
    return this.#counters.count(query, () => this.#placed());
  }

  /** Labels of namespaces changed. */
  namespacesChanged(): void {
    this.#counters.forgetNamespaces();
  }

  applyNode(node: Node): void {
    const known = this.#nodes.get(node.metadata.name);
    if (known) return this.#replaceNode(known, node);
    const info = new NodeInfo(node);
    this.#nodes.set(node.metadata.name, info);
    this.#list = undefined;
    this.#countImages(info, 1);
    const waiting = this.#homeless.get(node.metadata.name);
    this.#homeless.delete(node.metadata.name);
    for (const pod of waiting?.values() ?? []) this.#add(info, pod);
  }

  deleteNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    const pods = [...info.pods].map(([uid, placed]) => [uid, placed.pod] as const);
    for (const [uid] of pods) this.#take(info, uid);
    this.#nodes.delete(name);
    this.#list = undefined;
    this.#countImages(info, -1);
    if (pods.length > 0) this.#homeless.set(name, new Map(pods));
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

  #replaceNode(known: NodeInfo, node: Node): void {
    const moved = zoneOf(known.node) !== zoneOf(node);
    this.#countImages(known, -1);
    known.setNode(node);
    this.#countImages(known, 1);
    if (moved) this.#list = undefined;
  }

  #countImages({ images }: NodeInfo, delta: 1 | -1): void {
    for (const image of images.keys()) {
      const count = this.imageHolders(image) + delta;
      if (count > 0) this.#images.set(image, count);
      else this.#images.delete(image);
    }
  }

  *#placed(): Iterable<readonly [string, Pod]> {
    for (const info of this.#nodes.values()) for (const { pod } of info.pods.values()) yield [info.name, pod];
  }

  #place(pod: Pod, nodeName: string): void {
    this.#placements.set(pod.metadata.uid, nodeName);
    const info = this.#nodes.get(nodeName);
    if (info) return this.#add(info, pod);
    const waiting = this.#homeless.get(nodeName) ?? new Map<string, Pod>();
    waiting.set(pod.metadata.uid, pod);
    this.#homeless.set(nodeName, waiting);
  }

  #remove(uid: string): void {
    const nodeName = this.#placements.get(uid);
    if (nodeName === undefined) return;
    this.#placements.delete(uid);
    const info = this.#nodes.get(nodeName);
    if (info) this.#take(info, uid);
    this.#homeless.get(nodeName)?.delete(uid);
  }

  #add(info: NodeInfo, pod: Pod): void {
    info.addPod(pod);
    this.#counters.move(info.name, pod, 1);
    this.#noteAffinity(info);
  }

  #take(info: NodeInfo, uid: string): void {
    const placed = info.pods.get(uid);
    if (!placed) return;
    info.removePod(uid);
    this.#counters.move(info.name, placed.pod, -1);
    this.#noteAffinity(info);
  }

  #noteAffinity(info: NodeInfo): void {
    if (info.podsWithAffinity.size > 0) this.#withAffinity.add(info);
    else this.#withAffinity.delete(info);
    if (info.podsWithAntiAffinity.size > 0) this.#withAntiAffinity.add(info);
    else this.#withAntiAffinity.delete(info);
  }
}

function zoneOf({ metadata: { labels } }: Node): string {
  return `${labels?.[REGION] ?? ""}/${labels?.[ZONE] ?? ""}`;
}

/** One node of each zone in turn. */
function interleaveZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const zones = [...Map.groupBy(nodes, ({ node }) => zoneOf(node)).values()];
  if (zones.length < 2) return nodes;
  const longest = Math.max(...zones.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => zones.flatMap((zone) => zone[turn] ?? [])).flat();
}

import { isPodTerminal, type Node, type Pod } from "../../api/index.ts";

export interface Observed {
  readonly pods: readonly Pod[];
  readonly node: (name: string) => Node | undefined;
  /** Names of nodes that have been missing long enough. */
  readonly lostNodes: ReadonlySet<string>;
  /** Finished pods that may stay; 0 or less for any number. */
  readonly terminatedMax: number;
}

export interface Collected {
  readonly pod: Pod;
  readonly why?: { readonly reason: string; readonly message: string };
}

const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

/** Pods that nobody else will ever delete. */
export function plan({ pods, node, lostNodes, terminatedMax }: Observed): Collected[] {
  const found = new Map<string, Collected>();
  const add = (pod: Pod, message?: string) => {
    const why = message === undefined ? {} : { why: { reason: "DeletionByPodGC", message } };
    if (!found.has(pod.metadata.uid)) found.set(pod.metadata.uid, { pod, ...why });
  };
  const finished = pods.filter(isPodTerminal);
  if (terminatedMax > 0 && finished.length > terminatedMax) {
    const evictedFirst = (pod: Pod) => (pod.status.reason === "Evicted" ? 0 : 1);
    const age = ({ metadata }: Pod) => `${metadata.creationTimestamp}/${metadata.name}`;
    const order = [...finished].sort((a, b) => evictedFirst(a) - evictedFirst(b) || (age(a) < age(b) ? -1 : 1));
    for (const pod of order.slice(0, finished.length - terminatedMax)) add(pod);
  }
  for (const pod of pods) {
    const { nodeName } = pod.spec;
    const deleted = pod.metadata.deletionTimestamp !== undefined;
    if (deleted && nodeName && isOutOfService(node(nodeName))) add(pod);
    if (nodeName && lostNodes.has(nodeName)) add(pod, "PodGC: node no longer exists");
    if (deleted && !nodeName) add(pod);
  }
  return [...found.values()];
}

function isOutOfService(node: Node | undefined): boolean {
  if (!node?.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return false;
  return node.status.conditions?.find(({ type }) => type === "Ready")?.status !== "True";
}

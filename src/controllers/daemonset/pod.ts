import { own } from "../../base/index.ts";
import {
  type DaemonSet,
  DaemonSet as DaemonSetKind,
  type Node,
  nodeSelectorMatches,
  type Pod,
  type Toleration,
  tolerates,
} from "../../api/index.ts";
import { podFromTemplate } from "../common/pods.ts";

export const HASH_LABEL = "controller-revision-hash";
const GENERATION_LABEL = "pod-template-generation";
const GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";

/** Daemons stay where other pods would be driven away. */
const TOLERATED: readonly Toleration[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];
const HOST_NETWORK_TOLERATED: Toleration = {
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
};

/** The set's pod for a node. */
export function daemonPod(set: DaemonSet, { nodeName, hash }: { nodeName: string; hash: string }): Pod {
  const pod = podFromTemplate(set.spec.template, { owner: set, ownerKind: DaemonSetKind });
  const generation = generationOf(set);
  const labels = {
    ...pod.metadata.labels,
    ...(generation !== undefined && { [GENERATION_LABEL]: generation }),
    ...(hash && { [HASH_LABEL]: hash }),
  };
  const spec = { ...pod.spec, tolerations: tolerationsOf(set), affinity: affinityFor(pod, nodeName) };
  return { ...pod, metadata: { ...pod.metadata, labels }, spec } as Pod;
}

function generationOf(set: DaemonSet): string | undefined {
  return set.metadata.annotations?.[GENERATION_ANNOTATION];
}

/** The template's own and those that every daemon has. */
function tolerationsOf({ spec: { template } }: DaemonSet): readonly Toleration[] {
  const result = [...(template.spec.tolerations ?? [])];
  for (const wanted of template.spec.hostNetwork ? [...TOLERATED, HOST_NETWORK_TOLERATED] : TOLERATED) {
    const index = result.findIndex(
      ({ key, operator, effect, value }) =>
        key === wanted.key && (operator ?? "Equal") === wanted.operator && effect === wanted.effect && !value,
    );
    if (index < 0) result.push(wanted);
    else result[index] = wanted;
  }
  return result;
}

/** Keeps what the template wants otherwise, and binds the pod to its node. */
function affinityFor({ spec: { affinity } }: Pod, nodeName: string): Pod["spec"]["affinity"] {
  const nodeSelectorTerms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: [nodeName] }] }];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, ...required } } as Pod["spec"]["affinity"];
}

/** The node that a daemon's pod is on, or is bound to go to. */
export function nodeNameOf({ spec }: Pod): string {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    const named = matchFields?.find(({ key, operator }) => key === "metadata.name" && operator === "In");
    if (named?.values?.length === 1) return named.values[0]!;
  }
  return "";
}

/** Whether the pod was made from the set's present template. */
export function isUpdated({ metadata: { labels } }: Pod, set: DaemonSet, hash: string): boolean {
  const generation = generationOf(set);
  return (
    (generation !== undefined && labels?.[GENERATION_LABEL] === generation) ||
    (hash !== "" && labels?.[HASH_LABEL] === hash)
  );
}

/** Whether a node should have the set's pod, and whether one that is there may stay. */
export function wantsNode(set: DaemonSet, node: Node): { readonly run: boolean; readonly stay: boolean } {
  const { nodeName, nodeSelector, affinity } = set.spec.template.spec;
  const no = { run: false, stay: false };
  if (nodeName && nodeName !== node.metadata.name) return no;
  const labels = node.metadata.labels ?? {};
  if (Object.entries(nodeSelector ?? {}).some(([key, value]) => own(labels, key) !== value)) return no;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required && !nodeSelectorMatches(required, node)) return no;
  const tolerations = tolerationsOf(set);
  const forbids = (effect: string) =>
    (node.spec.taints ?? []).some((taint) => taint.effect === effect && !tolerates(tolerations, taint));
  if (forbids("NoExecute")) return no;
  return forbids("NoSchedule") ? { run: false, stay: true } : { run: true, stay: true };
}

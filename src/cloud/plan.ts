import type { Node, Service } from "../api/index.ts";
import type { Instance, Route } from "./provider.ts";

const UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized";
export const CLEANUP = "service.kubernetes.io/load-balancer-cleanup";
const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";
const LABELS = {
  type: "node.kubernetes.io/instance-type",
  zone: "topology.kubernetes.io/zone",
  region: "topology.kubernetes.io/region",
} as const;

/** What a new node gets from the cloud; undefined when it has been initialized. */
export function initialize(node: Node, instance: Instance) {
  const taints = node.spec.taints ?? [];
  if (!taints.some(({ key }) => key === UNINITIALIZED)) return undefined;
  const labels: Record<string, string> = {};
  for (const [field, label] of Object.entries(LABELS)) {
    const value = instance[field as keyof typeof LABELS];
    if (value) labels[label] = value;
  }
  const left = taints.filter(({ key }) => key !== UNINITIALIZED);
  return {
    metadata: { resourceVersion: node.metadata.resourceVersion, labels },
    spec: { providerID: node.spec.providerID ?? instance.providerId, taints: left.length > 0 ? left : null },
  };
}

/** Routes to make and to take away, so that each node's pods are reached. */
export function routeChanges(
  nodes: readonly Node[],
  known: readonly Route[],
): { readonly create: readonly Route[]; readonly remove: readonly Route[] } {
  const wanted = nodes.flatMap(({ metadata, spec }) =>
    (spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : [])).map((cidr) => ({ nodeName: metadata.name, cidr })),
  );
  const keyOf = ({ nodeName, cidr }: Route) => `${nodeName} ${cidr}`;
  const have = new Set(known.map(keyOf));
  const want = new Set(wanted.map(keyOf));
  return {
    create: wanted.filter((route) => !have.has(keyOf(route))),
    remove: known.filter((route) => !want.has(keyOf(route))),
  };
}

export function wantsBalancer({ spec, metadata }: Service): boolean {
  return spec.type === "LoadBalancer" && spec.loadBalancerClass === undefined && !metadata.deletionTimestamp;
}

/** Nodes that a balancer may send traffic to. */
export function balancedNodes(nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(
    ({ metadata, spec }) =>
      metadata.labels?.[EXCLUDED] === undefined &&
      !(spec.taints ?? []).some(({ key }) => key === UNINITIALIZED || key === "ToBeDeletedByClusterAutoscaler"),
  );
}

import type { Service } from "./service.ts";

/** What a service needs of the server, by its type and policies. */

type HasSpec = Pick<Service, "spec">;

/** Whether the service has an address in the cluster, or says that it wants none. */
export function needsClusterIP({ spec }: HasSpec): boolean {
  return spec.type !== "ExternalName";
}

/** Whether the service's type opens its ports on every node. */
export function usesNodePorts({ spec }: HasSpec): boolean {
  return spec.type === "NodePort" || spec.type === "LoadBalancer";
}

/** Whether ports without a number get one. */
export function needsNodePorts({ spec }: HasSpec): boolean {
  return spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
}

/** Whether load balancers ask nodes if they have endpoints of the service. */
export function needsHealthCheckPort({ spec }: HasSpec): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

/** Whether traffic reaches the service from outside of the cluster. */
export function isExternallyAccessible({ spec }: HasSpec): boolean {
  return usesNodePorts({ spec }) || (spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
}

export function isHeadless({ spec }: HasSpec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";
}

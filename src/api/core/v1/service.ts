import {
  boolean,
  int32,
  intOrString,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  type Infer,
} from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";

export const ServiceStatus = struct("io.k8s.api.core.v1.ServiceStatus", () => ({
  loadBalancer: ref(1, LoadBalancerStatus),
  conditions: list(2, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface ServiceStatus extends Infer<typeof ServiceStatus> {}

export const LoadBalancerStatus = struct("io.k8s.api.core.v1.LoadBalancerStatus", () => ({
  ingress: list(1, LoadBalancerIngress, { list: "atomic" }),
}));
export interface LoadBalancerStatus extends Infer<typeof LoadBalancerStatus> {}

export const LoadBalancerIngress = struct("io.k8s.api.core.v1.LoadBalancerIngress", () => ({
  ip: string(1),
  hostname: string(2),
  ipMode: string(3, { ptr: true }),
  ports: list(4, PortStatus, { list: "atomic" }),
}));
export interface LoadBalancerIngress extends Infer<typeof LoadBalancerIngress> {}

export const PortStatus = struct("io.k8s.api.core.v1.PortStatus", () => ({
  port: int32(1, { always: true, required: true }),
  protocol: string(2, { always: true, required: true, enum: ["SCTP", "TCP", "UDP"] }),
  error: string(3, {
    ptr: true,
    rules: [
      "Pattern=`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`",
      "MaxLength=316",
    ],
  }),
}));
export interface PortStatus extends Infer<typeof PortStatus> {}

export const ServiceSpec = struct("io.k8s.api.core.v1.ServiceSpec", () => ({
  ports: list(1, ServicePort, { list: "map", keys: ["port", "protocol"], patch: ["merge"], mergeKey: "port" }),
  selector: map(2, scalar.string, { atomic: true }),
  clusterIP: string(3),
  clusterIPs: list(18, scalar.string, { list: "atomic" }),
  type: string(4, { enum: ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"] }),
  externalIPs: list(5, scalar.string, { list: "atomic" }),
  sessionAffinity: string(7, { enum: ["ClientIP", "None"] }),
  loadBalancerIP: string(8),
  loadBalancerSourceRanges: list(9, scalar.string, { list: "atomic" }),
  externalName: string(10),
  externalTrafficPolicy: string(11, { enum: ["Cluster", "Local"] }),
  healthCheckNodePort: int32(12),
  publishNotReadyAddresses: boolean(13),
  sessionAffinityConfig: ref(14, SessionAffinityConfig, { ptr: true }),
  ipFamilies: list(19, scalar.string, { list: "atomic", element: { enum: ["", "IPv4", "IPv6"] } }),
  ipFamilyPolicy: string(17, { ptr: true, enum: ["PreferDualStack", "RequireDualStack", "SingleStack"] }),
  allocateLoadBalancerNodePorts: boolean(20, { ptr: true }),
  loadBalancerClass: string(21, { ptr: true }),
  internalTrafficPolicy: string(22, { ptr: true, enum: ["Cluster", "Local"] }),
  trafficDistribution: string(23, { ptr: true }),
}));
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}

export const SessionAffinityConfig = struct("io.k8s.api.core.v1.SessionAffinityConfig", () => ({
  clientIP: ref(1, ClientIPConfig, { ptr: true }),
}));
export interface SessionAffinityConfig extends Infer<typeof SessionAffinityConfig> {}

export const ClientIPConfig = struct("io.k8s.api.core.v1.ClientIPConfig", () => ({
  timeoutSeconds: int32(1, { ptr: true }),
}));
export interface ClientIPConfig extends Infer<typeof ClientIPConfig> {}

export const ServicePort = struct("io.k8s.api.core.v1.ServicePort", () => ({
  name: string(1),
  protocol: string(2, { default: "TCP", enum: ["SCTP", "TCP", "UDP"] }),
  appProtocol: string(6, { ptr: true }),
  port: int32(3, { always: true, required: true }),
  targetPort: intOrString(4),
  nodePort: int32(5),
}));
export interface ServicePort extends Infer<typeof ServicePort> {}

export const Service = kind({
  name: "io.k8s.api.core.v1.Service",
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  rules: { createdByUpdate: true, returnsDeleted: true },
  storagePrefix: "services/specs",
  shortNames: ["svc"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [
    { name: "proxy", kind: "ServiceProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, ServiceSpec),
    status: ref(3, ServiceStatus),
  }),
});
export interface Service extends InferKind<typeof Service> {}

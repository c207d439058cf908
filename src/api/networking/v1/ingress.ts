import { int32, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { TypedLocalObjectReference } from "../../core/v1/references.ts";

export const IngressStatus = struct("io.k8s.api.networking.v1.IngressStatus", () => ({
  loadBalancer: ref(1, IngressLoadBalancerStatus),
}));
export interface IngressStatus extends Infer<typeof IngressStatus> {}

export const IngressLoadBalancerStatus = struct("io.k8s.api.networking.v1.IngressLoadBalancerStatus", () => ({
  ingress: list(1, IngressLoadBalancerIngress, { list: "atomic" }),
}));
export interface IngressLoadBalancerStatus extends Infer<typeof IngressLoadBalancerStatus> {}

export const IngressLoadBalancerIngress = struct("io.k8s.api.networking.v1.IngressLoadBalancerIngress", () => ({
  ip: string(1),
  hostname: string(2),
  ports: list(4, IngressPortStatus, { list: "atomic" }),
}));
export interface IngressLoadBalancerIngress extends Infer<typeof IngressLoadBalancerIngress> {}

export const IngressPortStatus = struct("io.k8s.api.networking.v1.IngressPortStatus", () => ({
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
export interface IngressPortStatus extends Infer<typeof IngressPortStatus> {}

export const IngressSpec = struct("io.k8s.api.networking.v1.IngressSpec", () => ({
  ingressClassName: string(4, { ptr: true }),
  defaultBackend: ref(1, IngressBackend, { ptr: true }),
  tls: list(2, IngressTLS, { list: "atomic" }),
  rules: list(3, IngressRule, { list: "atomic" }),
}));
export interface IngressSpec extends Infer<typeof IngressSpec> {}

export const IngressRule = struct("io.k8s.api.networking.v1.IngressRule", () => ({
  host: string(1),
  ingressRuleValue: ref(2, IngressRuleValue, { always: true, inline: true }),
}));
export interface IngressRule extends Infer<typeof IngressRule> {}

export const IngressRuleValue = struct("io.k8s.api.networking.v1.IngressRuleValue", () => ({
  http: ref(1, HTTPIngressRuleValue, { ptr: true }),
}));
export interface IngressRuleValue extends Infer<typeof IngressRuleValue> {}

export const HTTPIngressRuleValue = struct("io.k8s.api.networking.v1.HTTPIngressRuleValue", () => ({
  paths: list(1, HTTPIngressPath, { always: true, required: true, list: "atomic" }),
}));
export interface HTTPIngressRuleValue extends Infer<typeof HTTPIngressRuleValue> {}

export const HTTPIngressPath = struct("io.k8s.api.networking.v1.HTTPIngressPath", () => ({
  path: string(1),
  pathType: string(3, { ptr: true, always: true, required: true, enum: ["Exact", "ImplementationSpecific", "Prefix"] }),
  backend: ref(2, IngressBackend, { required: true }),
}));
export interface HTTPIngressPath extends Infer<typeof HTTPIngressPath> {}

export const IngressTLS = struct("io.k8s.api.networking.v1.IngressTLS", () => ({
  hosts: list(1, scalar.string, { list: "atomic" }),
  secretName: string(2),
}));
export interface IngressTLS extends Infer<typeof IngressTLS> {}

export const IngressBackend = struct("io.k8s.api.networking.v1.IngressBackend", () => ({
  service: ref(4, IngressServiceBackend, { ptr: true }),
  resource: ref(3, TypedLocalObjectReference, { ptr: true }),
}));
export interface IngressBackend extends Infer<typeof IngressBackend> {}

export const IngressServiceBackend = struct("io.k8s.api.networking.v1.IngressServiceBackend", () => ({
  name: string(1, { always: true, required: true }),
  port: ref(2, ServiceBackendPort),
}));
export interface IngressServiceBackend extends Infer<typeof IngressServiceBackend> {}

export const ServiceBackendPort = struct(
  "io.k8s.api.networking.v1.ServiceBackendPort",
  () => ({
    name: string(1),
    number: int32(2),
  }),
  { atomic: true },
);
export interface ServiceBackendPort extends Infer<typeof ServiceBackendPort> {}

export const Ingress = kind({
  name: "io.k8s.api.networking.v1.Ingress",
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  shortNames: ["ing"],
  scope: "Namespaced",
  storagePrefix: "ingress",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, IngressSpec),
    status: ref(3, IngressStatus),
  }),
});
export interface Ingress extends InferKind<typeof Ingress> {}

import { int32, intOrString, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const NetworkPolicySpec = struct("io.k8s.api.networking.v1.NetworkPolicySpec", () => ({
  podSelector: ref(1, LabelSelector),
  ingress: list(2, NetworkPolicyIngressRule, { list: "atomic", rules: ["optional"] }),
  egress: list(3, NetworkPolicyEgressRule, { list: "atomic", rules: ["optional"] }),
  policyTypes: list(4, scalar.string, { list: "atomic", element: { enum: ["Egress", "Ingress"] } }),
}));
export interface NetworkPolicySpec extends Infer<typeof NetworkPolicySpec> {}

export const NetworkPolicyEgressRule = struct("io.k8s.api.networking.v1.NetworkPolicyEgressRule", () => ({
  ports: list(1, NetworkPolicyPort, { list: "atomic" }),
  to: list(2, NetworkPolicyPeer, { list: "atomic", rules: ["optional"] }),
}));
export interface NetworkPolicyEgressRule extends Infer<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicyIngressRule = struct("io.k8s.api.networking.v1.NetworkPolicyIngressRule", () => ({
  ports: list(1, NetworkPolicyPort, { list: "atomic" }),
  from: list(2, NetworkPolicyPeer, { list: "atomic", rules: ["optional"] }),
}));
export interface NetworkPolicyIngressRule extends Infer<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicyPeer = struct("io.k8s.api.networking.v1.NetworkPolicyPeer", () => ({
  podSelector: ref(1, LabelSelector, { ptr: true }),
  namespaceSelector: ref(2, LabelSelector, { ptr: true }),
  ipBlock: ref(3, IPBlock, { ptr: true, rules: ["optional"] }),
}));
export interface NetworkPolicyPeer extends Infer<typeof NetworkPolicyPeer> {}

export const IPBlock = struct("io.k8s.api.networking.v1.IPBlock", () => ({
  cidr: string(1, { always: true, required: true, rules: ["required"] }),
  except: list(2, scalar.string, { list: "atomic" }),
}));
export interface IPBlock extends Infer<typeof IPBlock> {}

export const NetworkPolicyPort = struct("io.k8s.api.networking.v1.NetworkPolicyPort", () => ({
  protocol: string(1, { ptr: true, enum: ["SCTP", "TCP", "UDP"] }),
  port: intOrString(2, { ptr: true }),
  endPort: int32(3, { ptr: true }),
}));
export interface NetworkPolicyPort extends Infer<typeof NetworkPolicyPort> {}

export const NetworkPolicy = kind({
  name: "io.k8s.api.networking.v1.NetworkPolicy",
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  shortNames: ["netpol"],
  scope: "Namespaced",
  fields: () => ({
    spec: ref(2, NetworkPolicySpec),
  }),
});
export interface NetworkPolicy extends InferKind<typeof NetworkPolicy> {}

import { int64, list, map, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ResourceRequirements } from "./container.ts";
import { ContainerStatus } from "./containerstatus.ts";
import { PodSpec } from "./podspec.ts";

export const PodStatus = struct("io.k8s.api.core.v1.PodStatus", () => ({
  observedGeneration: int64(17),
  phase: string(1, { enum: ["Failed", "Pending", "Running", "Succeeded", "Unknown"] }),
  conditions: list(2, PodCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  message: string(3),
  reason: string(4),
  nominatedNodeName: string(11),
  hostIP: string(5),
  hostIPs: list(16, HostIP, { list: "atomic", patch: ["merge"], mergeKey: "ip" }),
  podIP: string(6),
  podIPs: list(12, PodIP, { list: "map", keys: ["ip"], patch: ["merge"], mergeKey: "ip" }),
  startTime: time(7, { ptr: true }),
  initContainerStatuses: list(10, ContainerStatus, { list: "atomic" }),
  containerStatuses: list(8, ContainerStatus, { list: "atomic" }),
  qosClass: string(9, { enum: ["BestEffort", "Burstable", "Guaranteed"] }),
  ephemeralContainerStatuses: list(13, ContainerStatus, { list: "atomic" }),
  resize: string(14, { gates: ["InPlacePodVerticalScaling"] }),
  resourceClaimStatuses: list(15, PodResourceClaimStatus, {
    list: "map",
    keys: ["name"],
    patch: ["merge", "retainKeys"],
    mergeKey: "name",
    gates: ["DynamicResourceAllocation"],
  }),
  extendedResourceClaimStatus: ref(18, PodExtendedResourceClaimStatus, { ptr: true, gates: ["DRAExtendedResource"] }),
  allocatedResources: map(19, scalar.quantity, { gates: ["InPlacePodLevelResourcesVerticalScaling"] }),
  resources: ref(20, ResourceRequirements, { ptr: true, gates: ["InPlacePodLevelResourcesVerticalScaling"] }),
  nodeAllocatableResourceClaimStatuses: list(21, NodeAllocatableResourceClaimStatus, {
    list: "atomic",
    gates: ["DRANodeAllocatableResources"],
  }),
}));
export interface PodStatus extends Infer<typeof PodStatus> {}

export const NodeAllocatableResourceClaimStatus = struct(
  "io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus",
  () => ({
    resourceClaimName: string(1, { always: true, required: true }),
    containers: list(2, scalar.string, { list: "set" }),
    resources: map(3, scalar.quantity, { always: true, required: true }),
  }),
);
export interface NodeAllocatableResourceClaimStatus extends Infer<typeof NodeAllocatableResourceClaimStatus> {}

export const PodExtendedResourceClaimStatus = struct("io.k8s.api.core.v1.PodExtendedResourceClaimStatus", () => ({
  requestMappings: list(1, ContainerExtendedResourceRequest, { always: true, required: true, list: "atomic" }),
  resourceClaimName: string(2, { always: true, required: true }),
}));
export interface PodExtendedResourceClaimStatus extends Infer<typeof PodExtendedResourceClaimStatus> {}

export const ContainerExtendedResourceRequest = struct("io.k8s.api.core.v1.ContainerExtendedResourceRequest", () => ({
  containerName: string(1, { always: true, required: true }),
  resourceName: string(2, { always: true, required: true }),
  requestName: string(3, { always: true, required: true }),
}));
export interface ContainerExtendedResourceRequest extends Infer<typeof ContainerExtendedResourceRequest> {}

export const PodResourceClaimStatus = struct("io.k8s.api.core.v1.PodResourceClaimStatus", () => ({
  name: string(1, { always: true, required: true }),
  resourceClaimName: string(2, { ptr: true }),
}));
export interface PodResourceClaimStatus extends Infer<typeof PodResourceClaimStatus> {}

export const PodIP = struct("io.k8s.api.core.v1.PodIP", () => ({
  ip: string(1, { always: true, required: true }),
}));
export interface PodIP extends Infer<typeof PodIP> {}

export const HostIP = struct("io.k8s.api.core.v1.HostIP", () => ({
  ip: string(1, { always: true, required: true }),
}));
export interface HostIP extends Infer<typeof HostIP> {}

export const PodCondition = struct("io.k8s.api.core.v1.PodCondition", () => ({
  type: string(1, { always: true, required: true }),
  observedGeneration: int64(7),
  status: string(2, { always: true, required: true }),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
}));
export interface PodCondition extends Infer<typeof PodCondition> {}

export const Pod = kind({
  name: "io.k8s.api.core.v1.Pod",
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  rules: { returnsDeleted: true, statusKeeps: ["ownerReferences", "deletionTimestamp"] },
  shortNames: ["po"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [
    { name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"] },
    { name: "binding", kind: "Binding", verbs: ["create"] },
    { name: "ephemeralcontainers", verbs: ["get", "patch", "update"] },
    { name: "eviction", kind: "Eviction", groupVersion: "policy/v1", verbs: ["create"] },
    { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
    { name: "log", verbs: ["get"] },
    { name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"] },
    { name: "proxy", kind: "PodProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] },
    { name: "resize", verbs: ["get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, PodSpec),
    status: ref(3, PodStatus),
  }),
});
export interface Pod extends InferKind<typeof Pod> {}

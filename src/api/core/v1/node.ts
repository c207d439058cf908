import {
  boolean,
  int32,
  int64,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  time,
  type Infer,
} from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const NodeStatus = struct("io.k8s.api.core.v1.NodeStatus", () => ({
  capacity: map(1, scalar.quantity),
  allocatable: map(2, scalar.quantity),
  phase: string(3, { enum: ["Pending", "Running", "Terminated"] }),
  conditions: list(4, NodeCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  addresses: list(5, NodeAddress, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  daemonEndpoints: ref(6, NodeDaemonEndpoints),
  nodeInfo: ref(7, NodeSystemInfo),
  images: list(8, ContainerImage, { list: "atomic" }),
  volumesInUse: list(9, scalar.string, { list: "atomic" }),
  volumesAttached: list(10, AttachedVolume, { list: "atomic" }),
  config: ref(11, NodeConfigStatus, { ptr: true }),
  runtimeHandlers: list(12, NodeRuntimeHandler, { list: "atomic" }),
  features: ref(13, NodeFeatures, { ptr: true, gates: ["SupplementalGroupsPolicy"] }),
  declaredFeatures: list(14, scalar.string, { list: "atomic", gates: ["NodeDeclaredFeatures"] }),
}));
export interface NodeStatus extends Infer<typeof NodeStatus> {}

export const NodeFeatures = struct("io.k8s.api.core.v1.NodeFeatures", () => ({
  supplementalGroupsPolicy: boolean(1, { ptr: true }),
}));
export interface NodeFeatures extends Infer<typeof NodeFeatures> {}

export const NodeRuntimeHandler = struct("io.k8s.api.core.v1.NodeRuntimeHandler", () => ({
  name: string(1, { always: true }),
  features: ref(2, NodeRuntimeHandlerFeatures, { ptr: true }),
}));
export interface NodeRuntimeHandler extends Infer<typeof NodeRuntimeHandler> {}

export const NodeRuntimeHandlerFeatures = struct("io.k8s.api.core.v1.NodeRuntimeHandlerFeatures", () => ({
  recursiveReadOnlyMounts: boolean(1, { ptr: true }),
  userNamespaces: boolean(2, { ptr: true }),
}));
export interface NodeRuntimeHandlerFeatures extends Infer<typeof NodeRuntimeHandlerFeatures> {}

export const NodeConfigStatus = struct("io.k8s.api.core.v1.NodeConfigStatus", () => ({
  assigned: ref(1, NodeConfigSource, { ptr: true }),
  active: ref(2, NodeConfigSource, { ptr: true }),
  lastKnownGood: ref(3, NodeConfigSource, { ptr: true }),
  error: string(4),
}));
export interface NodeConfigStatus extends Infer<typeof NodeConfigStatus> {}

export const AttachedVolume = struct("io.k8s.api.core.v1.AttachedVolume", () => ({
  name: string(1, { always: true, required: true }),
  devicePath: string(2, { always: true, required: true }),
}));
export interface AttachedVolume extends Infer<typeof AttachedVolume> {}

export const ContainerImage = struct("io.k8s.api.core.v1.ContainerImage", () => ({
  names: list(1, scalar.string, { always: true, list: "atomic" }),
  sizeBytes: int64(2),
}));
export interface ContainerImage extends Infer<typeof ContainerImage> {}

export const NodeSystemInfo = struct("io.k8s.api.core.v1.NodeSystemInfo", () => ({
  machineID: string(1, { always: true, required: true }),
  systemUUID: string(2, { always: true, required: true }),
  bootID: string(3, { always: true, required: true }),
  kernelVersion: string(4, { always: true, required: true }),
  osImage: string(5, { always: true, required: true }),
  containerRuntimeVersion: string(6, { always: true, required: true }),
  kubeletVersion: string(7, { always: true, required: true }),
  kubeProxyVersion: string(8, { always: true, required: true }),
  operatingSystem: string(9, { always: true, required: true }),
  architecture: string(10, { always: true, required: true }),
  swap: ref(11, NodeSwapStatus, { ptr: true }),
}));
export interface NodeSystemInfo extends Infer<typeof NodeSystemInfo> {}

export const NodeSwapStatus = struct("io.k8s.api.core.v1.NodeSwapStatus", () => ({
  capacity: int64(1, { ptr: true }),
}));
export interface NodeSwapStatus extends Infer<typeof NodeSwapStatus> {}

export const NodeDaemonEndpoints = struct("io.k8s.api.core.v1.NodeDaemonEndpoints", () => ({
  kubeletEndpoint: ref(1, DaemonEndpoint),
}));
export interface NodeDaemonEndpoints extends Infer<typeof NodeDaemonEndpoints> {}

export const DaemonEndpoint = struct("io.k8s.api.core.v1.DaemonEndpoint", () => ({
  Port: int32(1, { always: true, required: true }),
}));
export interface DaemonEndpoint extends Infer<typeof DaemonEndpoint> {}

export const NodeAddress = struct("io.k8s.api.core.v1.NodeAddress", () => ({
  type: string(1, { always: true, required: true }),
  address: string(2, { always: true, required: true }),
}));
export interface NodeAddress extends Infer<typeof NodeAddress> {}

export const NodeCondition = struct("io.k8s.api.core.v1.NodeCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastHeartbeatTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
}));
export interface NodeCondition extends Infer<typeof NodeCondition> {}

export const NodeSpec = struct("io.k8s.api.core.v1.NodeSpec", () => ({
  podCIDR: string(1),
  podCIDRs: list(7, scalar.string, { list: "set", patch: ["merge"] }),
  providerID: string(3),
  unschedulable: boolean(4),
  taints: list(5, Taint, { list: "atomic" }),
  configSource: ref(6, NodeConfigSource, { ptr: true }),
  externalID: string(2),
}));
export interface NodeSpec extends Infer<typeof NodeSpec> {}

export const NodeConfigSource = struct("io.k8s.api.core.v1.NodeConfigSource", () => ({
  configMap: ref(2, ConfigMapNodeConfigSource, { ptr: true }),
}));
export interface NodeConfigSource extends Infer<typeof NodeConfigSource> {}

export const ConfigMapNodeConfigSource = struct("io.k8s.api.core.v1.ConfigMapNodeConfigSource", () => ({
  namespace: string(1, { always: true, required: true }),
  name: string(2, { always: true, required: true }),
  uid: string(3),
  resourceVersion: string(4),
  kubeletConfigKey: string(5, { always: true, required: true }),
}));
export interface ConfigMapNodeConfigSource extends Infer<typeof ConfigMapNodeConfigSource> {}

export const Taint = struct("io.k8s.api.core.v1.Taint", () => ({
  key: string(1, { always: true, required: true }),
  value: string(2),
  effect: string(3, { always: true, required: true, enum: ["NoExecute", "NoSchedule", "PreferNoSchedule"] }),
  timeAdded: time(4, { ptr: true }),
}));
export interface Taint extends Infer<typeof Taint> {}

export const Node = kind({
  name: "io.k8s.api.core.v1.Node",
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  storagePrefix: "minions",
  shortNames: ["no"],
  scope: "Cluster",
  subresources: [
    { name: "proxy", kind: "NodeProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, NodeSpec),
    status: ref(3, NodeStatus),
  }),
});
export interface Node extends InferKind<typeof Node> {}

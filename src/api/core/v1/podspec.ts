import { boolean, int32, int64, list, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { Affinity, Toleration, TopologySpreadConstraint } from "./affinity.ts";
import {
  AppArmorProfile,
  Container,
  EphemeralContainer,
  ResourceRequirements,
  SELinuxOptions,
  SeccompProfile,
  WindowsSecurityContextOptions,
} from "./container.ts";
import { LocalObjectReference } from "./references.ts";
import { Volume } from "./volume.ts";

export const PodSpec = struct("io.k8s.api.core.v1.PodSpec", () => ({
  volumes: list(1, Volume, { list: "map", keys: ["name"], patch: ["merge", "retainKeys"], mergeKey: "name" }),
  initContainers: list(20, Container, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  containers: list(2, Container, {
    always: true,
    required: true,
    list: "map",
    keys: ["name"],
    patch: ["merge"],
    mergeKey: "name",
  }),
  ephemeralContainers: list(34, EphemeralContainer, {
    list: "map",
    keys: ["name"],
    patch: ["merge"],
    mergeKey: "name",
  }),
  restartPolicy: string(3, { enum: ["Always", "Never", "OnFailure"] }),
  terminationGracePeriodSeconds: int64(4, { ptr: true }),
  activeDeadlineSeconds: int64(5, { ptr: true }),
  dnsPolicy: string(6, { enum: ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"] }),
  nodeSelector: map(7, scalar.string, { atomic: true }),
  serviceAccountName: string(8),
  serviceAccount: string(9),
  automountServiceAccountToken: boolean(21, { ptr: true }),
  nodeName: string(10),
  hostNetwork: boolean(11),
  hostPID: boolean(12),
  hostIPC: boolean(13),
  shareProcessNamespace: boolean(27, { ptr: true }),
  securityContext: ref(14, PodSecurityContext, { ptr: true }),
  imagePullSecrets: list(15, LocalObjectReference, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  hostname: string(16),
  subdomain: string(17),
  affinity: ref(18, Affinity, { ptr: true }),
  schedulerName: string(19),
  tolerations: list(22, Toleration, { list: "atomic" }),
  hostAliases: list(23, HostAlias, { list: "map", keys: ["ip"], patch: ["merge"], mergeKey: "ip" }),
  priorityClassName: string(24),
  priority: int32(25, { ptr: true }),
  dnsConfig: ref(26, PodDNSConfig, { ptr: true }),
  readinessGates: list(28, PodReadinessGate, { list: "atomic" }),
  runtimeClassName: string(29, { ptr: true }),
  enableServiceLinks: boolean(30, { ptr: true }),
  preemptionPolicy: string(31, { ptr: true, enum: ["Never", "PreemptLowerPriority"] }),
  overhead: map(32, scalar.quantity),
  topologySpreadConstraints: list(33, TopologySpreadConstraint, {
    list: "map",
    keys: ["topologyKey", "whenUnsatisfiable"],
    patch: ["merge"],
    mergeKey: "topologyKey",
  }),
  setHostnameAsFQDN: boolean(35, { ptr: true }),
  os: ref(36, PodOS, { ptr: true }),
  hostUsers: boolean(37, { ptr: true }),
  schedulingGates: list(38, PodSchedulingGate, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  resourceClaims: list(39, PodResourceClaim, {
    list: "map",
    keys: ["name"],
    patch: ["merge", "retainKeys"],
    mergeKey: "name",
    gates: ["DynamicResourceAllocation"],
  }),
  resources: ref(40, ResourceRequirements, { ptr: true, gates: ["PodLevelResources"] }),
  hostnameOverride: string(41, { ptr: true, gates: ["HostnameOverride"] }),
  schedulingGroup: ref(43, PodSchedulingGroup, { ptr: true, gates: ["GenericWorkload"] }),
}));
export interface PodSpec extends Infer<typeof PodSpec> {}

export const PodSchedulingGroup = struct(
  "io.k8s.api.core.v1.PodSchedulingGroup",
  () => ({
    podGroupName: string(1, { ptr: true, rules: ["oneOf=GroupSelection"] }),
  }),
  { unions: [{ "fields-to-discriminateBy": { podGroupName: "PodGroupName" } }] },
);
export interface PodSchedulingGroup extends Infer<typeof PodSchedulingGroup> {}

export const PodResourceClaim = struct("io.k8s.api.core.v1.PodResourceClaim", () => ({
  name: string(1, { always: true, required: true }),
  resourceClaimName: string(3, { ptr: true }),
  resourceClaimTemplateName: string(4, { ptr: true }),
}));
export interface PodResourceClaim extends Infer<typeof PodResourceClaim> {}

export const PodSchedulingGate = struct("io.k8s.api.core.v1.PodSchedulingGate", () => ({
  name: string(1, { always: true, required: true }),
}));
export interface PodSchedulingGate extends Infer<typeof PodSchedulingGate> {}

export const PodOS = struct("io.k8s.api.core.v1.PodOS", () => ({
  name: string(1, { always: true, required: true }),
}));
export interface PodOS extends Infer<typeof PodOS> {}

export const PodReadinessGate = struct("io.k8s.api.core.v1.PodReadinessGate", () => ({
  conditionType: string(1, { always: true, required: true }),
}));
export interface PodReadinessGate extends Infer<typeof PodReadinessGate> {}

export const PodDNSConfig = struct("io.k8s.api.core.v1.PodDNSConfig", () => ({
  nameservers: list(1, scalar.string, { list: "atomic" }),
  searches: list(2, scalar.string, { list: "atomic" }),
  options: list(3, PodDNSConfigOption, { list: "atomic" }),
}));
export interface PodDNSConfig extends Infer<typeof PodDNSConfig> {}

export const PodDNSConfigOption = struct("io.k8s.api.core.v1.PodDNSConfigOption", () => ({
  name: string(1),
  value: string(2, { ptr: true }),
}));
export interface PodDNSConfigOption extends Infer<typeof PodDNSConfigOption> {}

export const HostAlias = struct("io.k8s.api.core.v1.HostAlias", () => ({
  ip: string(1, { always: true, required: true }),
  hostnames: list(2, scalar.string, { list: "atomic" }),
}));
export interface HostAlias extends Infer<typeof HostAlias> {}

export const PodSecurityContext = struct("io.k8s.api.core.v1.PodSecurityContext", () => ({
  seLinuxOptions: ref(1, SELinuxOptions, { ptr: true }),
  windowsOptions: ref(8, WindowsSecurityContextOptions, { ptr: true }),
  runAsUser: int64(2, { ptr: true }),
  runAsGroup: int64(6, { ptr: true }),
  runAsNonRoot: boolean(3, { ptr: true }),
  supplementalGroups: list(4, scalar.int64, { list: "atomic" }),
  supplementalGroupsPolicy: string(12, { ptr: true, enum: ["Merge", "Strict"], gates: ["SupplementalGroupsPolicy"] }),
  fsGroup: int64(5, { ptr: true }),
  sysctls: list(7, Sysctl, { list: "atomic" }),
  fsGroupChangePolicy: string(9, { ptr: true, enum: ["Always", "OnRootMismatch"] }),
  seccompProfile: ref(10, SeccompProfile, { ptr: true }),
  appArmorProfile: ref(11, AppArmorProfile, { ptr: true }),
  seLinuxChangePolicy: string(13, { ptr: true, gates: ["SELinuxChangePolicy"] }),
}));
export interface PodSecurityContext extends Infer<typeof PodSecurityContext> {}

export const Sysctl = struct("io.k8s.api.core.v1.Sysctl", () => ({
  name: string(1, { always: true, required: true }),
  value: string(2, { always: true, required: true }),
}));
export interface Sysctl extends Infer<typeof Sysctl> {}

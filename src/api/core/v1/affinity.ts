import { int32, int64, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const VolumeNodeAffinity = struct("io.k8s.api.core.v1.VolumeNodeAffinity", () => ({
  required: ref(1, NodeSelector, { ptr: true }),
}));
export interface VolumeNodeAffinity extends Infer<typeof VolumeNodeAffinity> {}

export const TopologySpreadConstraint = struct("io.k8s.api.core.v1.TopologySpreadConstraint", () => ({
  maxSkew: int32(1, { always: true, required: true }),
  topologyKey: string(2, { always: true, required: true }),
  whenUnsatisfiable: string(3, { always: true, required: true, enum: ["DoNotSchedule", "ScheduleAnyway"] }),
  labelSelector: ref(4, LabelSelector, { ptr: true }),
  minDomains: int32(5, { ptr: true }),
  nodeAffinityPolicy: string(6, { ptr: true, enum: ["Honor", "Ignore"] }),
  nodeTaintsPolicy: string(7, { ptr: true, enum: ["Honor", "Ignore"] }),
  matchLabelKeys: list(8, scalar.string, { list: "atomic" }),
}));
export interface TopologySpreadConstraint extends Infer<typeof TopologySpreadConstraint> {}

export const Toleration = struct("io.k8s.api.core.v1.Toleration", () => ({
  key: string(1),
  operator: string(2, { enum: ["Equal", "Exists", "Gt", "Lt"] }),
  value: string(3),
  effect: string(4, { enum: ["NoExecute", "NoSchedule", "PreferNoSchedule"] }),
  tolerationSeconds: int64(5, { ptr: true }),
}));
export interface Toleration extends Infer<typeof Toleration> {}

export const Affinity = struct("io.k8s.api.core.v1.Affinity", () => ({
  nodeAffinity: ref(1, NodeAffinity, { ptr: true }),
  podAffinity: ref(2, PodAffinity, { ptr: true }),
  podAntiAffinity: ref(3, PodAntiAffinity, { ptr: true }),
}));
export interface Affinity extends Infer<typeof Affinity> {}

export const PodAntiAffinity = struct("io.k8s.api.core.v1.PodAntiAffinity", () => ({
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm, { list: "atomic" }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm, { list: "atomic" }),
}));
export interface PodAntiAffinity extends Infer<typeof PodAntiAffinity> {}

export const PodAffinity = struct("io.k8s.api.core.v1.PodAffinity", () => ({
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm, { list: "atomic" }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm, { list: "atomic" }),
}));
export interface PodAffinity extends Infer<typeof PodAffinity> {}

export const WeightedPodAffinityTerm = struct("io.k8s.api.core.v1.WeightedPodAffinityTerm", () => ({
  weight: int32(1, { always: true, required: true }),
  podAffinityTerm: ref(2, PodAffinityTerm, { required: true }),
}));
export interface WeightedPodAffinityTerm extends Infer<typeof WeightedPodAffinityTerm> {}

export const PodAffinityTerm = struct("io.k8s.api.core.v1.PodAffinityTerm", () => ({
  labelSelector: ref(1, LabelSelector, { ptr: true }),
  namespaces: list(2, scalar.string, { list: "atomic" }),
  topologyKey: string(3, { always: true, required: true }),
  namespaceSelector: ref(4, LabelSelector, { ptr: true }),
  matchLabelKeys: list(5, scalar.string, { list: "atomic" }),
  mismatchLabelKeys: list(6, scalar.string, { list: "atomic" }),
}));
export interface PodAffinityTerm extends Infer<typeof PodAffinityTerm> {}

export const NodeAffinity = struct("io.k8s.api.core.v1.NodeAffinity", () => ({
  requiredDuringSchedulingIgnoredDuringExecution: ref(1, NodeSelector, { ptr: true }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, PreferredSchedulingTerm, { list: "atomic" }),
}));
export interface NodeAffinity extends Infer<typeof NodeAffinity> {}

export const PreferredSchedulingTerm = struct("io.k8s.api.core.v1.PreferredSchedulingTerm", () => ({
  weight: int32(1, { always: true, required: true }),
  preference: ref(2, NodeSelectorTerm, { required: true }),
}));
export interface PreferredSchedulingTerm extends Infer<typeof PreferredSchedulingTerm> {}

export const NodeSelector = struct(
  "io.k8s.api.core.v1.NodeSelector",
  () => ({
    nodeSelectorTerms: list(1, NodeSelectorTerm, { always: true, required: true, list: "atomic" }),
  }),
  { atomic: true },
);
export interface NodeSelector extends Infer<typeof NodeSelector> {}

export const NodeSelectorTerm = struct(
  "io.k8s.api.core.v1.NodeSelectorTerm",
  () => ({
    matchExpressions: list(1, NodeSelectorRequirement, { list: "atomic" }),
    matchFields: list(2, NodeSelectorRequirement, { list: "atomic" }),
  }),
  { atomic: true },
);
export interface NodeSelectorTerm extends Infer<typeof NodeSelectorTerm> {}

export const NodeSelectorRequirement = struct("io.k8s.api.core.v1.NodeSelectorRequirement", () => ({
  key: string(1, { always: true, required: true }),
  operator: string(2, { always: true, required: true, enum: ["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"] }),
  values: list(3, scalar.string, { list: "atomic" }),
}));
export interface NodeSelectorRequirement extends Infer<typeof NodeSelectorRequirement> {}

import { int32, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";

export const PodGroupStatus = struct("io.k8s.api.scheduling.v1alpha2.PodGroupStatus", () => ({
  conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  resourceClaimStatuses: list(2, PodGroupResourceClaimStatus, {
    list: "map",
    keys: ["name"],
    patch: ["merge", "retainKeys"],
    mergeKey: "name",
    gates: ["DRAWorkloadResourceClaims"],
    rules: ["maxItems=4"],
  }),
}));
export interface PodGroupStatus extends Infer<typeof PodGroupStatus> {}

export const PodGroupResourceClaimStatus = struct("io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaimStatus", () => ({
  name: string(1, { always: true, required: true }),
  resourceClaimName: string(2, { ptr: true, rules: ["format=k8s-long-name"] }),
}));
export interface PodGroupResourceClaimStatus extends Infer<typeof PodGroupResourceClaimStatus> {}

export const PodGroupSpec = struct("io.k8s.api.scheduling.v1alpha2.PodGroupSpec", () => ({
  podGroupTemplateRef: ref(1, PodGroupTemplateReference, { ptr: true, always: true, rules: ["immutable"] }),
  schedulingPolicy: ref(2, PodGroupSchedulingPolicy, { required: true, rules: ["immutable"] }),
  schedulingConstraints: ref(3, PodGroupSchedulingConstraints, {
    ptr: true,
    gates: ["TopologyAwareWorkloadScheduling"],
    rules: [
      "ifDisabled(TopologyAwareWorkloadScheduling)=forbidden",
      "ifEnabled(TopologyAwareWorkloadScheduling)=optional",
      "ifEnabled(TopologyAwareWorkloadScheduling)=immutable",
    ],
  }),
  resourceClaims: list(4, PodGroupResourceClaim, {
    list: "map",
    keys: ["name"],
    patch: ["merge", "retainKeys"],
    mergeKey: "name",
    gates: ["DRAWorkloadResourceClaims"],
    rules: ["maxItems=4", "immutable"],
  }),
  disruptionMode: string(5, {
    ptr: true,
    default: "Pod",
    enum: ["Pod", "PodGroup"],
    gates: ["WorkloadAwarePreemption"],
    rules: [
      'ifDisabled("WorkloadAwarePreemption")=forbidden',
      'ifEnabled("WorkloadAwarePreemption")=optional',
      'ifEnabled("WorkloadAwarePreemption")=immutable',
    ],
  }),
  priorityClassName: string(6, {
    gates: ["WorkloadAwarePreemption"],
    rules: [
      'ifDisabled("WorkloadAwarePreemption")=forbidden',
      'ifEnabled("WorkloadAwarePreemption")=optional',
      'ifEnabled("WorkloadAwarePreemption")=format=k8s-long-name',
      'ifEnabled("WorkloadAwarePreemption")=immutable',
    ],
  }),
  priority: int32(7, {
    ptr: true,
    gates: ["WorkloadAwarePreemption"],
    rules: [
      'ifDisabled("WorkloadAwarePreemption")=forbidden',
      'ifEnabled("WorkloadAwarePreemption")=optional',
      'ifEnabled("WorkloadAwarePreemption")=immutable',
      'ifEnabled("WorkloadAwarePreemption")=maximum=1000000000 # HighestUserDefinablePriority',
      'ifEnabled("WorkloadAwarePreemption")=minimum=-2147483648',
    ],
  }),
}));
export interface PodGroupSpec extends Infer<typeof PodGroupSpec> {}

export const PodGroupResourceClaim = struct("io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaim", () => ({
  name: string(1, { always: true, required: true, rules: ["format=k8s-short-name"] }),
  resourceClaimName: string(2, { ptr: true, rules: ["unionMember", "format=k8s-long-name"] }),
  resourceClaimTemplateName: string(3, { ptr: true, rules: ["unionMember", "format=k8s-long-name"] }),
}));
export interface PodGroupResourceClaim extends Infer<typeof PodGroupResourceClaim> {}

export const PodGroupSchedulingConstraints = struct(
  "io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingConstraints",
  () => ({
    topology: list(1, TopologyConstraint, { list: "atomic", rules: ["maxItems=1"] }),
  }),
);
export interface PodGroupSchedulingConstraints extends Infer<typeof PodGroupSchedulingConstraints> {}

export const TopologyConstraint = struct("io.k8s.api.scheduling.v1alpha2.TopologyConstraint", () => ({
  key: string(1, { always: true, required: true, rules: ["format=k8s-label-key"] }),
}));
export interface TopologyConstraint extends Infer<typeof TopologyConstraint> {}

export const PodGroupSchedulingPolicy = struct(
  "io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingPolicy",
  () => ({
    basic: ref(1, BasicSchedulingPolicy, { ptr: true, rules: ["unionMember"] }),
    gang: ref(2, GangSchedulingPolicy, { ptr: true, rules: ["unionMember"] }),
  }),
  { unions: [{ "fields-to-discriminateBy": { basic: "Basic", gang: "Gang" } }] },
);
export interface PodGroupSchedulingPolicy extends Infer<typeof PodGroupSchedulingPolicy> {}

export const GangSchedulingPolicy = struct("io.k8s.api.scheduling.v1alpha2.GangSchedulingPolicy", () => ({
  minCount: int32(1, { always: true, required: true, rules: ["minimum=1"] }),
}));
export interface GangSchedulingPolicy extends Infer<typeof GangSchedulingPolicy> {}

export const BasicSchedulingPolicy = struct("io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy", () => ({}));
export interface BasicSchedulingPolicy extends Infer<typeof BasicSchedulingPolicy> {}

export const PodGroupTemplateReference = struct(
  "io.k8s.api.scheduling.v1alpha2.PodGroupTemplateReference",
  () => ({
    workload: ref(1, WorkloadPodGroupTemplateReference, { ptr: true, always: true, rules: ["unionMember"] }),
  }),
  { unions: [{ "fields-to-discriminateBy": { workload: "Workload" } }] },
);
export interface PodGroupTemplateReference extends Infer<typeof PodGroupTemplateReference> {}

export const WorkloadPodGroupTemplateReference = struct(
  "io.k8s.api.scheduling.v1alpha2.WorkloadPodGroupTemplateReference",
  () => ({
    workloadName: string(1, { always: true, required: true, rules: ["format=k8s-long-name"] }),
    podGroupTemplateName: string(2, { always: true, required: true, rules: ["format=k8s-short-name"] }),
  }),
);
export interface WorkloadPodGroupTemplateReference extends Infer<typeof WorkloadPodGroupTemplateReference> {}

export const PodGroup = kind({
  name: "io.k8s.api.scheduling.v1alpha2.PodGroup",
  group: "scheduling.k8s.io",
  version: "v1alpha2",
  kind: "PodGroup",
  plural: "podgroups",
  scope: "Namespaced",
  rules: { statusKeeps: KEPT_WITH_STATUS },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, PodGroupSpec, { required: true }),
    status: ref(3, PodGroupStatus),
  }),
});
export interface PodGroup extends InferKind<typeof PodGroup> {}

import { int32, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PodGroupResourceClaim, PodGroupSchedulingConstraints, PodGroupSchedulingPolicy } from "./podgroup.ts";

export const WorkloadSpec = struct("io.k8s.api.scheduling.v1alpha2.WorkloadSpec", () => ({
  controllerRef: ref(1, TypedLocalObjectReference, { ptr: true, rules: ["immutable"] }),
  podGroupTemplates: list(2, PodGroupTemplate, {
    always: true,
    required: true,
    list: "map",
    keys: ["name"],
    rules: ["maxItems=8", "immutable"],
  }),
}));
export interface WorkloadSpec extends Infer<typeof WorkloadSpec> {}

export const PodGroupTemplate = struct("io.k8s.api.scheduling.v1alpha2.PodGroupTemplate", () => ({
  name: string(1, { always: true, required: true, rules: ["format=k8s-short-name"] }),
  schedulingPolicy: ref(2, PodGroupSchedulingPolicy, { required: true }),
  schedulingConstraints: ref(3, PodGroupSchedulingConstraints, {
    ptr: true,
    always: true,
    gates: ["TopologyAwareWorkloadScheduling"],
    rules: [
      "ifDisabled(TopologyAwareWorkloadScheduling)=forbidden",
      "ifEnabled(TopologyAwareWorkloadScheduling)=optional",
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
    enum: ["Pod", "PodGroup"],
    gates: ["WorkloadAwarePreemption"],
    rules: ['ifDisabled("WorkloadAwarePreemption")=forbidden', 'ifEnabled("WorkloadAwarePreemption")=optional'],
  }),
  priorityClassName: string(6, {
    gates: ["WorkloadAwarePreemption"],
    rules: [
      'ifDisabled("WorkloadAwarePreemption")=forbidden',
      'ifEnabled("WorkloadAwarePreemption")=optional',
      'ifEnabled("WorkloadAwarePreemption")=format=k8s-long-name',
    ],
  }),
  priority: int32(7, {
    ptr: true,
    gates: ["WorkloadAwarePreemption"],
    rules: [
      'ifDisabled("WorkloadAwarePreemption")=forbidden',
      'ifEnabled("WorkloadAwarePreemption")=optional',
      'ifEnabled("WorkloadAwarePreemption")=maximum=1000000000 # HighestUserDefinablePriority',
      'ifEnabled("WorkloadAwarePreemption")=minimum=-2147483648',
    ],
  }),
}));
export interface PodGroupTemplate extends Infer<typeof PodGroupTemplate> {}

export const TypedLocalObjectReference = struct("io.k8s.api.scheduling.v1alpha2.TypedLocalObjectReference", () => ({
  apiGroup: string(1, { rules: ["format=k8s-long-name"] }),
  kind: string(2, { always: true, required: true, rules: ["format=k8s-path-segment-name"] }),
  name: string(3, { always: true, required: true, rules: ["format=k8s-path-segment-name"] }),
}));
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const Workload = kind({
  name: "io.k8s.api.scheduling.v1alpha2.Workload",
  group: "scheduling.k8s.io",
  version: "v1alpha2",
  kind: "Workload",
  plural: "workloads",
  scope: "Namespaced",
  fields: () => ({
    spec: ref(2, WorkloadSpec, { required: true }),
  }),
});
export interface Workload extends InferKind<typeof Workload> {}

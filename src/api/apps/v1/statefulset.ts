import { int32, int64, intOrString, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PersistentVolumeClaim } from "../../core/v1/persistentvolumeclaim.ts";
import { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const StatefulSetStatus = struct("io.k8s.api.apps.v1.StatefulSetStatus", () => ({
  observedGeneration: int64(1),
  replicas: int32(2, { always: true, required: true }),
  readyReplicas: int32(3),
  currentReplicas: int32(4),
  updatedReplicas: int32(5),
  currentRevision: string(6),
  updateRevision: string(7),
  collisionCount: int32(9, { ptr: true }),
  conditions: list(10, StatefulSetCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  availableReplicas: int32(11, { always: true }),
}));
export interface StatefulSetStatus extends Infer<typeof StatefulSetStatus> {}

export const StatefulSetCondition = struct("io.k8s.api.apps.v1.StatefulSetCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
}));
export interface StatefulSetCondition extends Infer<typeof StatefulSetCondition> {}

export const StatefulSetSpec = struct("io.k8s.api.apps.v1.StatefulSetSpec", () => ({
  replicas: int32(1, { ptr: true }),
  selector: ref(2, LabelSelector, { ptr: true, always: true, required: true }),
  template: ref(3, PodTemplateSpec, { required: true }),
  volumeClaimTemplates: list(4, PersistentVolumeClaim.struct, { list: "atomic" }),
  serviceName: string(5, { always: true }),
  podManagementPolicy: string(6, { enum: ["OrderedReady", "Parallel"] }),
  updateStrategy: ref(7, StatefulSetUpdateStrategy),
  revisionHistoryLimit: int32(8, { ptr: true }),
  minReadySeconds: int32(9),
  persistentVolumeClaimRetentionPolicy: ref(10, StatefulSetPersistentVolumeClaimRetentionPolicy, { ptr: true }),
  ordinals: ref(11, StatefulSetOrdinals, { ptr: true }),
}));
export interface StatefulSetSpec extends Infer<typeof StatefulSetSpec> {}

export const StatefulSetOrdinals = struct("io.k8s.api.apps.v1.StatefulSetOrdinals", () => ({
  start: int32(1, { always: true }),
}));
export interface StatefulSetOrdinals extends Infer<typeof StatefulSetOrdinals> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = struct(
  "io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  () => ({
    whenDeleted: string(1),
    whenScaled: string(2),
  }),
);
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetUpdateStrategy = struct("io.k8s.api.apps.v1.StatefulSetUpdateStrategy", () => ({
  type: string(1, { enum: ["OnDelete", "RollingUpdate"] }),
  rollingUpdate: ref(2, RollingUpdateStatefulSetStrategy, { ptr: true }),
}));
export interface StatefulSetUpdateStrategy extends Infer<typeof StatefulSetUpdateStrategy> {}

export const RollingUpdateStatefulSetStrategy = struct("io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy", () => ({
  partition: int32(1, { ptr: true }),
  maxUnavailable: intOrString(2, { ptr: true, gates: ["MaxUnavailableStatefulSet"] }),
}));
export interface RollingUpdateStatefulSetStrategy extends Infer<typeof RollingUpdateStatefulSetStrategy> {}

export const StatefulSet = kind({
  name: "io.k8s.api.apps.v1.StatefulSet",
  group: "apps",
  version: "v1",
  kind: "StatefulSet",
  plural: "statefulsets",
  shortNames: ["sts"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [
    { name: "scale", kind: "Scale", groupVersion: "autoscaling/v1", verbs: ["get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, StatefulSetSpec),
    status: ref(3, StatefulSetStatus),
  }),
});
export interface StatefulSet extends InferKind<typeof StatefulSet> {}

import { int32, int64, intOrString, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const DaemonSetStatus = struct("io.k8s.api.apps.v1.DaemonSetStatus", () => ({
  currentNumberScheduled: int32(1, { always: true, required: true }),
  numberMisscheduled: int32(2, { always: true, required: true }),
  desiredNumberScheduled: int32(3, { always: true, required: true }),
  numberReady: int32(4, { always: true, required: true }),
  observedGeneration: int64(5),
  updatedNumberScheduled: int32(6),
  numberAvailable: int32(7),
  numberUnavailable: int32(8),
  collisionCount: int32(9, { ptr: true }),
  conditions: list(10, DaemonSetCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface DaemonSetStatus extends Infer<typeof DaemonSetStatus> {}

export const DaemonSetCondition = struct("io.k8s.api.apps.v1.DaemonSetCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
}));
export interface DaemonSetCondition extends Infer<typeof DaemonSetCondition> {}

export const DaemonSetSpec = struct("io.k8s.api.apps.v1.DaemonSetSpec", () => ({
  selector: ref(1, LabelSelector, { ptr: true, always: true, required: true }),
  template: ref(2, PodTemplateSpec, { required: true }),
  updateStrategy: ref(3, DaemonSetUpdateStrategy),
  minReadySeconds: int32(4),
  revisionHistoryLimit: int32(6, { ptr: true }),
}));
export interface DaemonSetSpec extends Infer<typeof DaemonSetSpec> {}

export const DaemonSetUpdateStrategy = struct("io.k8s.api.apps.v1.DaemonSetUpdateStrategy", () => ({
  type: string(1, { enum: ["OnDelete", "RollingUpdate"] }),
  rollingUpdate: ref(2, RollingUpdateDaemonSet, { ptr: true }),
}));
export interface DaemonSetUpdateStrategy extends Infer<typeof DaemonSetUpdateStrategy> {}

export const RollingUpdateDaemonSet = struct("io.k8s.api.apps.v1.RollingUpdateDaemonSet", () => ({
  maxUnavailable: intOrString(1, { ptr: true }),
  maxSurge: intOrString(2, { ptr: true }),
}));
export interface RollingUpdateDaemonSet extends Infer<typeof RollingUpdateDaemonSet> {}

export const DaemonSet = kind({
  name: "io.k8s.api.apps.v1.DaemonSet",
  group: "apps",
  version: "v1",
  kind: "DaemonSet",
  plural: "daemonsets",
  shortNames: ["ds"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, DaemonSetSpec),
    status: ref(3, DaemonSetStatus),
  }),
});
export interface DaemonSet extends InferKind<typeof DaemonSet> {}

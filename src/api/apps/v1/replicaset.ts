import { int32, int64, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const ReplicaSetStatus = struct("io.k8s.api.apps.v1.ReplicaSetStatus", () => ({
  replicas: int32(1, { always: true, required: true }),
  fullyLabeledReplicas: int32(2),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  terminatingReplicas: int32(7, { ptr: true }),
  observedGeneration: int64(3),
  conditions: list(6, ReplicaSetCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface ReplicaSetStatus extends Infer<typeof ReplicaSetStatus> {}

export const ReplicaSetCondition = struct("io.k8s.api.apps.v1.ReplicaSetCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
}));
export interface ReplicaSetCondition extends Infer<typeof ReplicaSetCondition> {}

export const ReplicaSetSpec = struct("io.k8s.api.apps.v1.ReplicaSetSpec", () => ({
  replicas: int32(1, { ptr: true }),
  minReadySeconds: int32(4),
  selector: ref(2, LabelSelector, { ptr: true, always: true, required: true }),
  template: ref(3, PodTemplateSpec),
}));
export interface ReplicaSetSpec extends Infer<typeof ReplicaSetSpec> {}

export const ReplicaSet = kind({
  name: "io.k8s.api.apps.v1.ReplicaSet",
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  shortNames: ["rs"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [
    { name: "scale", kind: "Scale", groupVersion: "autoscaling/v1", verbs: ["get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, ReplicaSetSpec),
    status: ref(3, ReplicaSetStatus),
  }),
});
export interface ReplicaSet extends InferKind<typeof ReplicaSet> {}

import { int32, int64, list, map, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PodTemplateSpec } from "./podtemplatespec.ts";

export const ReplicationControllerStatus = struct("io.k8s.api.core.v1.ReplicationControllerStatus", () => ({
  replicas: int32(1, { always: true, required: true }),
  fullyLabeledReplicas: int32(2),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  observedGeneration: int64(3),
  conditions: list(6, ReplicationControllerCondition, {
    list: "map",
    keys: ["type"],
    patch: ["merge"],
    mergeKey: "type",
  }),
}));
export interface ReplicationControllerStatus extends Infer<typeof ReplicationControllerStatus> {}

export const ReplicationControllerCondition = struct("io.k8s.api.core.v1.ReplicationControllerCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
}));
export interface ReplicationControllerCondition extends Infer<typeof ReplicationControllerCondition> {}

export const ReplicationControllerSpec = struct("io.k8s.api.core.v1.ReplicationControllerSpec", () => ({
  replicas: int32(1, { ptr: true, default: 1, rules: ["optional", "minimum=0"] }),
  minReadySeconds: int32(4, { documented: 0, rules: ["optional", "minimum=0"] }),
  selector: map(2, scalar.string, { atomic: true }),
  template: ref(3, PodTemplateSpec, { ptr: true }),
}));
export interface ReplicationControllerSpec extends Infer<typeof ReplicationControllerSpec> {}

export const ReplicationController = kind({
  name: "io.k8s.api.core.v1.ReplicationController",
  group: "",
  version: "v1",
  kind: "ReplicationController",
  plural: "replicationcontrollers",
  shortNames: ["rc"],
  categories: ["all"],
  scope: "Namespaced",
  storagePrefix: "controllers",
  subresources: [
    { name: "scale", kind: "Scale", groupVersion: "autoscaling/v1", verbs: ["get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, ReplicationControllerSpec),
    status: ref(3, ReplicationControllerStatus),
  }),
});
export interface ReplicationController extends InferKind<typeof ReplicationController> {}

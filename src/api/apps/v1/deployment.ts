import {
  boolean,
  int32,
  int64,
  intOrString,
  list,
  ref,
  string,
  struct,
  time,
  type Infer,
} from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const DeploymentStatus = struct("io.k8s.api.apps.v1.DeploymentStatus", () => ({
  observedGeneration: int64(1),
  replicas: int32(2),
  updatedReplicas: int32(3),
  readyReplicas: int32(7),
  availableReplicas: int32(4),
  unavailableReplicas: int32(5),
  terminatingReplicas: int32(9, { ptr: true }),
  conditions: list(6, DeploymentCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  collisionCount: int32(8, { ptr: true }),
}));
export interface DeploymentStatus extends Infer<typeof DeploymentStatus> {}

export const DeploymentCondition = struct("io.k8s.api.apps.v1.DeploymentCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastUpdateTime: time(6),
  lastTransitionTime: time(7),
  reason: string(4),
  message: string(5),
}));
export interface DeploymentCondition extends Infer<typeof DeploymentCondition> {}

export const DeploymentSpec = struct("io.k8s.api.apps.v1.DeploymentSpec", () => ({
  replicas: int32(1, { ptr: true }),
  selector: ref(2, LabelSelector, { ptr: true, always: true, required: true }),
  template: ref(3, PodTemplateSpec, { required: true }),
  strategy: ref(4, DeploymentStrategy, { patch: ["retainKeys"] }),
  minReadySeconds: int32(5),
  revisionHistoryLimit: int32(6, { ptr: true }),
  paused: boolean(7),
  progressDeadlineSeconds: int32(9, { ptr: true }),
}));
export interface DeploymentSpec extends Infer<typeof DeploymentSpec> {}

export const DeploymentStrategy = struct("io.k8s.api.apps.v1.DeploymentStrategy", () => ({
  type: string(1, { enum: ["Recreate", "RollingUpdate"] }),
  rollingUpdate: ref(2, RollingUpdateDeployment, { ptr: true }),
}));
export interface DeploymentStrategy extends Infer<typeof DeploymentStrategy> {}

export const RollingUpdateDeployment = struct("io.k8s.api.apps.v1.RollingUpdateDeployment", () => ({
  maxUnavailable: intOrString(1, { ptr: true }),
  maxSurge: intOrString(2, { ptr: true }),
}));
export interface RollingUpdateDeployment extends Infer<typeof RollingUpdateDeployment> {}

export const Deployment = kind({
  name: "io.k8s.api.apps.v1.Deployment",
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  rules: { statusKeeps: ["labels"] },
  shortNames: ["deploy"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [
    { name: "scale", kind: "Scale", groupVersion: "autoscaling/v1", verbs: ["get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, DeploymentSpec),
    status: ref(3, DeploymentStatus),
  }),
});
export interface Deployment extends InferKind<typeof Deployment> {}

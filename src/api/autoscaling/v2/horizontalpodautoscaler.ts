import { int32, int64, list, quantity, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const HorizontalPodAutoscalerStatus = struct("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", () => ({
  observedGeneration: int64(1, { ptr: true }),
  lastScaleTime: time(2, { ptr: true }),
  currentReplicas: int32(3),
  desiredReplicas: int32(4, { always: true, required: true }),
  currentMetrics: list(5, MetricStatus, { always: true, list: "atomic" }),
  conditions: list(6, HorizontalPodAutoscalerCondition, {
    list: "map",
    keys: ["type"],
    patch: ["merge"],
    mergeKey: "type",
  }),
}));
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscalerCondition = struct(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition",
  () => ({
    type: string(1, { always: true, required: true }),
    status: string(2, { always: true, required: true }),
    lastTransitionTime: time(3),
    reason: string(4),
    message: string(5),
  }),
);
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}

export const MetricStatus = struct("io.k8s.api.autoscaling.v2.MetricStatus", () => ({
  type: string(1, { always: true, required: true }),
  object: ref(2, ObjectMetricStatus, { ptr: true }),
  pods: ref(3, PodsMetricStatus, { ptr: true }),
  resource: ref(4, ResourceMetricStatus, { ptr: true }),
  containerResource: ref(7, ContainerResourceMetricStatus, { ptr: true }),
  external: ref(5, ExternalMetricStatus, { ptr: true }),
}));
export interface MetricStatus extends Infer<typeof MetricStatus> {}

export const ExternalMetricStatus = struct("io.k8s.api.autoscaling.v2.ExternalMetricStatus", () => ({
  metric: ref(1, MetricIdentifier, { required: true }),
  current: ref(2, MetricValueStatus, { required: true }),
}));
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}

export const ContainerResourceMetricStatus = struct("io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus", () => ({
  name: string(1, { always: true, required: true }),
  current: ref(2, MetricValueStatus, { required: true }),
  container: string(3, { always: true, required: true }),
}));
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}

export const ResourceMetricStatus = struct("io.k8s.api.autoscaling.v2.ResourceMetricStatus", () => ({
  name: string(1, { always: true, required: true }),
  current: ref(2, MetricValueStatus, { required: true }),
}));
export interface ResourceMetricStatus extends Infer<typeof ResourceMetricStatus> {}

export const PodsMetricStatus = struct("io.k8s.api.autoscaling.v2.PodsMetricStatus", () => ({
  metric: ref(1, MetricIdentifier, { required: true }),
  current: ref(2, MetricValueStatus, { required: true }),
}));
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}

export const ObjectMetricStatus = struct("io.k8s.api.autoscaling.v2.ObjectMetricStatus", () => ({
  metric: ref(1, MetricIdentifier, { required: true }),
  current: ref(2, MetricValueStatus, { required: true }),
  describedObject: ref(3, CrossVersionObjectReference, { required: true }),
}));
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}

export const MetricValueStatus = struct("io.k8s.api.autoscaling.v2.MetricValueStatus", () => ({
  value: quantity(1, { ptr: true }),
  averageValue: quantity(2, { ptr: true }),
  averageUtilization: int32(3, { ptr: true }),
}));
export interface MetricValueStatus extends Infer<typeof MetricValueStatus> {}

export const HorizontalPodAutoscalerSpec = struct("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", () => ({
  scaleTargetRef: ref(1, CrossVersionObjectReference, { required: true }),
  minReplicas: int32(2, {
    ptr: true,
    rules: ["optional", "ifEnabled(HPAScaleToZero)=minimum=0", "ifDisabled(HPAScaleToZero)=minimum=1"],
  }),
  maxReplicas: int32(3, { always: true, required: true, rules: ["required", "minimum=1"] }),
  metrics: list(4, MetricSpec, { list: "atomic" }),
  behavior: ref(5, HorizontalPodAutoscalerBehavior, { ptr: true }),
}));
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerBehavior = struct(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior",
  () => ({
    scaleUp: ref(1, HPAScalingRules, { ptr: true }),
    scaleDown: ref(2, HPAScalingRules, { ptr: true }),
  }),
);
export interface HorizontalPodAutoscalerBehavior extends Infer<typeof HorizontalPodAutoscalerBehavior> {}

export const HPAScalingRules = struct("io.k8s.api.autoscaling.v2.HPAScalingRules", () => ({
  stabilizationWindowSeconds: int32(3, { ptr: true }),
  selectPolicy: string(1, { ptr: true }),
  policies: list(2, HPAScalingPolicy, { list: "atomic", keepsEmpty: true }),
  tolerance: quantity(4, { ptr: true, gates: ["HPAConfigurableTolerance"] }),
}));
export interface HPAScalingRules extends Infer<typeof HPAScalingRules> {}

export const HPAScalingPolicy = struct("io.k8s.api.autoscaling.v2.HPAScalingPolicy", () => ({
  type: string(1, { always: true, required: true }),
  value: int32(2, { always: true, required: true }),
  periodSeconds: int32(3, { always: true, required: true }),
}));
export interface HPAScalingPolicy extends Infer<typeof HPAScalingPolicy> {}

export const MetricSpec = struct("io.k8s.api.autoscaling.v2.MetricSpec", () => ({
  type: string(1, { always: true, required: true }),
  object: ref(2, ObjectMetricSource, { ptr: true }),
  pods: ref(3, PodsMetricSource, { ptr: true }),
  resource: ref(4, ResourceMetricSource, { ptr: true }),
  containerResource: ref(7, ContainerResourceMetricSource, { ptr: true }),
  external: ref(5, ExternalMetricSource, { ptr: true }),
}));
export interface MetricSpec extends Infer<typeof MetricSpec> {}

export const ExternalMetricSource = struct("io.k8s.api.autoscaling.v2.ExternalMetricSource", () => ({
  metric: ref(1, MetricIdentifier, { required: true }),
  target: ref(2, MetricTarget, { required: true }),
}));
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}

export const ContainerResourceMetricSource = struct("io.k8s.api.autoscaling.v2.ContainerResourceMetricSource", () => ({
  name: string(1, { always: true, required: true }),
  target: ref(2, MetricTarget, { required: true }),
  container: string(3, { always: true, required: true }),
}));
export interface ContainerResourceMetricSource extends Infer<typeof ContainerResourceMetricSource> {}

export const ResourceMetricSource = struct("io.k8s.api.autoscaling.v2.ResourceMetricSource", () => ({
  name: string(1, { always: true, required: true }),
  target: ref(2, MetricTarget, { required: true }),
}));
export interface ResourceMetricSource extends Infer<typeof ResourceMetricSource> {}

export const PodsMetricSource = struct("io.k8s.api.autoscaling.v2.PodsMetricSource", () => ({
  metric: ref(1, MetricIdentifier, { required: true }),
  target: ref(2, MetricTarget, { required: true }),
}));
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}

export const ObjectMetricSource = struct("io.k8s.api.autoscaling.v2.ObjectMetricSource", () => ({
  describedObject: ref(1, CrossVersionObjectReference, { required: true }),
  target: ref(2, MetricTarget, { required: true }),
  metric: ref(3, MetricIdentifier, { required: true }),
}));
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}

export const MetricIdentifier = struct("io.k8s.api.autoscaling.v2.MetricIdentifier", () => ({
  name: string(1, { always: true, required: true }),
  selector: ref(2, LabelSelector, { ptr: true }),
}));
export interface MetricIdentifier extends Infer<typeof MetricIdentifier> {}

export const MetricTarget = struct("io.k8s.api.autoscaling.v2.MetricTarget", () => ({
  type: string(1, { always: true, required: true }),
  value: quantity(2, { ptr: true }),
  averageValue: quantity(3, { ptr: true }),
  averageUtilization: int32(4, { ptr: true }),
}));
export interface MetricTarget extends Infer<typeof MetricTarget> {}

export const CrossVersionObjectReference = struct("io.k8s.api.autoscaling.v2.CrossVersionObjectReference", () => ({
  kind: string(1, { always: true, required: true }),
  name: string(2, { always: true, required: true }),
  apiVersion: string(3),
}));
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}

export const HorizontalPodAutoscaler = kind({
  name: "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, HorizontalPodAutoscalerSpec, { required: true }),
    status: ref(3, HorizontalPodAutoscalerStatus),
  }),
});
export interface HorizontalPodAutoscaler extends InferKind<typeof HorizontalPodAutoscaler> {}

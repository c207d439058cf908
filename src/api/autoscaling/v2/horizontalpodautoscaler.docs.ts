import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalerCondition,
  MetricStatus,
  ExternalMetricStatus,
  ContainerResourceMetricStatus,
  ResourceMetricStatus,
  PodsMetricStatus,
  ObjectMetricStatus,
  MetricValueStatus,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
  HPAScalingPolicy,
  MetricSpec,
  ExternalMetricSource,
  ContainerResourceMetricSource,
  ResourceMetricSource,
  PodsMetricSource,
  ObjectMetricSource,
  MetricIdentifier,
  MetricTarget,
  CrossVersionObjectReference,
} from "./horizontalpodautoscaler.ts";

export const horizontalpodautoscalerDocs: readonly StructDoc[] = [
  ...kindDocs(
    HorizontalPodAutoscaler,
    "Changes the number of pods of a workload so that metrics stay near their targets.",
    {
      spec: "The workload, its bounds and the metrics to follow.",
      status: "The current and the wanted size, and the measured metrics.",
    },
  ),
  doc(HorizontalPodAutoscalerStatus, "How many pods there are and should be, and what was measured.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    lastScaleTime: "When the number of pods was last changed.",
    currentReplicas: "Pods that there are.",
    desiredReplicas: "Pods that there should be.",
    currentMetrics: "What was measured last.",
    conditions: "Aspects of the autoscaler's state.",
  }),
  doc(HorizontalPodAutoscalerCondition, "One aspect of an autoscaler's state.", {
    ...CONDITION,
    type: "Which aspect it is: AbleToScale, ScalingActive or ScalingLimited.",
  }),
  doc(MetricStatus, "What one metric was measured to be; the member that type names is set.", {
    type: "Object, Pods, Resource, ContainerResource or External.",
    object: "A metric of one object.",
    pods: "A metric of each pod, averaged.",
    resource: "CPU or memory of the pods.",
    containerResource: "CPU or memory of one container of each pod.",
    external: "A metric of something outside the cluster.",
  }),
  doc(ExternalMetricStatus, "What a metric from outside was measured to be.", {
    metric: "Which metric it is.",
    current: "What was measured.",
  }),
  doc(ContainerResourceMetricStatus, "What one container of each pod was measured to use.", {
    name: "Resource: cpu or memory.",
    current: "What was measured.",
    container: "Name of the container.",
  }),
  doc(ResourceMetricStatus, "What the pods were measured to use.", {
    name: "Resource: cpu or memory.",
    current: "What was measured.",
  }),
  doc(PodsMetricStatus, "What a metric of the pods was measured to be.", {
    metric: "Which metric it is.",
    current: "What was measured.",
  }),
  doc(ObjectMetricStatus, "What a metric of an object was measured to be.", {
    metric: "Which metric it is.",
    current: "What was measured.",
    describedObject: "Object that the metric is about.",
  }),
  doc(MetricValueStatus, "A measured value.", {
    value: "The value as a whole.",
    averageValue: "The value divided by the number of pods.",
    averageUtilization: "The average over the pods, in percent of their requests.",
  }),
  doc(HorizontalPodAutoscalerSpec, "What is scaled, between which bounds, by which metrics.", {
    scaleTargetRef: "Workload whose number of pods is changed.",
    minReplicas: "Fewest pods; default 1. 0 needs the feature gate HPAScaleToZero and an object or external metric.",
    maxReplicas: "Most pods; not less than minReplicas.",
    metrics:
      "Metrics to keep near their targets; the one that wants most pods decides. Default 80 percent of the requested CPU.",
    behavior: "How fast pods are added and taken away; default quickly up and slowly down.",
  }),
  doc(HorizontalPodAutoscalerBehavior, "How fast the number of pods changes.", {
    scaleUp: "How fast pods are added; default 4 pods or 100 percent every 15 seconds, whichever is more.",
    scaleDown: "How fast pods are taken away; default as many as need be, once 300 seconds agree.",
  }),
  doc(HPAScalingRules, "How fast the number of pods changes in one direction.", {
    stabilizationWindowSeconds:
      "Seconds of past wishes of which the most careful counts, 0 to 3600; default 0 up and 300 down.",
    selectPolicy: "Which policy holds: Max (default), Min, or Disabled for no change in this direction.",
    policies: "Limits on change over some time; at least one, unless the defaults hold.",
    tolerance: "How far from its target a metric may be before anything changes; default 0.1, that is 10 percent.",
  }),
  doc(HPAScalingPolicy, "A limit on change over some time.", {
    type: "Pods for a number, Percent for a share of the pods that there are.",
    value: "How many pods, or how many percent; more than 0.",
    periodSeconds: "Seconds for which the limit holds, 1 to 1800.",
  }),
  doc(MetricSpec, "A metric to keep near its target; the member that type names is set.", {
    type: "Object, Pods, Resource, ContainerResource or External.",
    object: "A metric of one object, such as the requests of an ingress.",
    pods: "A metric of each pod, averaged.",
    resource: "CPU or memory of the pods as a whole, against their requests.",
    containerResource: "CPU or memory of the container with one name in each pod.",
    external: "A metric of something outside the cluster, such as the length of a queue.",
  }),
  doc(ExternalMetricSource, "A metric of something outside the cluster.", {
    metric: "Which metric it is.",
    target: "What it should be.",
  }),
  doc(ContainerResourceMetricSource, "CPU or memory of one container of each pod.", {
    name: "Resource: cpu or memory.",
    target: "What it should be.",
    container: "Name of the container.",
  }),
  doc(ResourceMetricSource, "CPU or memory of the pods.", {
    name: "Resource: cpu or memory.",
    target: "What it should be.",
  }),
  doc(PodsMetricSource, "A metric of each pod.", {
    metric: "Which metric it is.",
    target: "What its average should be.",
  }),
  doc(ObjectMetricSource, "A metric of one object.", {
    describedObject: "Object that the metric is about.",
    target: "What it should be.",
    metric: "Which metric it is.",
  }),
  doc(MetricIdentifier, "A metric by name.", {
    name: "Name of the metric.",
    selector: "Labels that narrow the metric down.",
  }),
  doc(MetricTarget, "What a metric should be; the member that type names is set.", {
    type: "Utilization, Value or AverageValue.",
    value: "Wanted value as a whole.",
    averageValue: "Wanted value divided by the number of pods.",
    averageUtilization: "Wanted average over the pods, in percent of their requests; for resources only.",
  }),
  doc(CrossVersionObjectReference, "An object, by a name that does not depend on a version.", {
    kind: "Kind of the object.",
    name: "Name of the object.",
    apiVersion: "Group and version of the object.",
  }),
];

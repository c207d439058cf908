import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { HorizontalPodAutoscaler } from "./horizontalpodautoscaler.ts";
import {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
} from "./horizontalpodautoscaler.types.ts";

export const horizontalpodautoscalerDocs: readonly StructDoc[] = [
  ...kindDocs(
    HorizontalPodAutoscaler,
    "Changes the number of pods of a workload so that they use a wanted share of their CPU.",
    {
      spec: "The workload, its bounds and the CPU use to keep.",
      status: "The current and the wanted size.",
    },
  ),
  doc(HorizontalPodAutoscalerStatus, "How many pods there are and should be.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    lastScaleTime: "When the number of pods was last changed.",
    currentReplicas: "Pods that there are.",
    desiredReplicas: "Pods that there should be.",
    currentCPUUtilizationPercentage: "CPU that the pods use on average, in percent of their requests.",
  }),
  doc(HorizontalPodAutoscalerSpec, "What is scaled, between which bounds, and to which use.", {
    scaleTargetRef: "Workload whose number of pods is changed.",
    minReplicas: "Fewest pods; default 1. 0 needs the feature gate HPAScaleToZero.",
    maxReplicas: "Most pods; not less than minReplicas.",
    targetCPUUtilizationPercentage: "CPU that pods should use on average, in percent of their requests; default 80.",
  }),
  doc(CrossVersionObjectReference, "An object, by a name that does not depend on a version.", {
    kind: "Kind of the object.",
    name: "Name of the object.",
    apiVersion: "Group and version of the object.",
  }),
];

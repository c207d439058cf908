import type { KindBehavior, Mutable } from "../../kind.ts";
import { nonNegative } from "../../validation/index.ts";
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
} from "./horizontalpodautoscaler.ts";
import { validateAutoscaler } from "./horizontalpodautoscaler.validate.ts";

/** Annotations in which version 1 keeps what it has no fields for. */
export const ROUND_TRIP_ANNOTATIONS = {
  metrics: "autoscaling.alpha.kubernetes.io/metrics",
  currentMetrics: "autoscaling.alpha.kubernetes.io/current-metrics",
  conditions: "autoscaling.alpha.kubernetes.io/conditions",
  behavior: "autoscaling.alpha.kubernetes.io/behavior",
} as const;

const CPU_UTILIZATION_PERCENT = 80;

/** What an autoscaler's declaration can't say. */
export const horizontalPodAutoscalerBehavior: KindBehavior<HorizontalPodAutoscaler> = {
  generation: false,
  setDefaults({ metadata, spec }) {
    dropRoundTripAnnotations(metadata);
    spec.minReplicas ??= 1;
    if (!spec.metrics?.length) {
      const target = { type: "Utilization", averageUtilization: CPU_UTILIZATION_PERCENT };
      spec.metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
    }
    if (spec.behavior) setBehaviorDefaults(spec.behavior);
  },
  validate: (autoscaler) => validateAutoscaler(autoscaler),
  validateUpdate: validateAutoscaler,
  validateStatusUpdate: ({ status }) => [
    ...nonNegative("status.currentReplicas", status.currentReplicas),
    ...nonNegative("status.desiredReplicas", status.desiredReplicas),
  ],
};

/** This version has fields for what they say. */
export function dropRoundTripAnnotations(metadata: { annotations?: Record<string, string> }): void {
  if (!metadata.annotations) return;
  for (const name of Object.values(ROUND_TRIP_ANNOTATIONS)) delete metadata.annotations[name];
  if (Object.keys(metadata.annotations).length === 0) delete metadata.annotations;
}

const HUNDRED_PERCENT = { type: "Percent", value: 100, periodSeconds: 15 };
const FOUR_PODS = { type: "Pods", value: 4, periodSeconds: 15 };

function setBehaviorDefaults(behavior: Mutable<HorizontalPodAutoscalerBehavior>): void {
  behavior.scaleUp ??= {};
  behavior.scaleUp.stabilizationWindowSeconds ??= 0;
  setRulesDefaults(behavior.scaleUp, [FOUR_PODS, HUNDRED_PERCENT]);
  behavior.scaleDown ??= {};
  setRulesDefaults(behavior.scaleDown, [HUNDRED_PERCENT]);
}

function setRulesDefaults(
  rules: Mutable<HPAScalingRules>,
  policies: readonly NonNullable<HPAScalingRules["policies"]>[number][],
): void {
  rules.selectPolicy ??= "Max";
  rules.policies ??= policies.map((policy) => ({ ...policy }));
}

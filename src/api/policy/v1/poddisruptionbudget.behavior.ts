import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  invalidValue,
  nonNegative,
  nonNegativeIntOrPercent,
  notMoreThanAll,
  notSupported,
  validateConditions,
  validateLabelSelector,
} from "../../validation/index.ts";
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from "./poddisruptionbudget.ts";

const POLICIES = ["AlwaysAllow", "IfHealthyBudget"];

/** What a pod disruption budget's declaration can't say. */
export const podDisruptionBudgetBehavior: KindBehavior<PodDisruptionBudget> = {
  statusMetadataLooks: [],
  metadataLooks: [],
  metadataLate: "all",
  nameRule: "pathSegment",
  requiresVersion: true,
  validate: ({ spec }) => validateSpec(spec),
  validateStatusUpdate: ({ status }) => [
    ...validateConditions("status.conditions", status.conditions),
    ...COUNTS.flatMap((field) => nonNegative(`status.${field}`, status[field])),
  ],
};

const COUNTS = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const;

function validateSpec(spec: PodDisruptionBudgetSpec): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalidValue("spec", shown(spec), "minAvailable and maxUnavailable cannot be both set"));
  for (const field of ["minAvailable", "maxUnavailable"] as const)
    errors.push(
      ...nonNegativeIntOrPercent(`spec.${field}`, spec[field]),
      ...notMoreThanAll(`spec.${field}`, spec[field]),
    );
  errors.push(...validateLabelSelector("spec.selector", selector));
  if (policy !== undefined && !POLICIES.includes(policy))
    errors.push(notSupported("spec.unhealthyPodEvictionPolicy", policy, POLICIES));
  return errors;
}

function shown(spec: PodDisruptionBudgetSpec): object {
  return {
    MinAvailable: spec.minAvailable ?? null,
    Selector: spec.selector ?? null,
    MaxUnavailable: spec.maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
  };
}

import type { FieldError } from "../../kind.ts";
import { parseQuantity } from "../../quantity.ts";
import { invalidValue, notSupported, required } from "../../validation/index.ts";
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
} from "./horizontalpodautoscaler.ts";
import { validateReference } from "./reference.validate.ts";
import { validateMetrics } from "./metrics.validate.ts";

const WINDOW_SECONDS_MAX = 3600;
const PERIOD_SECONDS_MAX = 1800;

/** What may be said of an autoscaler; a reference to its target that was accepted once may stay. */
export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, old?: HorizontalPodAutoscaler): FieldError[] {
  const { minReplicas, maxReplicas, scaleTargetRef: target, behavior } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalidValue("spec.minReplicas", minReplicas, "must be greater than or equal to 1"));
  if (maxReplicas === 0) errors.push(required("spec.maxReplicas", "must be set and greater than 0"));
  else if (maxReplicas < 0)
    errors.push(invalidValue("spec.maxReplicas", maxReplicas, "must be greater than or equal to 1"));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"));
  errors.push(...validateReference("spec.scaleTargetRef", target));
  if (old?.spec.scaleTargetRef.apiVersion !== target.apiVersion || !old)
    errors.push(...validateTargetVersion("spec.scaleTargetRef.apiVersion", target));
  errors.push(...validateMetrics("spec.metrics", spec));
  if (behavior?.scaleUp) errors.push(...validateRules("spec.behavior.scaleUp", behavior.scaleUp));
  if (behavior?.scaleDown) errors.push(...validateRules("spec.behavior.scaleDown", behavior.scaleDown));
  return errors;
}

/** What is scaled is found by its group, which only replication controllers don't have. */
function validateTargetVersion(path: string, { apiVersion = "", kind }: CrossVersionObjectReference): FieldError[] {
  const parts = apiVersion.split("/");
  if (parts.length > 2) return [invalidValue(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const group = parts.length === 2 ? parts[0] : "";
  return group || (kind === "ReplicationController" && apiVersion === "v1")
    ? []
    : [invalidValue(path, apiVersion, "apiVersion must specify API group")];
}

function validateRules(path: string, rules: HPAScalingRules): FieldError[] {
  const { stabilizationWindowSeconds: seconds, selectPolicy, policies = [], tolerance } = rules;
  const errors: FieldError[] = [];
  const window = `${path}.stabilizationWindowSeconds`;
  if (seconds !== undefined && seconds < 0)
    errors.push(invalidValue(window, seconds, "must be greater than or equal to zero"));
  if (seconds !== undefined && seconds > WINDOW_SECONDS_MAX)
    errors.push(invalidValue(window, seconds, `must be less than or equal to ${WINDOW_SECONDS_MAX}`));
  const supported = ["Disabled", "Max", "Min"];
  if (selectPolicy !== undefined && !supported.includes(selectPolicy))
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, supported));
  if (policies.length === 0) errors.push(required(`${path}.policies`, "must specify at least one Policy"));
  policies.forEach((policy, index) => errors.push(...validatePolicy(`${path}.policies[${index}]`, policy)));
  if (tolerance !== undefined && parseQuantity(tolerance).nanos < 0n)
    errors.push(invalidValue(`${path}.tolerance`, tolerance, "must be greater than or equal to 0"));
  return errors;
}

function validatePolicy(path: string, { type, value, periodSeconds }: HPAScalingPolicy): FieldError[] {
  const errors: FieldError[] = [];
  if (type !== "Pods" && type !== "Percent") errors.push(notSupported(`${path}.type`, type, ["Percent", "Pods"]));
  if (value <= 0) errors.push(invalidValue(`${path}.value`, value, "must be greater than zero"));
  const at = `${path}.periodSeconds`;
  if (periodSeconds <= 0) errors.push(invalidValue(at, periodSeconds, "must be greater than zero"));
  if (periodSeconds > PERIOD_SECONDS_MAX)
    errors.push(invalidValue(at, periodSeconds, `must be less than or equal to ${PERIOD_SECONDS_MAX}`));
  return errors;
}

import type { FieldError } from "../../kind.ts";
import {
  duplicateValue,
  invalidValue,
  invalidWithoutValue,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooMany,
} from "../../validation/index.ts";
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from "./jobspec.ts";

const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const CONDITIONS_MAX = 20;
const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS = ["In", "NotIn"];
const STATUSES = ["False", "True", "Unknown"];

/** What a job does about failures of its pods. */
export function validatePodFailurePolicy(path: string, spec: JobSpec): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors = rules.flatMap((rule, index) => validateRule(`${path}.rules[${index}]`, rule, spec));
  return rules.length > RULES_MAX ? [tooMany(`${path}.rules`, rules.length, RULES_MAX), ...errors] : errors;
}

function validateRule(path: string, rule: PodFailurePolicyRule, spec: JobSpec): FieldError[] {
  const { onExitCodes, onPodConditions = [] } = rule;
  const errors = validateAction(`${path}.action`, rule.action, spec);
  if (onExitCodes) errors.push(...validateExitCodes(`${path}.onExitCodes`, onExitCodes, spec));
  errors.push(...validateConditions(`${path}.onPodConditions`, onPodConditions));
  if (onExitCodes && onPodConditions.length > 0)
    errors.push(invalidWithoutValue(path, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (!onExitCodes && onPodConditions.length === 0)
    errors.push(invalidWithoutValue(path, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
}

function validateAction(path: string, action: string, { backoffLimitPerIndex }: JobSpec): FieldError[] {
  if (action === "FailIndex" && backoffLimitPerIndex === undefined)
    return [invalidValue(path, action, "requires the backoffLimitPerIndex to be set")];
  return validateChoice(path, action, ACTIONS);
}

/** One of a closed set; what is missing is told with all that could be there. */
function validateChoice(path: string, value: string, values: readonly string[]): FieldError[] {
  if (!value) return [required(path, `valid values: [${values.map((one) => JSON.stringify(one)).join(" ")}]`)];
  return values.includes(value) ? [] : [notSupported(path, value, values)];
}

function validateExitCodes(
  path: string,
  requirement: PodFailurePolicyOnExitCodesRequirement,
  spec: JobSpec,
): FieldError[] {
  const { operator, containerName } = requirement;
  const values = requirement.values ?? [];
  const errors = validateChoice(`${path}.operator`, operator, OPERATORS);
  const { containers, initContainers } = spec.template.spec;
  // Without containers there is null.
  const names = [...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name);
  if (containerName !== undefined && !names.includes(containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    errors.push(invalidValue(`${path}.containerName`, containerName, detail));
  }
  const at = `${path}.values`;
  if (values.length === 0) errors.push(invalidValue(at, null, "at least one value is required"));
  if (values.length > EXIT_CODES_MAX) errors.push(tooMany(at, values.length, EXIT_CODES_MAX));
  values.forEach((value, index) => {
    if (operator === "In" && value === 0)
      errors.push(invalidValue(`${at}[${index}]`, value, "must not be 0 for the In operator"));
    if (values.indexOf(value) < index) errors.push(duplicateValue(`${at}[${index}]`, value));
  });
  if (values.some((value, index) => index > 0 && values[index - 1]! > value))
    errors.push(invalidValue(at, values, "must be ordered"));
  return errors;
}

function validateConditions(path: string, patterns: readonly PodFailurePolicyOnPodConditionsPattern[]): FieldError[] {
  const errors = patterns.flatMap(({ type = "", status }, index) => [
    ...problemsAt(`${path}[${index}].type`, type, qualifiedNameProblems(type)),
    ...validateChoice(`${path}[${index}].status`, status, STATUSES),
  ]);
  return patterns.length > CONDITIONS_MAX ? [tooMany(path, patterns.length, CONDITIONS_MAX), ...errors] : errors;
}

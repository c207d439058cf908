import type { FieldError } from "../../kind.ts";
import { validatePodTemplateSpec } from "../../core/v1/pod/index.ts";
import type { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import {
  domainPathErrors,
  internalValue,
  invalidValue,
  nonNegative,
  notSupported,
  required,
  tooLong,
  tooMany,
} from "../../validation/index.ts";
import { countIndexes } from "./indexes.ts";
import { type JobSpec, SuccessPolicy, type SuccessPolicyRule } from "./jobspec.ts";
import { validatePodFailurePolicy } from "./podfailurepolicy.validate.ts";

const INDEXED_MAX = 100_000;
const MANY_COMPLETIONS = 100_000;
const MANY_LIMIT = 10_000;
const MANAGED_BY_MAX = 63;
const SUCCESS_RULES_MAX = 20;
const SUCCEEDED_INDEXES_MAX = 64 * 1024;

/** A job's spec but for its selector, as cron jobs have it too. */
export function validateJobSpec(path: string, spec: JobSpec, oldTemplate?: PodTemplateSpec): FieldError[] {
  return [
    ...validateNumbers(path, spec),
    ...validateManagedBy(`${path}.managedBy`, spec.managedBy),
    ...validateCompletionMode(path, spec),
    ...(spec.podFailurePolicy ? validatePodFailurePolicy(`${path}.podFailurePolicy`, spec) : []),
    ...validateSuccessPolicy(`${path}.successPolicy`, spec),
    ...validateReplacementPolicy(`${path}.podReplacementPolicy`, spec),
    ...validatePodTemplateSpec(`${path}.template`, spec.template, oldTemplate),
    ...validateRestartPolicy(`${path}.template.spec.restartPolicy`, spec),
  ];
}

const NUMBERS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
] as const;

function validateNumbers(path: string, spec: JobSpec): FieldError[] {
  const errors = NUMBERS.flatMap((field) => nonNegative(`${path}.${field}`, spec[field]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(`${path}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
  return errors;
}

function validateManagedBy(path: string, managedBy: string | undefined): FieldError[] {
  if (managedBy === undefined) return [];
  const tooLongFor = managedBy.length > MANAGED_BY_MAX ? [tooLong(path, MANAGED_BY_MAX)] : [];
  return [...domainPathErrors(path, managedBy), ...tooLongFor];
}

function validateCompletionMode(path: string, spec: JobSpec): FieldError[] {
  const mode = spec.completionMode;
  const errors: FieldError[] = [];
  if (mode !== undefined && mode !== "NonIndexed" && mode !== "Indexed")
    errors.push(notSupported(`${path}.completionMode`, mode, ["NonIndexed", "Indexed"]));
  if (mode === "Indexed") return [...errors, ...validateIndexed(path, spec)];
  if (mode !== undefined && mode !== "NonIndexed") return errors;
  for (const field of ["backoffLimitPerIndex", "maxFailedIndexes"] as const)
    if (spec[field] !== undefined)
      errors.push(invalidValue(`${path}.${field}`, spec[field], "requires indexed completion mode"));
  return errors;
}

function validateIndexed(path: string, spec: JobSpec): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(required(`${path}.completions`, "when completion mode is Indexed"));
  if (parallelism > INDEXED_MAX) {
    const detail = `must be less than or equal to ${INDEXED_MAX} when completion mode is Indexed`;
    errors.push(invalidValue(`${path}.parallelism`, parallelism, detail));
  }
  if (completions === undefined) return errors;
  if (maxFailedIndexes !== undefined && maxFailedIndexes > completions)
    errors.push(
      invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions"),
    );
  if (maxFailedIndexes !== undefined && maxFailedIndexes > INDEXED_MAX)
    errors.push(
      invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, `must be less than or equal to ${INDEXED_MAX}`),
    );
  return [...errors, ...validateManyIndexes(path, spec)];
}

/** Counting failures of every index costs space in the status. */
function validateManyIndexes(path: string, spec: JobSpec): FieldError[] {
  const { completions = 0, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return [];
  const detail = `must be less than or equal to ${MANY_LIMIT} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  const errors: FieldError[] = [];
  if (maxFailedIndexes === undefined)
    errors.push(
      required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`),
    );
  for (const field of ["parallelism", "maxFailedIndexes"] as const)
    if ((spec[field] ?? 0) > MANY_LIMIT) errors.push(invalidValue(`${path}.${field}`, spec[field], detail));
  return errors;
}

function validateSuccessPolicy(path: string, spec: JobSpec): FieldError[] {
  const { successPolicy, completionMode, completions = 0 } = spec;
  if (!successPolicy) return [];
  if (completionMode !== "Indexed")
    return [invalidValue(path, internalValue(SuccessPolicy, successPolicy), "requires indexed completion mode")];
  const rules = successPolicy.rules ?? [];
  if (rules.length === 0)
    return [required(`${path}.rules`, "at least one rules must be specified when the successPolicy is specified")];
  const errors = rules.flatMap((rule, index) => validateSuccessRule(`${path}.rules[${index}]`, rule, completions));
  return rules.length > SUCCESS_RULES_MAX
    ? [tooMany(`${path}.rules`, rules.length, SUCCESS_RULES_MAX), ...errors]
    : errors;
}

function validateSuccessRule(path: string, rule: SuccessPolicyRule, completions: number): FieldError[] {
  const { succeededIndexes, succeededCount } = rule;
  const errors: FieldError[] = [];
  if (succeededIndexes === undefined && succeededCount === undefined)
    errors.push(required(path, "at least one of succeededCount or succeededIndexes must be specified"));
  let indexCount = 0;
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (succeededIndexes.length > SUCCEEDED_INDEXES_MAX) errors.push(tooLong(at, SUCCEEDED_INDEXES_MAX));
    const counted = countIndexes(succeededIndexes, completions);
    if ("count" in counted) indexCount = counted.count;
    else errors.push(invalidValue(at, succeededIndexes, `error parsing succeededIndexes: ${counted.problem}`));
  }
  if (succeededCount === undefined) return errors;
  const at = `${path}.succeededCount`;
  const atMost = (limit: number, what: string) => {
    const detail = `must be less than or equal to ${limit} (the number of ${what})`;
    if (succeededCount > limit) errors.push(invalidValue(at, succeededCount, detail));
  };
  errors.push(...nonNegative(at, succeededCount));
  atMost(completions, "specified completions");
  if (succeededIndexes !== undefined) atMost(indexCount, "indexes in the specified succeededIndexes field");
  return errors;
}

function validateReplacementPolicy(path: string, { podReplacementPolicy, podFailurePolicy }: JobSpec): FieldError[] {
  if (podReplacementPolicy === undefined) return [];
  // What a failure means is known only once a pod has ended.
  const supported = podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  return supported.includes(podReplacementPolicy) ? [] : [notSupported(path, podReplacementPolicy, supported)];
}

/** Under which a pod ends. */
const ENDING_POLICIES = ["OnFailure", "Never"];

function validateRestartPolicy(path: string, { template, podFailurePolicy }: JobSpec): FieldError[] {
  const { restartPolicy = "" } = template.spec;
  if (restartPolicy === "" || restartPolicy === "Always") return [required(path, 'valid values: "OnFailure", "Never"')];
  if (!ENDING_POLICIES.includes(restartPolicy)) return [notSupported(path, restartPolicy, ENDING_POLICIES)];
  return podFailurePolicy && restartPolicy !== "Never"
    ? [invalidValue(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')]
    : [];
}

import { own } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { forbiddenField, IMMUTABLE, invalidValue, notSupported, required } from "../../validation/index.ts";
import type { PriorityClass } from "./priorityclass.ts";

const USER_VALUE_MAX = 1_000_000_000;
const SYSTEM_PREFIX = "system-";
const SYSTEM_VALUES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};
const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];

/** What a priority class's declaration can't say. */
export const priorityClassBehavior: KindBehavior<PriorityClass> = {
  generation: true,
  // Nothing that pods would have to follow ever changes.
  isNewGeneration: () => false,
  setDefaults(priorityClass) {
    priorityClass.preemptionPolicy ??= "PreemptLowerPriority";
  },
  validate: (priorityClass) => [...validateValue(priorityClass), ...validatePolicy(priorityClass)],
  validateUpdate: ({ value, preemptionPolicy }, old) => [
    ...(value === old.value ? [] : [forbiddenField("value", "may not be changed in an update.")]),
    ...(preemptionPolicy === old.preemptionPolicy
      ? []
      : [invalidValue("preemptionPolicy", preemptionPolicy, IMMUTABLE)]),
  ],
};

function validateValue(priorityClass: PriorityClass): FieldError[] {
  const { metadata, value } = priorityClass;
  const { name = "" } = metadata;
  if (name.startsWith(SYSTEM_PREFIX)) {
    const problem = systemProblem(priorityClass);
    const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`;
    return problem === undefined ? [] : [forbiddenField("metadata.name", detail)];
  }
  return value > USER_VALUE_MAX
    ? [forbiddenField("value", `maximum allowed value of a user defined priority is ${USER_VALUE_MAX}`)]
    : [];
}

/** Why a class isn't one of the system's own. */
function systemProblem({ metadata: { name }, value, globalDefault }: PriorityClass): string | undefined {
  const expected = own(SYSTEM_VALUES, name);
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validatePolicy({ preemptionPolicy: policy }: PriorityClass): FieldError[] {
  if (policy === "") return [required("preemptionPolicy")];
  return policy === undefined || PREEMPTION_POLICIES.includes(policy)
    ? []
    : [notSupported("preemptionPolicy", policy, PREEMPTION_POLICIES)];
}

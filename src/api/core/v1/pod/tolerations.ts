import type { FieldError } from "../../../kind.ts";
import {
  invalidValue,
  labelValueProblems,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
} from "../../../validation/index.ts";
import type { Toleration } from "../affinity.ts";

const OPERATORS = ["Equal", "Exists"];
/** Operators that a feature would add which is off; they are known, and refused. */
const COMPARISONS = ["Lt", "Gt"];
const TAINT_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** Which taints a pod puts up with. */
export function validateTolerations(path: string, tolerations: readonly Toleration[] = []): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const at = `${path}[${index}]`;
    const { key, operator = "", effect = "", tolerationSeconds } = toleration;
    const errors = key ? problemsAt(`${at}.key`, key, qualifiedNameProblems(key)) : [];
    if (!key && operator !== "Exists") {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalidValue(`${at}.operator`, operator, detail));
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute")
      errors.push(invalidValue(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    errors.push(...validateOperator(`${at}.operator`, toleration));
    if (effect && !TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, TAINT_EFFECTS));
    return errors;
  });
}

function validateOperator(path: string, { operator = "", value = "" }: Toleration): FieldError[] {
  switch (operator) {
    case "Equal":
    case "":
      return problemsAt(path, value, labelValueProblems(value));
    case "Exists":
      return value === "" ? [] : [invalidValue(path, value, "value must be empty when `operator` is 'Exists'")];
    case "Gt":
    case "Lt":
      return [notSupported(path, operator, [...OPERATORS, ...COMPARISONS])];
    default:
      return [notSupported(path, operator, OPERATORS)];
  }
}

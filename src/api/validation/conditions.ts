import { repeats } from "./repeats.ts";
import type { FieldError } from "../kind.ts";
import type { Condition } from "../meta/v1/condition.ts";
import { duplicateValue, invalidValue, notSupported, problemsAt, required, tooLong } from "./errors.ts";
import { qualifiedNameProblems } from "./names.ts";

const STATUSES = ["False", "True", "Unknown"];
const REASON_MAX = 1024;
const MESSAGE_MAX = 32_768;
const REASON_RULE =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

/** Conditions of the type that all kinds share; each type occurs once. */
export function validateConditions(path: string, conditions: readonly Condition[] = []): FieldError[] {
  const again = repeats(conditions, ({ type }) => type);
  return conditions.flatMap((condition, index) => {
    const isFirst = !again.has(index);
    return [
      ...(isFirst ? [] : [duplicateValue(`${path}[${index}].type`, condition.type)]),
      ...validateCondition(`${path}[${index}]`, condition),
    ];
  });
}

function validateCondition(path: string, condition: Condition): FieldError[] {
  const { type = "", status, observedGeneration = 0, lastTransitionTime, reason = "", message = "" } = condition;
  const errors = problemsAt(`${path}.type`, type, qualifiedNameProblems(type));
  if (!STATUSES.includes(status)) errors.push(notSupported(`${path}.status`, status, STATUSES));
  if (observedGeneration < 0)
    errors.push(
      invalidValue(`${path}.observedGeneration`, observedGeneration, "must be greater than or equal to zero"),
    );
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`));
  if (reason === "") errors.push(required(`${path}.reason`));
  else if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason))
    errors.push(invalidValue(`${path}.reason`, reason, REASON_RULE));
  if (reason.length > REASON_MAX) errors.push(tooLong(`${path}.reason`, REASON_MAX));
  if (message.length > MESSAGE_MAX) errors.push(tooLong(`${path}.message`, MESSAGE_MAX));
  return errors;
}

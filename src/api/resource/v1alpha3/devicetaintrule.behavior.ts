import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  labelValueProblems,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooMany,
  validateConditions,
} from "../../validation/index.ts";
import { validateDriver, validateLabel, validatePool } from "../v1/names.validate.ts";
import type { DeviceTaint, DeviceTaintRule, DeviceTaintSelector } from "./devicetaintrule.ts";

const EFFECTS = ["NoExecute", "NoSchedule", "None"];
const CONDITIONS_MAX = 8;

/** What a rule's declaration can't say. */
export const deviceTaintRuleBehavior: KindBehavior<DeviceTaintRule> = {
  prepareCreate: (rule, now) => {
    rule.status = {};
    rule.spec.taint.timeAdded ??= now;
  },
  prepareUpdate: dateTaint,
  validate: ({ spec }) => [...validateSelector(spec.deviceSelector), ...validateTaint(spec.taint)],
  validateUpdate: ({ spec }) => [...validateSelector(spec.deviceSelector), ...validateTaint(spec.taint)],
  validateStatusUpdate: ({ status: { conditions = [] } }) =>
    conditions.length > CONDITIONS_MAX
      ? [tooMany("status.conditions", conditions.length, CONDITIONS_MAX)]
      : validateConditions("status.conditions", conditions),
};

/** A taint with another effect holds from now on, unless the client says since when. */
function dateTaint({ spec: { taint } }: Mutable<DeviceTaintRule>, old: DeviceTaintRule, now: string): void {
  const { timeAdded, effect } = old.spec.taint;
  if (effect !== taint.effect && jsonEqual(taint.timeAdded, timeAdded)) taint.timeAdded = now;
  taint.timeAdded ??= now;
}

function validateSelector(selector: DeviceTaintSelector | undefined): FieldError[] {
  const path = "spec.deviceSelector";
  const { driver, pool, device } = selector ?? {};
  return [
    ...(driver === undefined ? [] : validateDriver(`${path}.driver`, driver)),
    ...(pool === undefined ? [] : validatePool(`${path}.pool`, pool)),
    ...(device === undefined ? [] : validateLabel(`${path}.device`, device)),
  ];
}

function validateTaint({ key = "", value = "", effect }: DeviceTaint): FieldError[] {
  const path = "spec.taint";
  return [
    ...problemsAt(`${path}.key`, key, qualifiedNameProblems(key)),
    ...problemsAt(`${path}.value`, value, labelValueProblems(value)),
    ...(effect
      ? EFFECTS.includes(effect)
        ? []
        : [notSupported(`${path}.effect`, effect, EFFECTS)]
      : [required(`${path}.effect`)]),
  ];
}

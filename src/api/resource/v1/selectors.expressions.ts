import {
  type Compiled,
  celTypes,
  compileExpression,
  environment,
  estimateCost,
  type Failure,
  kubernetesLibraries,
  showType,
  type SizeLookup,
} from "../../../cel/index.ts";
import type { FieldError } from "../../kind.ts";
import { forbiddenField, invalidValue } from "../../validation/errors.ts";

const { BOOL, DYN, STRING, mapOf, opaque, structFrom } = celTypes;

/** What an expression can say of a device. */
const place = environment({
  libraries: kubernetesLibraries,
  hasBindings: true,
  variables: {
    device: structFrom("kubernetes.DRADevice", {
      driver: STRING,
      attributes: mapOf(STRING, mapOf(STRING, DYN)),
      capacity: mapOf(STRING, mapOf(STRING, opaque("kubernetes.Quantity"))),
      allowMultipleAllocations: BOOL,
    }),
  },
});

/** What looking at one device may cost at most. */
export const DEVICE_COST_MAX = 1_000_000;

/** Attributes and capacities of a device, and the lengths of names and values. */
const ENTRIES_MAX = 32;
const DRIVER_LENGTH_MAX = 63;
const VALUE_LENGTH_MAX = 64;

const sizeOf: SizeLookup = ([, field, ...inner]) => {
  if (field === "driver" || inner.at(-1) === "@keys") return DRIVER_LENGTH_MAX;
  return inner.length < 2 ? ENTRIES_MAX : VALUE_LENGTH_MAX;
};

/** Expressions that are kept compiled; users bring them, so their number has an end. */
const EXPRESSIONS_MAX = 1000;

const compiled = new Map<string, Compiled | Failure>();

/** An expression that says of a device whether it is wanted, ready to run with the value of `device`. */
export function compileDeviceSelector(expression: string): Compiled | Failure {
  let known = compiled.get(expression);
  if (!known) {
    known = compileExpression(expression, place);
    if (compiled.size >= EXPRESSIONS_MAX) compiled.clear();
    compiled.set(expression, known);
  }
  return known;
}

/** What is wrong with such an expression. */
export function selectorErrors(path: string, expression: string): FieldError[] {
  const result = compileDeviceSelector(expression);
  if ("internal" in result && result.internal) return [{ path, type: "Internal", detail: result.internal.detail }];
  if ("problem" in result) return [invalidValue(path, expression, `compilation failed: ${result.problem}`)];
  const shown = showType(result.type);
  if (shown === "bool" || result.type.kind === "dyn") {
    const isDear = estimateCost(result.checked, sizeOf).max > DEVICE_COST_MAX;
    return isDear ? [forbiddenField(path, "too complex, exceeds cost limit")] : [];
  }
  return [invalidValue(path, expression, `must evaluate to bool or the unknown type, not ${shown}`)];
}

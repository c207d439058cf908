import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { overload } from "../signature.ts";
import { DYN, optionalOf } from "../types.ts";
import { MapValue, Optional, type Uint, type Value } from "../values.ts";

const present = (list: readonly Optional[]): Value[] =>
  list.flatMap(({ value }) => (value === undefined ? [] : [value]));

/** Values that may be absent. */
export const optionals: Library = {
  types: [optionalOf(DYN)],
  overloads: [
    overload("optional:of(A): optional(A)", (value) => new Optional(value)),
    overload("optional:none(): optional(A)", () => new Optional()),
    overload("optional:ofNonZeroValue(A): optional(A)", (value) => new Optional(isZero(value) ? undefined : value)),
    overload("optional:unwrap(list(optional(A))): list(A)", present),
    overload("list(optional(A)).unwrapOpt(): list(A)", present),
    overload("optional(A).hasValue(): bool", ({ value }) => value !== undefined),
    overload("optional(A).value(): A", ({ value }) => {
      if (value === undefined) throw new EvaluationError("optional.none() dereference");
      return value;
    }),
    // These two are run by the evaluator: what stands behind them only when it is wanted.
    overload("optional(A).or(optional(A)): optional(A)", (one) => one),
    overload("optional(A).orValue(A): A", ({ value }) => value),
    overload("list(A).first(): optional(A)", (list) => new Optional(list[0])),
    overload("list(A).last(): optional(A)", (list) => new Optional(list.at(-1))),
  ],
};

function isZero(value: Value): boolean {
  if (value === null || value === false || value === "" || value === 0n || value === 0) return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof MapValue) return value.entries.size === 0;
  return typeof value === "object" && (value as Uint).value === 0n;
}

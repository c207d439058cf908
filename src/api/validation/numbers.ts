import type { FieldError } from "../kind.ts";
import { invalidValue } from "./errors.ts";

const NOT_NEGATIVE = "must be greater than or equal to 0";
const PERCENT = /^[0-9]+%$/;

/** What is wrong with a port number. */
export function portProblems(port: number): string[] {
  return rangeProblems(port, 1, 65_535);
}

/** What is wrong with a number that must be in a range. */
export function rangeProblems(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}

/** A number must not be negative; one that isn't set is fine. */
export function nonNegative(path: string, value: number | undefined): FieldError[] {
  return value === undefined || value >= 0 ? [] : [invalidValue(path, value, NOT_NEGATIVE)];
}

/** A number or percentage must not be negative, and nothing else. */
export function nonNegativeIntOrPercent(path: string, value: number | string | undefined): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === "number") return nonNegative(path, value);
  if (PERCENT.test(value)) return [];
  const detail =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [invalidValue(path, value, detail)];
}

/** A number or percentage as a number, for comparing with zero; what is neither counts as zero. */
export function amountOf(value: number | string | undefined): number {
  if (typeof value === "number") return value;
  return Number(
    /^(\d+)%$|^([+-]?\d+)$/
      .exec(value ?? "")
      ?.slice(1)
      .find(Boolean) ?? 0,
  );
}

/** A percentage of a whole. */
export function notMoreThanAll(path: string, value: number | string | undefined): FieldError[] {
  return typeof value === "string" && /^\d+%$/.test(value) && amountOf(value) > 100
    ? [invalidValue(path, value, "must not be greater than 100%")]
    : [];
}

import type { FieldError } from "../../kind.ts";
import {
  invalidValue,
  problemsAt,
  qualifiedNameProblems,
  required,
  sortedEntries,
  tooLong,
} from "../../validation/index.ts";

const PARAMETERS_MAX = 512;
const PARAMETERS_BYTES_MAX = 256 * 1024;

/** The name of what makes volumes. */
export function validateProvisioner(path: string, name: string): FieldError[] {
  const lower = name.toLowerCase();
  return name === "" ? [required(path)] : problemsAt(path, lower, qualifiedNameProblems(lower));
}

/** What a provisioner is told. */
export function validateParameters(path: string, parameters: Readonly<Record<string, string>> = {}): FieldError[] {
  const entries = sortedEntries(parameters);
  const errors = entries.length > PARAMETERS_MAX ? [tooLong(path, PARAMETERS_MAX)] : [];
  errors.push(...entries.filter(([key]) => key === "").map(() => invalidValue(path, "", "field can not be empty.")));
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return bytes > PARAMETERS_BYTES_MAX ? [...errors, tooLong(path, PARAMETERS_BYTES_MAX)] : errors;
}

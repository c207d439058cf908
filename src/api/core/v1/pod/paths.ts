import type { FieldError } from "../../../kind.ts";
import { invalidValue, required } from "../../../validation/index.ts";

const FILE_MODE_MAX = 0o777;

/** A path must not climb out of where it is. */
export function noBacksteps(path: string, value: string): FieldError[] {
  return value.split("/").includes("..") ? [invalidValue(path, value, "must not contain '..'")] : [];
}

/** A path must lie below where it is mounted. */
export function descendingPath(path: string, value: string): FieldError[] {
  const absolute = value.startsWith("/") ? [invalidValue(path, value, "must be a relative path")] : [];
  return [...absolute, ...noBacksteps(path, value)];
}

/** A path below a volume whose entries the kubelet writes: names that begin with two dots are its own. */
export function writtenPath(path: string, value: string | undefined): FieldError[] {
  if (!value) return [required(path)];
  const reserved = value.startsWith("..") && !value.startsWith("../");
  return [...descendingPath(path, value), ...(reserved ? [invalidValue(path, value, "must not start with '..'")] : [])];
}

/** Permission bits of a file. */
export function fileMode(path: string, mode: number | undefined): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= FILE_MODE_MAX)) return [];
  return [invalidValue(path, mode, "must be a number between 0 and 0777 (octal), both inclusive")];
}

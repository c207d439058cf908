import type { FieldError } from "../../kind.ts";
import { invalidValue, required } from "../../validation/index.ts";
import type { PodGroupSchedulingPolicy } from "./podgroup.ts";

/** Exactly one member of a union is to be given. */
export function validateOneOf(path: string, union: object | undefined, members: readonly string[]): FieldError[] {
  const given = members.filter((member) => ((union as Record<string, unknown> | undefined)?.[member] ?? null) !== null);
  const names = members.map((member) => `\`${member}\``).join(", ");
  if (given.length === 0) return [invalidValue(path, "", `must specify one of: ${names}`)];
  return given.length === 1
    ? []
    : [invalidValue(path, `{${given.join(", ")}}`, `must specify exactly one of: ${names}`)];
}

/** How the pods of a group are scheduled. */
export function validateSchedulingPolicy(path: string, policy: PodGroupSchedulingPolicy | undefined): FieldError[] {
  const errors = validateOneOf(path, policy, ["basic", "gang"]);
  const at = `${path}.gang.minCount`;
  const minCount = policy?.gang?.minCount;
  if (policy?.gang && !minCount) errors.push(required(at));
  else if (minCount !== undefined && minCount < 1)
    errors.push(invalidValue(at, minCount, "must be greater than or equal to 1"));
  return errors;
}

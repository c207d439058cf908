import type { FieldError } from "../../kind.ts";
import { dnsSubdomainProblems, pathSegmentProblems, problemsAt, required } from "../../validation/index.ts";

interface Reference {
  readonly apiGroup?: string | null;
  readonly kind: string;
  readonly name: string;
}

/** A reference to an object of any kind. */
export function validateTypedReference(path: string, { apiGroup, kind, name }: Reference): FieldError[] {
  return [
    ...(apiGroup === undefined || apiGroup === null
      ? []
      : problemsAt(`${path}.apiGroup`, apiGroup, dnsSubdomainProblems(apiGroup))),
    ...(kind === "" ? [required(`${path}.kind`)] : problemsAt(`${path}.kind`, kind, pathSegmentProblems(kind))),
    ...(name === "" ? [required(`${path}.name`)] : problemsAt(`${path}.name`, name, pathSegmentProblems(name))),
  ];
}

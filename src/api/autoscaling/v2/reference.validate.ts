import type { FieldError } from "../../kind.ts";
import { pathSegmentProblems, problemsAt, required } from "../../validation/index.ts";
import type { CrossVersionObjectReference } from "./horizontalpodautoscaler.ts";

/** A reference to another object by kind and name. */
export function validateReference(path: string, reference: CrossVersionObjectReference): FieldError[] {
  return (["kind", "name"] as const).flatMap((field) => validateSegment(`${path}.${field}`, reference[field]));
}

/** A text that becomes part of a URL's path. */
export function validateSegment(path: string, text: string | undefined, missing = ""): FieldError[] {
  return text ? problemsAt(path, text, pathSegmentProblems(text)) : [required(path, missing)];
}

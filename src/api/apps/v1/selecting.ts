import { jsonEqual } from "../../../base/index.ts";
import type { FieldError } from "../../kind.ts";
import type { LabelSelector } from "../../meta/v1/labelselector.ts";
import { IMMUTABLE, invalidValue, required, validateLabelSelector } from "../../validation/index.ts";

/** What may be said of the selector of a workload: it must be there, make sense, and select something. */
export function validateSelector(selector: LabelSelector | undefined, kindText: string): FieldError[] {
  if (!selector) return [required("spec.selector")];
  return [...validateLabelSelector("spec.selector", selector), ...selectsSomething(selector, kindText)];
}

/** A selector without conditions would select every pod. */
export function selectsSomething(selector: LabelSelector, kindText: string): FieldError[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return Object.keys(matchLabels).length + matchExpressions.length > 0
    ? []
    : [invalidValue("spec.selector", selector, `empty selector is invalid for ${kindText}`)];
}

/** Whether a selector can't be evaluated; it then hides what is wrong with the template. */
export function isBrokenSelector(selector: LabelSelector | undefined): boolean {
  return validateLabelSelector("", selector).length > 0;
}

/** What a workload selects never changes. */
export function selectorStays(selector: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] {
  return jsonEqual(selector, old) ? [] : [invalidValue("spec.selector", selector, IMMUTABLE)];
}

import type { FieldError } from "../kind.ts";
import type { LabelSelector } from "../meta/v1/labelselector.ts";
import { forbiddenField, invalidValue, problemsAt, required, tooLong } from "./errors.ts";
import { labelValueProblems, qualifiedNameProblems } from "./names.ts";

const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** Entries in the order of their keys, in which their errors are told. */
export function sortedEntries<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  // Entries that are made and then compared one by one take five times as long.
  return Object.keys(map ?? {})
    .sort()
    .map((key) => [key, map![key]!]);
}

/** What is wrong with a map's entries, in the order of their keys. Only those that have errors are sorted: a map may be large. */
export function entryErrors<T>(
  map: Readonly<Record<string, T>> | undefined,
  check: (key: string, value: T) => readonly FieldError[],
): FieldError[] {
  const wrong = new Map<string, readonly FieldError[]>();
  for (const key in map) {
    const errors = check(key, map[key]!);
    if (errors.length > 0) wrong.set(key, errors);
  }
  return [...wrong.keys()].sort().flatMap((key) => wrong.get(key)!);
}

/** Keys and values of labels. */
export function validateLabels(path: string, labels: Readonly<Record<string, string>> | undefined): FieldError[] {
  return entryErrors(labels, (key, value) => [
    ...problemsAt(path, key, qualifiedNameProblems(key)),
    ...problemsAt(path, value, labelValueProblems(value)),
  ]);
}

/** Keys of annotations, and their size together. */
export function validateAnnotations(
  path: string,
  annotations: Readonly<Record<string, string>> | undefined,
): FieldError[] {
  let bytes = 0;
  const errors = entryErrors(annotations, (key, value) => {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    // A key's letters may be of either case.
    return problemsAt(path, key, qualifiedNameProblems(key.toLowerCase()));
  });
  return [...errors, ...(bytes > ANNOTATIONS_BYTES_MAX ? [tooLong(path, ANNOTATIONS_BYTES_MAX)] : [])];
}

/** Objects written before were accepted with values that are no labels. */
export interface SelectorRules {
  readonly allowInvalidValues?: boolean;
}

/** A selector in an object; none is fine. */
export function validateLabelSelector(
  path: string,
  selector: LabelSelector | undefined,
  rules: SelectorRules = {},
): FieldError[] {
  if (!selector) return [];
  return [
    ...validateLabels(`${path}.matchLabels`, selector.matchLabels),
    ...(selector.matchExpressions ?? []).flatMap((requirement, index) =>
      validateRequirement(`${path}.matchExpressions[${index}]`, requirement, rules),
    ),
  ];
}

type Requirement = NonNullable<LabelSelector["matchExpressions"]>[number];

function validateRequirement(path: string, requirement: Requirement, rules: SelectorRules): FieldError[] {
  const { key = "", operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0)
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0)
      errors.push(
        forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
  } else errors.push(invalidValue(`${path}.operator`, operator ?? "", "not a valid selector operator"));
  errors.push(...problemsAt(`${path}.key`, key, qualifiedNameProblems(key)));
  if (!rules.allowInvalidValues)
    values.forEach((value, index) =>
      errors.push(...problemsAt(`${path}.values[${index}]`, value, labelValueProblems(value))),
    );
  return errors;
}

import { jsonEqual } from "../../base/index.ts";
import type { Change, FieldError } from "../kind.ts";
import { unifiedDiff } from "./diff.ts";

/** A value must be there. */
export function required(path: string, detail = ""): FieldError {
  return { path, type: "Required", detail };
}

/** A value breaks a rule. */
export function invalidValue(path: string, value: unknown, detail: string): FieldError {
  return { path, type: "Invalid", value, detail };
}

/** A value breaks a rule, and is too long to be shown. */
export function invalidWithoutValue(path: string, detail: string): FieldError {
  return { path, type: "Invalid", valueOmitted: true, detail };
}

/** A value may not be there. */
export function forbiddenField(path: string, detail: string): FieldError {
  return { path, type: "Forbidden", detail };
}

/** A part of an object may not change; the message shows what did. `path` is that of the error unless `change` has another. */
export function changedField(path: string, change: Change): FieldError {
  return { ...forbiddenField(path, `${change.what}\n${changeText(change)}`), change };
}

function changeText({ before, after }: Change): string {
  return unifiedDiff(shownText(before), shownText(after));
}

/** As the original writes it, which takes care of what HTML would read. */
function shownText(shown: unknown): string {
  return JSON.stringify(shown, null, 1).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}

/** A value is none of a closed set, which is listed in the order given. */
export function notSupported(path: string, value: unknown, values: readonly string[]): FieldError {
  const list = values.map((one) => JSON.stringify(one)).join(", ");
  return { path, type: "NotSupported", value, detail: values.length > 0 ? `supported values: ${list}` : "" };
}

/** A value is there twice. */
export function duplicateValue(path: string, value: unknown): FieldError {
  return { path, type: "Duplicate", value, detail: "" };
}

/** A value refers to something that isn't there. */
export function missingReference(path: string, value: unknown, detail = ""): FieldError {
  return { path, type: "NotFound", value, detail };
}

/** A text is longer than allowed. */
export function tooLong(path: string, bytesMax: number): FieldError {
  if (bytesMax < 0) return { path, type: "TooLong", detail: "value is too long" };
  return { path, type: "TooLong", detail: `may not be more than ${bytesMax} ${bytesMax === 1 ? "byte" : "bytes"}` };
}

/** A list is longer than allowed. */
export function tooMany(path: string, count: number, itemsMax: number): FieldError {
  if (itemsMax < 0) return { path, type: "TooMany", detail: `${count}: has too many items` };
  return {
    path,
    type: "TooMany",
    detail: `${count}: must have at most ${itemsMax} ${itemsMax === 1 ? "item" : "items"}`,
  };
}

/** One error for each problem that a rule found with a value. */
export function problemsAt(path: string, value: unknown, problems: readonly string[]): FieldError[] {
  return problems.map((detail) => invalidValue(path, value, detail));
}

/** The value must be one of a closed set; an empty one is missing. */
export function oneOf(path: string, value: string | undefined, values: readonly string[]): FieldError[] {
  if (!value) return [required(path)];
  return values.includes(value) ? [] : [notSupported(path, value, values)];
}

/** What is said of a field that never changes. */
export const IMMUTABLE = "field is immutable";

/** A value may not change any more. */
export function immutableField(path: string, value: unknown, old: unknown): FieldError[] {
  return jsonEqual(value ?? null, old ?? null) ? [] : [invalidValue(path, value, IMMUTABLE)];
}

/** A number that is shown as a fraction is, also when it is whole: large ones with an exponent. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

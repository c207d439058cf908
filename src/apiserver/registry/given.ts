import { changedField, type FieldError, internalNames } from "../../api/index.ts";
import type { Emptied } from "../contracts.ts";

type Json = Record<string, unknown>;

// What was given as an empty list or map is kept nowhere in an object, but the original tells it from what was not
// given at all: in messages and where it compares exactly.

/** Shows values that were given empty as they were given, although the object has nothing there any more. */
export function asGiven(errors: readonly FieldError[], emptied: Emptied): readonly FieldError[] {
  return emptied.size === 0 ? errors : errors.map((error) => shownAsGiven(error, emptied));
}

function shownAsGiven(error: FieldError, emptied: Emptied): FieldError {
  const { path, value, change } = error;
  if (change) {
    const { remade = [] } = change;
    const given = remade.length === 0 ? emptied : new Map([...emptied].filter(([at]) => !remade.includes(at)));
    const after = withGiven(change.after, change.path, given);
    return after === change.after ? error : changedField(path, { ...change, after });
  }
  if (value === undefined || value === null) return emptied.has(path) ? { ...error, value: emptied.get(path) } : error;
  if (typeof value !== "object") return error;
  const shown = withGiven(value, error.valuePath ?? path, emptied);
  return shown === value ? error : { ...error, value: shown };
}

/** What stands at a path as messages show it, with what was given empty in it. */
function withGiven(value: unknown, path: string, emptied: Emptied): unknown {
  const inside = [...emptied].filter(([at]) => at !== path && isWithin(at, path));
  if (inside.length === 0) return value;
  const shown = structuredClone(value);
  for (const [at, given] of inside) putGiven(shown, keysOf(at.slice(path.length)), given);
  return shown;
}

/** Puts a value where an object as messages show it says null. */
function putGiven(shown: unknown, keys: readonly string[], given: unknown): void {
  const holder = keys.slice(0, -1).reduce<unknown>((value, key) => shownAt(value, key)?.[1], shown);
  const [name, value] = shownAt(holder, keys.at(-1)!) ?? [];
  if (name !== undefined && value === null) (holder as Json)[name] = given;
}

/** What messages show of a field, and under which of its names. */
function shownAt(holder: unknown, key: string): [string, unknown] | undefined {
  if (typeof holder !== "object" || holder === null) return undefined;
  const name = [key, ...internalNames(key)].find((one) => Object.hasOwn(holder, one));
  return name === undefined ? undefined : [name, (holder as Json)[name]];
}

/** Whether something is missing from an object that was given empty within a part of it. */
export function hasEmptied(object: Json, part: string, emptied: Emptied): boolean {
  return [...emptied.keys()].some((path) => isWithin(path, part) && isAbsent(object, path));
}

function isAbsent(object: Json, path: string): boolean {
  return keysOf(path).reduce<unknown>((value, key) => (value as Json | undefined)?.[key], object) === undefined;
}

function isWithin(path: string, part: string): boolean {
  return path.startsWith(part) && /^[.[]|^$/.test(path.slice(part.length));
}

function keysOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter(Boolean);
}

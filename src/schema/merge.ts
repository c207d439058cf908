import { rawDigits, setOwn } from "./parse.ts";

type Json = Record<string, unknown>;

/**
 * JSON merge patch (RFC 7386): null deletes, objects merge, everything else replaces; what takes the place of no object
 * loses nulls in objects even within lists. The target is not changed. `opened` gets the maps of the result that the patch
 * has to do with.
 */
export function jsonMergePatch(target: unknown, patch: unknown, opened = new WeakSet<object>()): unknown {
  if (!isMap(target)) return withoutNulls(patch, opened);
  if (!isMap(patch)) return patch;
  const result: Json = {};
  opened.add(result);
  for (const [key, value] of Object.entries(target)) setOwn(result, key, value);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setOwn(result, key, jsonMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value, opened));
  }
  return result;
}

function withoutNulls(value: unknown, opened: WeakSet<object>): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutNulls(one, opened));
  if (!isMap(value)) return value;
  const result: Json = {};
  opened.add(result);
  for (const [key, inner] of Object.entries(value))
    if (inner !== null) setOwn(result, key, withoutNulls(inner, opened));
  return result;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object that isn't a number as it was written. */
export function isMap(value: unknown): value is Json {
  return isObject(value) && rawDigits(value) === undefined;
}

/** The value with the keys of these maps (or all) in order, as the original writes what a patch has to do with. */
export function withSortedKeys(value: unknown, maps?: WeakSet<object>): unknown {
  if (Array.isArray(value)) return value.map((one) => withSortedKeys(one, maps));
  if (!isMap(value)) return value;
  const result: Json = {};
  const keys = Object.keys(value);
  for (const key of !maps || maps.has(value) ? keys.sort() : keys)
    setOwn(result, key, withSortedKeys(value[key], maps));
  return result;
}

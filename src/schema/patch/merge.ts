import { rawDigits, setOwn } from "../json/parse.ts";
import { rebuild } from "../rebuild.ts";

type Json = Record<string, unknown>;

/**
 * JSON merge patch (RFC 7386): null deletes, objects merge, everything else replaces; what takes the place of no object
 * loses nulls in objects even within lists. The target is not changed. `opened` gets the maps of the result that the patch
 * has to do with.
 */
export function jsonMergePatch(target: unknown, patch: unknown, opened = new WeakSet<object>()): unknown {
  // Depth is no matter of this thread's stack: what is to be merged lies in a list.
  const waiting: (readonly [target: Json, patch: Json, into: Json])[] = [];
  const merged = (before: unknown, change: unknown): unknown => {
    if (!isMap(before)) return withoutNulls(change, opened);
    if (!isMap(change)) return change;
    const into: Json = {};
    opened.add(into);
    waiting.push([before, change, into]);
    return into;
  };
  const result = merged(target, patch);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [before, change, into] = next;
    for (const [key, value] of Object.entries(before)) setOwn(into, key, value);
    for (const [key, value] of Object.entries(change)) {
      if (value === null) delete into[key];
      else setOwn(into, key, merged(Object.hasOwn(into, key) ? into[key] : undefined, value));
    }
  }
  return result;
}

function withoutNulls(value: unknown, opened: WeakSet<object>): unknown {
  return rebuild(value, (map, copy) => {
    opened.add(copy);
    return Object.keys(map).filter((key) => map[key] !== null);
  });
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
  return rebuild(value, (map) => {
    const keys = Object.keys(map);
    return !maps || maps.has(map) ? keys.sort() : keys;
  });
}

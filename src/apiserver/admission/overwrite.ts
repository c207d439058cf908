import { isObject } from "../../schema/index.ts";

type Json = Record<string, unknown>;

/** Makes an object into another; it stays the same one, since others hold it. */
export function overwrite(object: Json, made: unknown): void {
  if (!isObject(made) || made === object) return;
  for (const key of Object.keys(object)) if (!Object.hasOwn(made, key)) delete object[key];
  Object.assign(object, made);
}

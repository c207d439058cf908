import { isObject, type ManagerEntry, orderedManagers } from "../../schema/index.ts";

type Json = Record<string, unknown>;

const SCALE_VERSION = "autoscaling/v1";
const SCALE_PATH = ["f:spec", "f:replicas"];

/** Who manages the number of replicas, as entries of a Scale. `path` is where the object has the number. */
export function scaleEntries(entries: readonly ManagerEntry[], path: readonly string[]): ManagerEntry[] {
  return entries
    .filter(({ fieldsV1 }) => has(fieldsV1, path))
    .map((entry) => ({ ...entry, apiVersion: SCALE_VERSION, fieldsV1: fieldsAt(SCALE_PATH) }));
}

export interface ScaledObject {
  readonly entries: readonly ManagerEntry[];
  readonly path: readonly string[];
  readonly apiVersion: string;
}

/** The entries of an object whose Scale is managed as `scale` says: the number changes hands, everything else stays. */
export function entriesAfterScale(
  { entries, path, apiVersion }: ScaledObject,
  scale: readonly ManagerEntry[],
): ManagerEntry[] {
  const owners = scale.filter(({ fieldsV1 }) => has(fieldsV1, SCALE_PATH));
  const appliers = new Set(owners.filter(isApply).map(nameOf));
  const stays = (entry: ManagerEntry) => !has(entry.fieldsV1, path) || (isApply(entry) && appliers.has(nameOf(entry)));
  const kept = entries
    .map((entry) => (stays(entry) ? entry : { ...entry, fieldsV1: without(entry.fieldsV1, path) }))
    .filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0);
  const had = new Set(entries.filter((entry) => isApply(entry) && has(entry.fieldsV1, path)).map(nameOf));
  // Who updates an object isn't known again in its Scale, which has another version: the number gets an entry of its own.
  const added = owners
    .filter((entry) => !isApply(entry) || !had.has(nameOf(entry)))
    // The original leaves the time of a new entry out.
    .map(({ time: _, ...entry }) => ({ ...entry, apiVersion, fieldsV1: fieldsAt(path) }));
  return orderedManagers([...kept, ...added]);
}

const isApply = ({ operation }: ManagerEntry) => operation === "Apply";

function nameOf({ manager, subresource = "" }: ManagerEntry): string {
  return JSON.stringify([manager, subresource]);
}

function has(fields: Json, [first, ...rest]: readonly string[]): boolean {
  const inner = fields[first!];
  return isObject(inner) && (rest.length === 0 || has(inner, rest));
}

function fieldsAt([first, ...rest]: readonly string[]): Json {
  return { [first!]: rest.length === 0 ? {} : fieldsAt(rest) };
}

function without(fields: Json, [first, ...rest]: readonly string[]): Json {
  const { [first!]: inner, ...others } = fields;
  if (rest.length === 0 || !isObject(inner)) return others;
  const { ".": self, ...left } = without(inner, rest);
  if (Object.keys(left).length > 0) return { ...fields, [first!]: self ? { ".": self, ...left } : left };
  // What is left of a field that is managed itself is the field, as it is written then.
  return self ? { ...fields, [first!]: {} } : others;
}

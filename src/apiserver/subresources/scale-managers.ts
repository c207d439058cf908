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
  const names = new Set(owners.map((entry) => nameOf(untimed(entry))));
  const kept = entries
    .map((entry) =>
      has(entry.fieldsV1, path) && !names.has(nameOf(entry))
        ? { ...entry, fieldsV1: without(entry.fieldsV1, path) }
        : entry,
    )
    .filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0);
  const had = new Set(entries.filter(({ fieldsV1 }) => has(fieldsV1, path)).map(nameOf));
  const added = owners
    .map(untimed)
    .filter((entry) => !had.has(nameOf(entry)))
    .map((entry) => ({ ...entry, apiVersion, fieldsV1: fieldsAt(path) }));
  return orderedManagers([...kept, ...added]);
}

/** Those who updated are told apart by when they did, which the entries of a Scale don't say: so they become others. */
function nameOf({ manager, operation, subresource = "", time }: ManagerEntry): string {
  return JSON.stringify([manager, operation, subresource, operation === "Update" ? time : ""]);
}

function untimed({ time: _, ...entry }: ManagerEntry): ManagerEntry {
  return entry;
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
  const left = without(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...fields, [first!]: left };
}

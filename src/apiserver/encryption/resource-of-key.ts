import { hubOf, kinds } from "../../api/index.ts";
import { storagePrefix } from "../stored/stored.ts";

/** A resource as configurations name it. */
export interface Resource {
  readonly plural: string;
  /** Empty for the core group. */
  readonly group: string;
}

const ROOT = "/registry/";
let byPrefix: ReadonlyMap<string, Resource> | undefined;

/** The resource whose objects are kept under a key; undefined for what is no object. */
export function resourceOfKey(key: string): Resource | undefined {
  byPrefix ??= new Map(kinds.map((kind) => [storagePrefix(kind), { plural: kind.plural, group: hubOf(kind).group }]));
  if (!key.startsWith(ROOT)) return undefined;
  const first = key.indexOf("/", ROOT.length) + 1;
  const second = key.indexOf("/", first) + 1;
  const built = (second > 0 && byPrefix.get(key.slice(0, second))) || (first > 0 && byPrefix.get(key.slice(0, first)));
  if (built) return built;
  // Custom resources are kept under their group, which has a dot, and their plural.
  const group = key.slice(ROOT.length, first - 1);
  return second > 0 && group.includes(".") ? { group, plural: key.slice(first, second - 1) } : undefined;
}

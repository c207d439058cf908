import type { VersionView } from "../schema/index.ts";
import { groupVersion, type KindDefinition } from "./kind.ts";
import { kindFor } from "./scheme.ts";
import { fromHub, hubOf, toHub } from "./storage.ts";

/** How objects of one version look in another of the same stored kind; undefined when there is no such version. */
export function versionView(hub: KindDefinition, from: KindDefinition, apiVersion: string): VersionView | undefined {
  if (apiVersion === groupVersion(from)) return { struct: from.struct };
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const to = apiVersion === groupVersion(hub) ? hub : kindFor({ group, version, kind: hub.kind });
  if (!to || hubOf(to) !== hub) return undefined;
  if (!to.storage?.fromHub && !from.storage?.toHub) return { struct: from.struct };
  return {
    struct: to.struct,
    convert: (object) => fromHub(to, toHub(from, object)),
    back: (object) => fromHub(from, toHub(to, object)),
  };
}

import { type CustomVersions, groupVersion, hubOf, type KindDefinition, versionView } from "../../api/index.ts";
import { checkObject, goJson, type VersionLookup, type VersionView } from "../../schema/index.ts";

type Json = Record<string, unknown>;

/** Tells that the work has to wait for a conversion. */
class Unconverted extends Error {
  override readonly name = "Unconverted";
}

/**
 * Does what looks at objects in other versions of their kind. Where somebody else converts them, it is done again from its
 * beginning each time that it asks for one that isn't known yet: so it must leave what it gets as it is.
 */
export async function withViews<T>(
  kind: KindDefinition,
  work: (versions: VersionLookup) => T,
  spoken: Pick<KindDefinition, "group"> = kind,
): Promise<T> {
  const { custom } = kind;
  if (!custom)
    return work((apiVersion) =>
      // What is stored under another group (events) has versions there that this one doesn't know.
      groupOf(apiVersion) === spoken.group ? versionView(hubOf(kind), kind, apiVersion) : undefined,
    );
  const { versions: own } = custom;
  const known = new Map<string, Json>();
  let wanted: { readonly key: string; readonly object: Json; readonly apiVersion: string } | undefined;
  const find = (object: Json, apiVersion: string): Json => {
    if (!own.convert) return checked(own, { ...object, apiVersion });
    const key = `${apiVersion} ${goJson(object)}`;
    const found = known.get(key);
    if (found) return checked(own, found);
    wanted = { key, object, apiVersion };
    throw new Unconverted("an object has to be converted first");
  };
  const spokenVersion = groupVersion(kind);
  const versions = (apiVersion: string): VersionView | undefined => {
    const struct = own.structOf(apiVersion);
    if (!struct || apiVersion === spokenVersion) return struct && { struct };
    return { struct, convert: (object) => find(object, apiVersion), back: (object) => find(object, spokenVersion) };
  };
  for (;;) {
    try {
      return work(versions);
    } catch (error) {
      if (!(error instanceof Unconverted) || !wanted) throw error;
    }
    known.set(wanted.key, await own.convert!(wanted.object, wanted.apiVersion));
  }
}

const groupOf = (apiVersion: string) => (apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "");

/** A converted object, unless it says what its version doesn't know: then nobody can tell who manages that. */
function checked({ structOf }: CustomVersions, object: Json): Json {
  checkObject(structOf(String(object.apiVersion))!, object);
  return object;
}

import { groupVersion, hubOf, type KindDefinition, type Subresource } from "../api/index.ts";
import { createHash } from "node:crypto";

type Json = Record<string, unknown>;

/** What is served, in the forms in which clients ask for it. */
export interface Discovery {
  /** /api */
  readonly coreVersions: Json;
  /** /apis */
  readonly groups: Json;
  /** /apis/<group> */
  group(name: string): Json | undefined;
  /** /api/v1, /apis/<group>/<version> */
  resources(group: string, version: string): Json | undefined;
  /** /api and /apis in the aggregated form, without kind and version. */
  aggregated(core: boolean): Json;
  /** Paths of all group versions. */
  readonly paths: readonly string[];
}

const VERB_ORDER = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Builds discovery from the kinds that are served. */
export function discoveryOf(kinds: readonly KindDefinition[], serverAddress: string): Discovery {
  const groups = [...new Set(kinds.map((kind) => kind.group).filter((group) => group !== ""))];
  const versionsOf = (group: string) => [
    ...new Set(kinds.filter((kind) => kind.group === group).map((kind) => kind.version)),
  ];
  const kindsOf = (group: string, version: string) =>
    kinds
      .filter((kind) => kind.group === group && kind.version === version)
      .sort((a, b) => (a.plural < b.plural ? -1 : 1));
  const groupObject = (name: string) => {
    const versions = versionsOf(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  };
  // Controllers ask for all of them again and again.
  const lists = new Map<string, Json>();
  return {
    coreVersions: {
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
    },
    groups: { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupObject) },
    group: (name) => (groups.includes(name) ? { kind: "APIGroup", apiVersion: "v1", ...groupObject(name) } : undefined),
    resources: (group, version) => {
      const key = groupVersion({ group, version });
      const list = lists.get(key) ?? resourceList({ group, version }, kindsOf(group, version));
      // What isn't served could have any name.
      if (list) lists.set(key, list);
      return list;
    },
    aggregated: (core) => ({
      metadata: {},
      items: (core ? [""] : groups).map((group) => ({
        metadata: group ? { name: group } : {},
        versions: versionsOf(group).map((version) => ({
          version,
          resources: kindsOf(group, version).map(aggregatedResource),
          freshness: "Current",
        })),
      })),
    }),
    paths: groups.flatMap((group) => [
      `/apis/${group}`,
      ...versionsOf(group).map((version) => `/apis/${group}/${version}`),
    ]),
  };
}

/** What a group version serves; undefined when that is nothing. */
function resourceList(
  place: { readonly group: string; readonly version: string },
  served: readonly KindDefinition[],
): Json | undefined {
  if (served.length === 0) return undefined;
  const resources = served.flatMap((kind) => [
    resourceOf(kind),
    ...kind.subresources.map((sub) => subresourceOf(kind, sub)),
  ]);
  const head = { kind: "APIResourceList", ...(place.group && { apiVersion: "v1" }) };
  return { ...head, groupVersion: groupVersion(place), resources };
}

function resourceOf(kind: KindDefinition): unknown {
  return {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.scope === "Namespaced",
    kind: kind.kind,
    verbs: kind.custom ? kind.verbs : inOrder(kind.verbs),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(kind.verbs.includes("watch") && { storageVersionHash: storageVersionHash(kind) }),
  };
}

function subresourceOf(kind: KindDefinition, sub: Subresource): unknown {
  const body = bodyOf(kind, sub);
  return {
    name: `${kind.plural}/${sub.name}`,
    singularName: "",
    namespaced: kind.scope === "Namespaced",
    ...(sub.groupVersion && body),
    kind: sub.kind ?? kind.kind,
    verbs: inOrder(sub.verbs),
  };
}

function bodyOf(kind: KindDefinition, sub: Subresource): { group?: string; version: string } {
  if (sub.groupVersion === undefined) return { ...(kind.group && { group: kind.group }), version: kind.version };
  const [group, version] = sub.groupVersion.includes("/") ? sub.groupVersion.split("/") : ["", sub.groupVersion];
  return { ...(group && { group }), version: version! };
}

function aggregatedResource(kind: KindDefinition): unknown {
  const scope = kind.scope === "Namespaced" ? "Namespaced" : "Cluster";
  return {
    resource: kind.plural,
    responseKind: { ...ownVersion(kind), kind: kind.kind },
    scope,
    singularResource: kind.singular,
    verbs: kind.custom ? kind.verbs : inOrder(kind.verbs),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(kind.subresources.length > 0 && {
      subresources: kind.subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: {
          ...(sub.groupVersion ? { group: "", ...bodyOf(kind, sub) } : ownVersion(kind)),
          kind: sub.kind ?? kind.kind,
        },
        verbs: inOrder(sub.verbs),
      })),
    }),
  };
}

/** Of built-in kinds the original leaves out what stands above them. */
function ownVersion({ custom, group, version }: KindDefinition): { readonly group: string; readonly version: string } {
  return custom ? { group, version } : { group: "", version: "" };
}

function inOrder(verbs: readonly string[]): readonly string[] {
  return [...verbs].sort((a, b) => VERB_ORDER.indexOf(a) - VERB_ORDER.indexOf(b));
}

/** First eight bytes of the SHA-256 of the stored version's group/version/kind. */
function storageVersionHash(kind: KindDefinition): string {
  const stored = `${hubOf(kind).group}/${kind.storageVersion}/${kind.kind}`;
  return createHash("sha256").update(stored).digest().subarray(0, 8).toString("base64");
}

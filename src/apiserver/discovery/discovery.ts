import { groupVersion, hubOf, type KindDefinition, type Subresource } from "../../api/index.ts";
import { createHash } from "node:crypto";
import type { AggregatedVersion, Aggregation } from "../aggregation/aggregator.ts";
import type { Priority } from "../aggregation/priority.ts";
import { compareVersions } from "../crd/kinds.ts";

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

export interface DiscoverySource {
  /** What this server serves. */
  readonly kinds: readonly KindDefinition[];
  /** What others serve, and in which order all is told. */
  readonly aggregation: Aggregation;
  readonly serverAddress: string;
}

/** Builds discovery from what is served here and behind this server. */
export function discoveryOf({ kinds, aggregation, serverAddress }: DiscoverySource): Discovery {
  const versions = orderedVersions(kinds, aggregation);
  const groups = [...versions.keys()];
  const versionsOf = (group: string) => (group === "" ? ["v1"] : (versions.get(group) ?? []));
  const kindsOf = (group: string, version: string) =>
    kinds
      .filter((kind) => kind.group === group && kind.version === version)
      .sort((a, b) => (a.plural < b.plural ? -1 : 1));
  const groupObject = (name: string) => {
    const versions = versionsOf(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  };
  // Controllers ask for all of it again and again.
  const lists = new Map<string, Json>();
  let coreItems: Json | undefined;
  let groupItems: Json | undefined;
  const itemsOf = (names: readonly string[]) => ({
    metadata: {},
    items: names.map((group) => ({
      metadata: group ? { name: group } : {},
      versions: versionsOf(group).map((version) => {
        const other = aggregation.versions.find((one) => one.group === group && one.version === version);
        return other ? othersVersion(other) : ownVersionOf(version, kindsOf(group, version));
      }),
    })),
  });
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
    aggregated: (core) => (core ? (coreItems ??= itemsOf([""])) : (groupItems ??= itemsOf(groups))),
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

/** Groups with their versions: by their priorities, then groups by name and versions as clients prefer them. */
function orderedVersions(
  kinds: readonly KindDefinition[],
  { versions, priority }: Aggregation,
): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, Map<string, Priority>>();
  for (const { group, version } of [...kinds, ...versions]) {
    if (group === "") continue;
    const own = all.get(group) ?? new Map<string, Priority>();
    if (!own.has(version)) own.set(version, priority(group, version));
    all.set(group, own);
  }
  const highest = (group: string) => Math.max(...[...all.get(group)!.values()].map((one) => one.group));
  const groups = [...all.keys()].sort((a, b) => highest(b) - highest(a) || (a < b ? -1 : 1));
  return new Map(
    groups.map((group) => {
      const sorted = [...all.get(group)!].sort(([a, x], [b, y]) => y.version - x.version || compareVersions(a, b));
      return [group, sorted.map(([version]) => version)];
    }),
  );
}

function ownVersionOf(version: string, kinds: readonly KindDefinition[]): Json {
  return { version, resources: kinds.map(aggregatedResource), freshness: "Current" };
}

/** Resources that another server told of once are told of until it tells of others. */
function othersVersion({ version, resources, isFresh }: AggregatedVersion): Json {
  return { version, ...(resources && { resources }), freshness: isFresh ? "Current" : "Stale" };
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

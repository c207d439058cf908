import type { APIResourceList } from "../../api/index.ts";

type Resource = NonNullable<APIResourceList["resources"]>[number];
type GroupVersion = { readonly group: string; readonly version: string };

/** A resource in the aggregated form of discovery. */
export interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind?: object;
  readonly scope: "Namespaced" | "Cluster";
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly object[];
}

/** The resources of another server's version in the aggregated form, from the list that it serves. */
export function discoveredResources(list: APIResourceList, of: GroupVersion): DiscoveredResource[] {
  const all = list.resources ?? [];
  const parents = all.filter(({ name }) => !name.includes("/")).map((parent) => parentOf(parent, all, of));
  const known = new Set(parents.map(({ resource }) => resource));
  const lone = [...new Set(all.map(({ name }) => name.split("/")[0]!))].filter((name) => !known.has(name));
  // A subresource without its resource has a place all the same: one that nothing can be done with.
  return [...parents, ...lone.map((name) => orphanage(name, all, of))];
}

function parentOf(parent: Resource, all: readonly Resource[], of: GroupVersion): DiscoveredResource {
  const { name, namespaced, singularName, verbs, shortNames = [], categories = [] } = parent;
  const subresources = subresourcesOf(name, all, of);
  return {
    resource: name,
    responseKind: responseKind(parent, of),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singularName,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}

function orphanage(name: string, all: readonly Resource[], of: GroupVersion): DiscoveredResource {
  const isNamespaced = all.some((one) => one.name.startsWith(`${name}/`) && one.namespaced);
  return {
    resource: name,
    scope: isNamespaced ? "Namespaced" : "Cluster",
    singularResource: "",
    verbs: [],
    subresources: subresourcesOf(name, all, of),
  };
}

function subresourcesOf(parent: string, all: readonly Resource[], of: GroupVersion): object[] {
  return all
    .filter(({ name }) => name.startsWith(`${parent}/`))
    .map((one) => ({
      subresource: one.name.slice(parent.length + 1),
      responseKind: responseKind(one, of),
      verbs: one.verbs,
    }));
}

function responseKind({ group, version, kind }: Resource, of: GroupVersion): object {
  return { group: group || of.group, version: version || of.version, kind };
}

import type { KubeObject } from "../../api/index.ts";
import { answerOf, type Client, resourcePath } from "../../client/index.ts";

/** A resource that the server has. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs: readonly string[];
}

/** An object as it comes, of whatever kind. */
export type AnyObject = KubeObject & Readonly<Record<string, unknown>>;

interface DiscoveryList {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind: string };
        readonly scope: "Namespaced" | "Cluster";
        readonly singularResource?: string;
        readonly shortNames?: readonly string[];
        readonly categories?: readonly string[];
        readonly verbs?: readonly string[];
      }[];
    }[];
  }[];
}

const ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Asks the server what it has, in its own order. */
export async function discover(client: Client): Promise<readonly Resource[]> {
  const lists = await Promise.all(
    ["/api", "/apis"].map(async (path) => answerOf(await client.raw({ path, headers: { accept: ACCEPT } }))),
  );
  return (lists as DiscoveryList[]).flatMap(({ items }) =>
    items.flatMap(({ metadata, versions = [] }) =>
      versions.flatMap(({ version, resources = [] }) =>
        resources.map((one) => ({
          group: metadata?.name ?? "",
          version,
          kind: one.responseKind?.kind ?? "",
          plural: one.resource,
          singular: one.singularResource || one.responseKind?.kind.toLowerCase() || one.resource,
          shortNames: one.shortNames ?? [],
          categories: one.categories ?? [],
          scope: one.scope,
          verbs: one.verbs ?? [],
        })),
      ),
    ),
  );
}

/** The resources that a word means: a name in any of its forms, with a group behind a dot if wanted, or a category. */
export function findResources(all: readonly Resource[], word: string): readonly Resource[] {
  const lower = word.toLowerCase();
  const isNamed = ({ plural, singular, shortNames, kind }: Resource, name: string) =>
    plural === name || singular === name || kind.toLowerCase() === name || shortNames.includes(name);
  const dot = lower.indexOf(".");
  const exact = all.find((one) => isNamed(one, lower));
  if (exact) return [exact];
  if (dot > 0) {
    const [name, rest] = [lower.slice(0, dot), lower.slice(dot + 1)];
    const inGroup = all.find(
      (one) => isNamed(one, name) && (one.group === rest || `${one.version}.${one.group}` === rest),
    );
    if (inGroup) return [inGroup];
  }
  const seen = new Set<string>();
  const category = all.filter((one) => {
    const key = `${one.group}/${one.plural}`;
    if (!one.categories.includes(lower) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  if (category.length > 0) return category;
  throw new Error(`the server doesn't have a resource type "${word}"`);
}

/** The resource of an object that says what it is. */
export function resourceOf(
  all: readonly Resource[],
  { apiVersion, kind }: { apiVersion: string; kind: string },
): Resource {
  const [version, group = ""] = apiVersion.split("/").reverse();
  const found = all.find((one) => one.kind === kind && one.version === version && one.group === group);
  if (found) return found;
  throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
}

/** What a command is about: everything of a resource, or some of it by name. */
export interface Target {
  readonly resource: Resource;
  readonly names: readonly string[];
}

/** Reads TYPE, TYPE NAME…, TYPE/NAME … and TYPE,TYPE. */
export function parseTargets(all: readonly Resource[], words: readonly string[]): readonly Target[] {
  const [first, ...rest] = words;
  if (first === undefined) throw new Error("you must say a resource, such as pods or pod/NAME");
  if (!words.some((word) => word.includes("/"))) {
    const resources = first.split(",").flatMap((word) => findResources(all, word));
    return resources.map((resource) => ({ resource, names: rest }));
  }
  const targets: { resource: Resource; names: string[] }[] = [];
  for (const word of words) {
    const [type, name, ...more] = word.split("/");
    if (!type || !name || more.length > 0)
      throw new Error(`read ${JSON.stringify(word)}: TYPE/NAME goes with other TYPE/NAME only`);
    const [resource] = findResources(all, type);
    const same = targets.find((target) => target.resource === resource);
    if (same) same.names.push(name);
    else targets.push({ resource: resource!, names: [name] });
  }
  return targets;
}

/** The path of a resource's collection or of one object, in a namespace if it has one. */
export function pathOf(resource: Resource, namespace: string | undefined, name?: string): string {
  return resourcePath(resource, {
    ...(resource.scope === "Namespaced" && namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  });
}

/** kind.group/name in lower case, as -o name prints it. */
export function nameOf({ kind, group }: Pick<Resource, "kind" | "group">, name: string): string {
  return `${typeName({ kind, group })}/${name}`;
}

export function typeName({ kind, group }: Pick<Resource, "kind" | "group">): string {
  return group === "" ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}

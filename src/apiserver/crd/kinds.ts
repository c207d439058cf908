import {
  groupVersion,
  type CustomVersions,
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  type JSONSchemaProps,
  type KindBehavior,
  type KindDefinition,
  ListMeta,
  resourceStruct,
  type Subresource,
} from "../../api/index.ts";
import { list, ref, string, struct } from "../../schema/index.ts";
import { customColumns } from "./columns.ts";
import { listSchema, resourceSchema } from "./openapi.ts";
import { customBehavior } from "./behavior.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** The kinds that a definition adds, one for each version. */
export interface CustomKinds {
  /** Those that are served, in the order in which clients prefer them. */
  readonly served: readonly KindDefinition[];
  /** The one in which objects are stored; absent from definitions that never were valid. */
  readonly stored: KindDefinition | undefined;
}

/** What a definition adds; `convert` asks who converts between its versions, where somebody does. */
export function kindsOf(definition: CustomResourceDefinition, convert?: CustomVersions["convert"]): CustomKinds {
  const { group, versions = [] } = definition.spec;
  const all = new Map<string, KindDefinition>();
  const shared: CustomVersions = {
    stored: groupVersion({ group, version: versions.find(({ storage }) => storage)?.name ?? "" }),
    declared: versions.map(({ name }) => groupVersion({ group, version: name })),
    structOf: (apiVersion) => all.get(apiVersion)?.struct,
    ...(convert && { convert }),
  };
  for (const version of versions)
    all.set(groupVersion({ group, version: version.name }), customKind(definition, version, shared));
  const served = versions
    .filter((version) => version.served)
    .map(({ name }) => all.get(groupVersion({ group, version: name }))!)
    .sort((a, b) => compareVersions(a.version, b.version));
  return { served, stored: all.get(shared.stored) };
}

/** One version of a custom kind. */
function customKind(
  { metadata, spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  versions: CustomVersions,
): KindDefinition {
  const { group, names, scope } = spec;
  const schema = (version.schema?.openAPIV3Schema ?? {}) as JSONSchemaProps;
  const name = `${group.split(".").reverse().join(".")}.${version.name}.${names.kind}`;
  const object = resourceStruct(name, schema, { openApi: (form) => resourceSchema(schema, form) });
  const listKind = names.listKind ?? `${names.kind}List`;
  const listName = `${name.slice(0, -names.kind.length)}${listKind}`;
  return {
    custom: {
      listKind,
      terminating: metadata.deletionTimestamp !== undefined,
      columns: customColumns(version.additionalPrinterColumns),
      behavior: customBehavior(schema, version) as KindBehavior<unknown>,
      versions,
    },
    rules: { ...deprecationOf(spec, version), statusKeeps: "metadata" },
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    scope: scope as "Namespaced" | "Cluster",
    verbs: VERBS,
    subresources: subresourcesOf(version),
    struct: object,
    list: struct(
      listName,
      () => ({ kind: string(0), apiVersion: string(0), metadata: ref(1, ListMeta), items: list(2, object) }),
      { proto: null, openApi: (form) => listSchema({ kind: names.kind, itemName: name }, form) },
    ),
    storage: undefined,
    storageVersion: (spec.versions ?? []).find(({ storage }) => storage)!.name,
    storagePrefix: `${group}/${names.plural}`,
  };
}

function deprecationOf(spec: CustomResourceDefinition["spec"], version: CustomResourceDefinitionVersion) {
  if (!version.deprecated) return {};
  return { deprecation: version.deprecationWarning ?? defaultDeprecation(spec, version.name) };
}

function defaultDeprecation({ group, names, versions = [] }: CustomResourceDefinition["spec"], name: string): string {
  const [better] = versions
    .filter((one) => one.served && !one.deprecated && compareVersions(one.name, name) < 0)
    .sort((a, b) => compareVersions(a.name, b.name));
  const instead = better ? `; use ${group}/${better.name} ${names.kind}` : "";
  return `${group}/${name} ${names.kind} is deprecated${instead}`;
}

function subresourcesOf({ subresources }: CustomResourceDefinitionVersion): Subresource[] {
  const verbs = ["get", "patch", "update"];
  const found: Subresource[] = [];
  if (subresources?.status) found.push({ name: "status", verbs });
  const { scale } = subresources ?? {};
  if (scale) {
    const { specReplicasPath: spec, statusReplicasPath: status, labelSelectorPath: selector = "" } = scale;
    found.push({
      name: "scale",
      kind: "Scale",
      groupVersion: "autoscaling/v1",
      verbs,
      scale: { spec, status, selector },
    });
  }
  return found;
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Versions as clients prefer them: v2, v1, v1beta2, v1beta1, v1alpha1, then all others by their names. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  const rank = ([, major, stage, minor]: RegExpExecArray) => [
    stage === undefined ? 2 : stage === "beta" ? 1 : 0,
    Number(major),
    Number(minor ?? 0),
  ];
  const [x, y] = [rank(left), rank(right)];
  return y[0]! - x[0]! || y[1]! - x[1]! || y[2]! - x[2]!;
}

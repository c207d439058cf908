/**
 * Keeps a compact copy of recorded facts for tests: `facts.ts FACTS_DIR` writes kinds.json, types.json
 * and paths.json to test/facts. Every field is a line of text, as the test writes it of the schema.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.ts";

interface FactField {
  readonly name?: string;
  readonly inline?: string;
  readonly protoOnly?: string;
  readonly type: string;
  readonly ptr?: boolean;
  readonly elemPtr?: boolean;
  readonly omitempty?: boolean;
  readonly omitzero?: boolean;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly elem?: { readonly default?: unknown; readonly enum?: readonly string[]; readonly nullable?: boolean };
  readonly listType?: string;
  readonly listMapKeys?: readonly string[];
  readonly mapType?: string;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly pb?: number;
  readonly pbName?: string;
}
interface FactType {
  readonly kind: string;
  readonly proto?: string;
  readonly special?: string | boolean;
  readonly mapType?: string;
  readonly fields?: readonly FactField[];
  readonly gvk?: unknown;
}
interface FactResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly served: string;
  readonly storageVersionHash?: string;
  readonly storage?: unknown;
}
interface FactColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly priority: number;
}

const TYPE_META = "io.k8s.apimachinery.pkg.apis.meta.v1.TypeMeta";
const SCALARS: Readonly<Record<string, string>> = {
  bool: "boolean",
  uint32: "int64",
  Quantity: "quantity",
  IntOrString: "intOrString",
  Time: "time",
  MicroTime: "microTime",
  Duration: "duration",
  FieldsV1: "raw",
  RawExtension: "raw",
  JSON: "any",
};

function main(dir: string): void {
  const read = (name: string) => JSON.parse(readFileSync(join(dir, `${name}.json`), "utf8"));
  const types: Readonly<Record<string, FactType>> = read("types");
  const resources: readonly FactResource[] = read("resources").resources;
  const tables: Readonly<Record<string, readonly FactColumn[]>> = read("tables");
  const selectable: Readonly<Record<string, { accepted: readonly string[] }>> = read("selectable-fields").resources;
  const reached = new Map<string, Readonly<Record<string, string>>>();
  for (const resource of resources) reach(types, typeOf(types, resource), reached);
  const kinds = resources.map(({ storageVersionHash: _, storage: __, ...resource }) => {
    const key = `${resource.group || "core"}/${resource.version}/${resource.plural}`;
    const bare = `${resource.group ? `${resource.group}/` : ""}${resource.version}/${resource.plural}`;
    const columns = (tables[key] ?? tables[bare])?.map((one) =>
      [one.name, one.type, one.format ?? "", one.priority].join("|"),
    );
    return {
      ...resource,
      type: typeOf(types, resource as FactResource),
      columns,
      fields: (selectable[key] ?? selectable[bare])?.accepted,
    };
  });
  write("kinds", kinds);
  write("paths", pathLines(read("paths")));
  write("types", Object.fromEntries([...reached].sort(([a], [b]) => (a < b ? -1 : 1))));
}

interface FactPaths {
  readonly querySets: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  readonly mimeSets: Readonly<Record<string, readonly string[]>>;
  readonly paths: Readonly<
    Record<string, { readonly served: string; readonly ops: Readonly<Record<string, FactOperation>> }>
  >;
}
interface FactOperation {
  readonly id: string;
  readonly tag: string;
  readonly action?: string;
  readonly gvk?: readonly string[];
  readonly query?: string;
  readonly body?: string;
  readonly bodyRequired?: boolean;
  readonly consumes?: string;
  readonly produces: string;
  readonly responses: Readonly<Record<string, string | null>>;
}

/** Every operation of a default server as a line of text, by method and path. */
function pathLines({ paths, querySets, mimeSets }: FactPaths): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [path, { served, ops }] of Object.entries(paths)) {
    if (served !== "default") continue;
    for (const [
      method,
      { id, tag, action, gvk, query, body, bodyRequired, consumes, produces, responses },
    ] of Object.entries(ops)) {
      const parameters = (query ? querySets[query]! : []).map((one) => one.join(":")).sort();
      const types = (set: string | undefined) => (set ? [...mimeSets[set]!].sort().join(",") : "-");
      const answers = Object.entries(responses).map(([code, type]) => `${code}=${type ?? ""}`);
      const what = [id, tag, action ?? "-", gvk?.join("/") ?? "-", body ?? "-", bodyRequired ? "required" : "-"];
      lines[`${method} ${path}`] = [
        ...what,
        parameters.join(",") || "-",
        types(consumes),
        types(produces),
        answers.join(","),
      ].join(" ");
    }
  }
  return lines;
}

function write(name: string, value: object): void {
  const lines = Object.entries(value).map(([key, one]) =>
    Array.isArray(value) ? JSON.stringify(one) : `${JSON.stringify(key)}: ${JSON.stringify(one)}`,
  );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  writeFileSync(join(ROOT, `test/facts/${name}.json`), `${open}\n${lines.join(",\n")}\n${close}\n`);
}

/** The name of a resource's type; the kinds of one group share names with those of others only in other packages. */
function typeOf(types: Readonly<Record<string, FactType>>, { group, version, kind }: FactResource): string {
  const all = Object.keys(types).filter((name) => {
    const { gvk } = types[name]!;
    return Array.isArray(gvk) && gvk.some(([g, v, k]) => g === group && v === version && k === kind);
  });
  return all.find((name) => name.startsWith("io.k8s.api.")) ?? all[0] ?? "";
}

function reach(
  types: Readonly<Record<string, FactType>>,
  name: string,
  into: Map<string, Readonly<Record<string, string>>>,
): void {
  const type = types[name];
  if (!type || into.has(name) || type.special || type.kind !== "struct") return;
  const lines: Record<string, string> = {};
  into.set(name, lines);
  lines[""] = [type.proto ?? "-", ...(type.mapType === "atomic" ? ["atomic"] : [])].join(" ");
  for (const field of type.fields ?? []) {
    if (field.inline === TYPE_META || field.protoOnly) continue;
    const of = shape(types, field.inline ?? field.type);
    const own = field.name ?? field.pbName ?? lowerFirst(of.split(".").at(-1)!);
    lines[own] = line(field, of);
    for (const [inner] of (field.inline ?? field.type).matchAll(/io\.k8s[\w.-]+/g)) {
      const { kind } = types[inner]!;
      if (kind === "struct") reach(types, inner, into);
      else for (const [deeper] of kind.matchAll(/io\.k8s[\w.-]+/g)) reach(types, deeper, into);
    }
  }
}

function shape(types: Readonly<Record<string, FactType>>, type: string): string {
  const container = /^(list|map)<(?:string,)?(.*)>$/.exec(type);
  if (container) return `${container[1]}<${shape(types, container[2]!)}>`;
  const fact = types[type];
  if (!fact) return SCALARS[type] ?? type;
  const last = type.split(".").at(-1)!;
  if (fact.special) return SCALARS[last] ?? "any";
  return fact.kind === "struct" ? type : shape(types, fact.kind);
}

function line(field: FactField, type: string): string {
  const { elem } = field;
  return [
    `#${field.pb ?? 0}`,
    type,
    field.inline && "inline",
    field.ptr && "ptr",
    written(field, type) && "always",
    field.omitzero && "omitZero",
    field.elemPtr && "element:ptr",
    field.required && "required",
    field.nullable && "nullable",
    isTold(field) && `default=${JSON.stringify(field.default)}`,
    field.enum && `enum=${[...field.enum].sort().join("|")}`,
    elem?.enum && `element:enum=${[...elem.enum].sort().join("|")}`,
    elem?.nullable && "element:nullable",
    filled(elem?.default) && `element:default=${JSON.stringify(elem?.default)}`,
    field.listType && `list=${field.listType}`,
    field.listMapKeys && `keys=${field.listMapKeys.join("|")}`,
    field.mapType === "atomic" && "atomic",
    field.patchStrategy && `patch=${field.patchStrategy}`,
    field.patchMergeKey !== undefined && `mergeKey=${field.patchMergeKey}`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** Whether JSON has it although it has no value; structs that are no pointers are there anyway. */
function written({ omitempty, omitzero, ptr }: FactField, type: string): boolean {
  if (omitempty) return false;
  return ptr === true || !(omitzero || type.startsWith("io.k8s."));
}

/** A default that makes a difference: to what is written, or to the key of a list's element. */
function isTold({ default: value, ptr, omitempty }: FactField): boolean {
  return filled(value) || (value === false && ptr === true) || (value === "" && omitempty === true);
}

/** Zero values are what is there without a default. */
function filled(value: unknown): boolean {
  return Boolean(value) && (typeof value !== "object" || Object.keys(value!).length > 0);
}

function lowerFirst(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}

const [dir] = process.argv.slice(2);
if (!dir) throw new Error("usage: facts.ts FACTS_DIR");
main(dir);

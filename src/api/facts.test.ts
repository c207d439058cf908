/** What the schema says of every kind, against what was recorded of Kubernetes (test/facts, made by tools/facts.ts). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Field, Node, StructNode } from "../schema/index.ts";
import { groupVersion, type KindDefinition, type Subresource } from "./kind.ts";
import { previewKinds } from "./preview.ts";
import { behaviorOf, columnsOf as shownColumns } from "./behaviors.ts";
import { kindForResource, kinds } from "./scheme.ts";
import { hubOf } from "./storage.ts";

interface RecordedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly type: string;
  readonly namespaced: boolean;
  /** default, or what has to be asked for. */
  readonly served: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources?: readonly Required<Pick<Subresource, "name" | "kind" | "groupVersion" | "verbs">>[];
  readonly columns?: readonly string[];
  readonly fields?: readonly string[];
}
type Lines = Readonly<Record<string, string>>;

function recorded<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../test/facts/${name}.json`, import.meta.url), "utf8"));
}

const recordedKinds = recorded<readonly RecordedKind[]>("kinds");
const all = [...kinds, ...previewKinds.map(({ kind }) => kind)];
const recordedTypes = recorded<Readonly<Record<string, Lines>>>("types");

test("every recorded kind is served when it should be, and no other", () => {
  const name = ({ group, version, plural }: Pick<KindDefinition, "group" | "version" | "plural">, served: string) =>
    `${group}/${version}/${plural} ${served}`;
  const previews = previewKinds.map(({ kind, gate }) => name(kind, gate ? "api/all + all gates" : "api/all"));
  assert.deepEqual(
    [...kinds.map((kind) => name(kind, "default")), ...previews].sort(),
    recordedKinds.map((one) => name(one, one.served)).sort(),
  );
});

test("names, scopes, verbs and subresources of every kind are the recorded ones", () => {
  differ(recordedKinds, (one, kind) => [namesOf(kind), recordedNames(one)]);
});

test("columns of every kind are the recorded ones", () => {
  differ(recordedKinds, (one, kind) => [one.columns && columnsOf(kind), one.columns]);
});

test("selectable fields of every kind are the recorded ones", () => {
  differ(recordedKinds, (one, kind) => [one.fields && fieldsOf(kind), one.fields && [...one.fields].sort()]);
});

test("fields of every type that a kind reaches are the recorded ones", (context) => {
  const types = new Map<string, StructNode>();
  for (const { struct } of all) reach(struct, types);
  const missing = Object.keys(recordedTypes).filter((name) => !types.has(name));
  const differences = [...types].flatMap(([name, struct]) => typeDifferences(name, linesOf(struct)));
  const problems = [...missing.map((name) => `${name}: not declared`), ...differences];
  context.diagnostic(`${all.length} kinds, ${types.size} types, ${problems.length} differences`);
  assert.deepEqual(problems, []);
});

function differ(all: readonly RecordedKind[], pair: (one: RecordedKind, kind: KindDefinition) => [unknown, unknown]) {
  const differences = all.flatMap((one) => {
    const kind = kindForResource(one);
    const [got, wanted] = kind ? pair(one, kind).map((value) => JSON.stringify(value)) : ["nothing", one.plural];
    return got === wanted ? [] : [`${groupVersion(one)}/${one.plural}: ${got} instead of ${wanted}`];
  });
  assert.deepEqual(differences, []);
}

function namesOf(kind: KindDefinition): unknown {
  const { struct, singular, shortNames, categories, scope, verbs, subresources } = kind;
  const own = { kind: kind.kind, groupVersion: groupVersion(kind) };
  return {
    type: struct.name,
    names: [kind.kind, singular, ...shortNames, "in", ...categories],
    namespaced: scope === "Namespaced",
    verbs: [...verbs].sort(),
    subresources: subresources.map((one) => subresourceText({ ...own, ...one })).sort(),
  };
}

function recordedNames(one: RecordedKind): unknown {
  const { type, kind, singular, shortNames = [], categories = [], namespaced, verbs, subresources = [] } = one;
  return {
    type,
    names: [kind, singular, ...shortNames, "in", ...categories],
    namespaced,
    verbs: [...verbs].sort(),
    subresources: subresources
      .map((sub) => subresourceText({ ...sub, groupVersion: sub.groupVersion ?? groupVersion(one) }))
      .sort(),
  };
}

function subresourceText({ name, kind, groupVersion: of, verbs }: Subresource): string {
  return `${name} ${of}/${kind} ${[...verbs].sort().join("|")}`;
}

/** All versions of a stored kind have the columns of the stored one. */
function columnsOf(kind: KindDefinition): string[] {
  const shown = shownColumns(hubOf(kind)) ?? [
    { name: "Name", type: "string", format: "name", priority: 0 },
    { name: "Created At", type: "date", priority: 0 },
  ];
  return shown.map(({ name, type, format, priority }) => [name, type, format ?? "", priority].join("|"));
}

function fieldsOf(kind: KindDefinition): string[] {
  const { selectableFields, selectsNamespace = true } = behaviorOf(kind);
  const withNamespace = (kind.scope === "Namespaced" && selectsNamespace) || !selectableFields;
  const own = [
    "metadata.name",
    ...(withNamespace ? ["metadata.namespace"] : []),
    ...Object.keys(selectableFields ?? {}),
  ];
  return [...new Set(own)].sort();
}

function reach(node: Node, into: Map<string, StructNode>): void {
  if (node.kind === "list") return reach(node.element, into);
  if (node.kind === "map") return reach(node.value, into);
  if (node.kind === "scalar" || into.has(node.name)) return;
  into.set(node.name, node);
  for (const field of node.fields.values()) reach(field.node, into);
}

function typeDifferences(name: string, got: Lines): string[] {
  const wanted = recordedTypes[name];
  if (!wanted) return [`${name}: not recorded`];
  const differences = [...new Set([...Object.keys(wanted), ...Object.keys(got)])]
    .filter((field) => wanted[field] !== got[field])
    .map((field) => `${name}.${field}: ${got[field]} instead of ${wanted[field]}`);
  const inOrder = Object.keys(wanted).join() === Object.keys(got).join();
  return differences.length > 0 || inOrder ? differences : [`${name}: another order`];
}

function linesOf(struct: StructNode): Lines {
  const lines: Record<string, string> = { "": `${struct.proto ?? "-"}${struct.atomic ? " atomic" : ""}` };
  for (const [name, field] of struct.fields) {
    const isTypeMeta = (name === "kind" || name === "apiVersion") && struct.fields.has("metadata");
    if (!isTypeMeta || field.number !== 0) lines[name] = lineOf(field);
  }
  return lines;
}

function lineOf({ number, node, options }: Field): string {
  const { element } = options;
  return [
    `#${number}`,
    shapeOf(node),
    options.inline && "inline",
    options.ptr && "ptr",
    options.always && !options.inline && "always",
    options.omitZero && "omitZero",
    element?.ptr && "element:ptr",
    options.required && "required",
    options.nullable && "nullable",
    options.default !== undefined && `default=${JSON.stringify(options.default)}`,
    options.enum && `enum=${[...options.enum].sort().join("|")}`,
    element?.enum && `element:enum=${[...element.enum].sort().join("|")}`,
    element?.nullable && "element:nullable",
    element?.default !== undefined && `element:default=${JSON.stringify(element.default)}`,
    options.list && `list=${options.list}`,
    options.keys && `keys=${options.keys.join("|")}`,
    options.atomic && "atomic",
    options.patch && `patch=${options.patch.join()}`,
    options.mergeKey !== undefined && `mergeKey=${options.mergeKey}`,
  ]
    .filter(Boolean)
    .join(" ");
}

function shapeOf(node: Node): string {
  if (node.kind === "list") return `list<${shapeOf(node.element)}>`;
  if (node.kind === "map") return `map<${shapeOf(node.value)}>`;
  return node.kind === "struct" ? node.name : node.type;
}

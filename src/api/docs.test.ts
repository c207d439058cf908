/** What `kubectl explain` says: every type and field that a user meets has its line, and every line its form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, StructNode } from "../schema/index.ts";
import { documentedTypes, structDoc } from "./docs.ts";
import * as door from "./index.ts";
import { previewKinds } from "./preview.ts";
import { kinds } from "./scheme.ts";

const reached = new Map<string, StructNode>();
for (const one of Object.values(door) as unknown[]) if (isStruct(one)) reach(one);
for (const { struct, list } of [...kinds, ...previewKinds.map(({ kind }) => kind)]) {
  reach(struct);
  reach(list);
}

/** What webhooks answer is read here and shown nowhere. */
const READ_ONLY = /^io\.k8s\.api\.admission\./;
const TEXT_LENGTH_MAX = 160;

test("every type that is served has a line, and so has every field of it", (context) => {
  const served = [...reached.values()].filter(({ name }) => !READ_ONLY.test(name));
  const missing = served.flatMap((struct) => {
    const said = structDoc(struct);
    if (!said) return [struct.name];
    return ownFields(struct)
      .filter((name) => !said.fields[name])
      .map((name) => `${struct.name}.${name}`);
  });
  context.diagnostic(`${served.length} types, ${missing.length} lines missing`);
  assert.deepEqual(missing, []);
});

test("a line has no break, begins with a capital, ends with a period and is short", () => {
  const wrong = texts().filter(([, text]) => !/^[A-Z$][^\n]*\.$/.test(text) || text.length > TEXT_LENGTH_MAX);
  assert.deepEqual(wrong, []);
});

test("a field's line isn't its type's over again, which clients show right below it", () => {
  const repeated = [...reached.values()].flatMap((struct) =>
    [...struct.fields].flatMap(([name, { node }]) => {
      const line = structDoc(struct)?.fields[name];
      const type = elementOf(node);
      const same = line !== undefined && type.kind === "struct" && structDoc(type)?.text === line;
      return same ? [`${struct.name}.${name}: ${line}`] : [];
    }),
  );
  assert.deepEqual(repeated, []);
});

test("nothing is said twice, of types that aren't there or of fields that they don't have", () => {
  assert.equal(new Set(documentedTypes).size, documentedTypes.length);
  const unknown = documentedTypes.flatMap((name) => {
    const struct = reached.get(name);
    if (!struct) return [name];
    const fields = new Set(ownFields(struct));
    return Object.keys(structDoc(struct)!.fields)
      .filter((field) => !fields.has(field))
      .map((field) => `${name}.${field}`);
  });
  assert.deepEqual(unknown, []);
});

test("a type of a version without words of its own has another version's", () => {
  const stable = structDoc({ name: "io.k8s.api.networking.v1.IPAddressSpec" });
  assert.ok(stable);
  assert.equal(structDoc({ name: "io.k8s.api.networking.v1beta1.IPAddressSpec" }), stable);
  assert.equal(structDoc({ name: "io.k8s.api.networking.v1beta1.Nothing" }), undefined);
});

function texts(): [where: string, text: string][] {
  return documentedTypes.flatMap((name) => {
    const { text, fields } = structDoc({ name })!;
    const named = Object.entries(fields).map(([field, line]): [string, string] => [`${name}.${field}`, line]);
    return [[name, text] as [string, string], ...named];
  });
}

/** The fields that a struct shows in JSON without those of inline structs, which have their own lines. */
function ownFields({ fields }: StructNode): string[] {
  return [...fields].filter(([, { options }]) => !options.inline).map(([name]) => name);
}

function isStruct(one: unknown): one is StructNode {
  return typeof one === "object" && one !== null && "kind" in one && one.kind === "struct" && "name" in one;
}

function elementOf(node: Node): Node {
  if (node.kind === "list") return elementOf(node.element);
  return node.kind === "map" ? elementOf(node.value) : node;
}

function reach(part: Node): void {
  const node = elementOf(part);
  if (node.kind !== "struct" || reached.has(node.name)) return;
  reached.set(node.name, node);
  for (const field of node.fields.values()) reach(field.node);
}

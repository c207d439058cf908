import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { apiDocs, type KindDefinition, kinds } from "../../api/index.ts";
import { versionThree, versionTwo } from "./documents.ts";
import { protoDocument } from "./proto-document.ts";

const { structDoc } = await apiDocs();

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    type: string;
    required?: boolean;
    schema?: { $ref: string };
  }[];
  readonly consumes?: readonly string[];
  readonly produces: readonly string[];
  readonly responses: Readonly<Record<string, { schema?: { $ref?: string; type?: string } }>>;
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: { group: string; version: string; kind: string };
}

const document = versionTwo(kinds, structDoc) as {
  paths: Record<string, Record<string, Operation>>;
  definitions: object;
};

type Parameters = NonNullable<Operation["parameters"]>;

/** An operation as tools/facts.ts writes it, with what its path says of all. */
function line(operation: Operation, shared: Parameters): string {
  const { operationId, tags, consumes, produces, responses } = operation;
  const parameters = [...(operation.parameters ?? []), ...shared];
  const gvk = operation["x-kubernetes-group-version-kind"];
  const body = parameters.find((one) => one.in === "body");
  const query = parameters.filter((one) => one.in === "query").map(({ name, type }) => `${name}:${type}`);
  const type = (ref: string | undefined) => ref?.slice("#/definitions/".length);
  return [
    operationId,
    tags[0],
    operation["x-kubernetes-action"] ?? "-",
    gvk ? [gvk.group, gvk.version, gvk.kind].join("/") : "-",
    type(body?.schema?.$ref) ?? "-",
    body?.required ? "required" : "-",
    query.sort().join(",") || "-",
    consumes ? [...consumes].sort().join(",") : "-",
    [...produces].sort().join(","),
    Object.entries(responses)
      .map(([code, { schema }]) => `${code}=${type(schema?.$ref) ?? schema?.type ?? ""}`)
      .join(","),
  ].join(" ");
}

test("version 2 describes every operation of the original, and no other", () => {
  const recorded: Record<string, string> = JSON.parse(
    readFileSync(new URL("../../../test/facts/paths.json", import.meta.url), "utf8"),
  );
  // The original says Status, and answers with what it deleted.
  const exception = "delete /api/v1/namespaces/{namespace}/replicationcontrollers/{name}";
  const ours = Object.entries(document.paths).flatMap(([path, { parameters = [], ...operations }]) =>
    Object.entries(operations).map(
      ([method, operation]) => [`${method} ${path}`, line(operation, parameters as Parameters)] as const,
    ),
  );
  const without = (all: Iterable<readonly [string, string]>) => [...all].filter(([key]) => key !== exception).sort();
  assert.deepEqual(without(ours), without(Object.entries(recorded)));
});

test("what all operations of a path can be asked with is said of the path", () => {
  const names = (parameters: unknown) => ((parameters ?? []) as Parameters).map(({ name }) => name);
  const path = document.paths["/api/v1/namespaces/{namespace}/configmaps/{name}"]!;
  assert.deepEqual(names(path.parameters), ["name", "namespace", "pretty"]);
  assert.deepEqual(names(path.get!.parameters), []);
  assert.ok(names(path.patch!.parameters).includes("force"));
});

test("every reference of either version leads somewhere, and every parameter of a path is described", () => {
  const check = (of: object, prefix: string, known: object) => {
    for (const [, name] of JSON.stringify(of).matchAll(new RegExp(`"\\$ref":"${prefix}([^"]+)"`, "g")))
      assert.ok(Object.hasOwn(known, name!), name!);
  };
  check(document, "#/definitions/", document.definitions);
  const three = versionThree(kinds as readonly KindDefinition[], structDoc) as { components: { schemas: object } };
  check(three, "#/components/schemas/", three.components.schemas);
  for (const [path, item] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const parameters = (item.parameters ?? []) as Parameters;
    const described = parameters.flatMap(({ in: place, name }) => (place === "path" ? [name] : [])).sort();
    assert.deepEqual(described, named, path);
  }
});

type Fields = Map<number, Uint8Array[]>;

/** The length-delimited fields of a message. */
function read(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const length = tag % 8 === 2 ? varint() : 0;
    if (tag % 8 === 0) varint();
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), bytes.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}

const inside = (bytes: Uint8Array, ...path: number[]): Uint8Array =>
  path.reduce((found, number) => read(found).get(number)?.[0] ?? assert.fail(`no field ${number}`), bytes);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test("version 2 in protobuf has the same paths, with their methods and parameters", () => {
  const bytes = protoDocument(document as never);
  const items = read(inside(bytes, 8)).get(2)!;
  assert.deepEqual(
    items.map((one) => text(inside(one, 1))),
    Object.keys(document.paths),
  );
  const path = "/apis/apps/v1/namespaces/{namespace}/deployments";
  const item = inside(items.find((one) => text(inside(one, 1)) === path)!, 2);
  assert.equal(text(inside(item, 2, 5)), "listAppsV1NamespacedDeployment");
  assert.equal(text(inside(item, 5, 5)), "deleteAppsV1CollectionNamespacedDeployment");
  const create = inside(item, 4);
  const [body, dryRun] = read(create).get(8)!;
  assert.equal(text(inside(body!, 1, 1, 5, 1)), "#/definitions/io.k8s.api.apps.v1.Deployment");
  assert.deepEqual([text(inside(dryRun!, 1, 2, 3, 4)), text(inside(dryRun!, 1, 2, 3, 6))], ["dryRun", "string"]);
  assert.equal(text(inside(item, 9, 1, 2, 4, 4)), "namespace");
  assert.deepEqual(
    read(inside(create, 9))
      .get(1)!
      .map((one) => text(inside(one, 1))),
    ["200", "201", "202", "401"],
  );
  assert.deepEqual(
    read(create)
      .get(13)!
      .map((one) => text(inside(one, 1))),
    ["x-kubernetes-action", "x-kubernetes-group-version-kind"],
  );
  assert.equal(text(inside(bytes, 13, 1, 2, 2, 2)), "authorization");
});

import { type JSONSchemaProps, listDoc, OBJECT_META } from "../../api/index.ts";
import { isObject } from "../../schema/index.ts";

type Json = Record<string, unknown>;
type Version = "v2" | "v3";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const REFS: Readonly<Record<Version, string>> = { v2: "#/definitions/", v3: "#/components/schemas/" };

function refTo(name: string, version: Version, description: string | undefined): Json {
  const ref = { $ref: REFS[version] + name };
  return { ...(version === "v2" ? ref : { allOf: [ref] }), description };
}

function texts(names: readonly string[], descriptions: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(names.map((name) => [name, { description: descriptions[name], type: "string" }]));
}

/** The schema of a custom kind as clients are told it. */
export function resourceSchema(schema: JSONSchemaProps, version: Version): Json {
  return withMeta(version === "v2" ? forVersionTwo(schema) : forVersionThree(schema), version);
}

export interface ListOf {
  readonly kind: string;
  /** OpenAPI name of the items. */
  readonly itemName: string;
}

/** The schema of its list. */
export function listSchema({ kind, itemName }: ListOf, version: Version): Json {
  const { text, fields } = listDoc(kind);
  const items = { description: fields.items, type: "array", items: { $ref: REFS[version] + itemName } };
  return {
    description: text,
    type: "object",
    required: ["items"],
    properties: {
      ...texts(["apiVersion", "kind"], fields),
      items,
      metadata: refTo(`${META}ListMeta`, version, fields.metadata),
    },
  };
}

function withMeta(schema: Json, version: Version): Json {
  // What keeps everything says nothing of its fields.
  if (version === "v2" && schema["x-kubernetes-preserve-unknown-fields"]) return schema;
  const own = (schema.properties ?? {}) as Json;
  const meta = {
    ...texts(["apiVersion", "kind"], OBJECT_META),
    metadata: refTo(`${META}ObjectMeta`, version, OBJECT_META.metadata),
  };
  return { ...schema, properties: { ...own, ...meta } };
}

function each(schema: JSONSchemaProps, of: (inner: JSONSchemaProps) => Json): Json {
  const { items, additionalProperties, properties } = schema;
  return {
    ...(isObject(items) && { items: of(items) }),
    ...(isObject(additionalProperties) && { additionalProperties: of(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, of(property)])),
    }),
  };
}

function forVersionThree(schema: JSONSchemaProps): Json {
  const result: Json = { ...(schema as Json), ...each(schema, forVersionThree) };
  if (schema["x-kubernetes-int-or-string"] && !schema.anyOf) result.anyOf = [{ type: "integer" }, { type: "string" }];
  if (!schema["x-kubernetes-embedded-resource"]) return result;
  const required = new Set([...(schema.required ?? []), "kind", "apiVersion"]);
  return { ...withMeta(result, "v3"), required: [...required] };
}

const NOT_IN_VERSION_TWO = ["default", "nullable", "oneOf", "anyOf", "not"];

/** Version 2 has no alternatives and no null: what needs them says less, so that clients let more pass. */
function forVersionTwo(schema: JSONSchemaProps): Json {
  const result: Json = { ...(schema as Json), ...each(schema, forVersionTwo) };
  for (const name of NOT_IN_VERSION_TWO) delete result[name];
  if (schema.allOf) result.allOf = schema.allOf.map(forVersionTwo);
  if (schema.nullable || schema["x-kubernetes-preserve-unknown-fields"])
    for (const name of ["type", "items", "properties", "additionalProperties", "required"]) delete result[name];
  if (schema["x-kubernetes-int-or-string"]) delete result.type;
  if (!schema["x-kubernetes-embedded-resource"] || schema["x-kubernetes-preserve-unknown-fields"]) return result;
  return withMeta(result, "v2");
}

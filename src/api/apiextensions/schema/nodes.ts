import {
  decodeJson,
  type Field,
  type FieldOptions,
  isObject,
  type Node,
  ref,
  scalar,
  string,
  type StructNode,
  type StructOptions,
  struct,
} from "../../../schema/index.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";

/** The struct of a custom kind: what its schema says, beside the three fields that every object has. */
export function resourceStruct(name: string, schema: JSONSchemaProps, options: StructOptions = {}): StructNode {
  return structOf(name, schema, { isResource: true, ...options });
}

/** A value without the fields that its schema does not declare. */
export function prunedBy(schema: JSONSchemaProps, value: unknown): unknown {
  const holder = structOf("", { type: "object", properties: { value: schema } }, { isResource: false });
  return decodeJson(holder, { value }, { quantity: (text) => text }).value.value;
}

interface StructInit extends StructOptions {
  readonly isResource: boolean;
}

function structOf(
  name: string,
  schema: JSONSchemaProps,
  { isResource, loose = false, ...options }: StructInit,
): StructNode {
  const preserve = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const isLoose = loose || preserve;
  const fields = () => {
    const declared = Object.entries(schema.properties ?? {}).filter(([key]) => !isResource || !META_FIELDS.has(key));
    const own = declared
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, fieldOf(`${name}.${key}`, one, isLoose)]);
    return Object.fromEntries(isResource ? [...metaFields(), ...own] : own) as Record<string, Field>;
  };
  return struct(name, fields, {
    ...options,
    proto: null,
    custom: true,
    preserve,
    loose: isLoose || (!isResource && saysNothing(schema)),
    atomic: schema["x-kubernetes-map-type"] === "atomic",
  });
}

/** Of what is in an object nothing is said: nobody who applies one is told that it has too much. */
function saysNothing({ properties = {}, additionalProperties }: JSONSchemaProps): boolean {
  return Object.keys(properties).length === 0 && additionalProperties !== false;
}

const META_FIELDS = new Set(["kind", "apiVersion", "metadata"]);

function metaFields(): [string, Field][] {
  const kept = { acceptsNull: true };
  return [
    ["kind", string(0, kept)],
    ["apiVersion", string(0, kept)],
    ["metadata", ref(1, ObjectMeta)],
  ];
}

function fieldOf(name: string, schema: JSONSchemaProps, loose: boolean): Field {
  return { number: 0, node: nodeOf(name, schema, loose), options: optionsOf(schema) };
}

function optionsOf(schema: JSONSchemaProps): FieldOptions {
  const list = schema["x-kubernetes-list-type"] as FieldOptions["list"];
  const keys = schema["x-kubernetes-list-map-keys"];
  return {
    ...(schema.default !== undefined && { default: schema.default }),
    ...(schema.nullable && { acceptsNull: true }),
    ...(list && { list }),
    ...(keys && keys.length > 0 && { keys }),
    ...(schema["x-kubernetes-map-type"] === "atomic" && { atomic: true }),
  };
}

function nodeOf(name: string, schema: JSONSchemaProps, loose: boolean): Node {
  if (schema["x-kubernetes-int-or-string"]) return scalar.bare;
  switch (schema.type) {
    case "string":
      // A text of a form of its own may be any single value, as far as applying it goes.
      return schema.format && schema.format !== "byte" ? scalar.intOrString : scalar.string;
    case "boolean":
      return scalar.boolean;
    case "integer":
      return scalar.int64;
    case "number":
      return scalar.float64;
    case "array":
      return listOf(name, schema, loose);
    case "object":
      return objectOf(name, schema, loose);
    default:
      return scalar.deduced;
  }
}

function listOf(name: string, { items }: JSONSchemaProps, loose: boolean): Node {
  if (!isObject(items)) return { kind: "list", element: scalar.deduced };
  const schema = items as JSONSchemaProps;
  return { kind: "list", element: nodeOf(`${name}[]`, schema, loose), options: optionsOf(schema) };
}

function objectOf(name: string, schema: JSONSchemaProps, loose: boolean): Node {
  const { additionalProperties: values, properties = {} } = schema;
  if (Object.keys(properties).length === 0 && values !== undefined && values !== false) {
    if (!isObject(values)) return { kind: "map", value: scalar.deduced };
    return { kind: "map", value: nodeOf(`${name}{}`, values, loose), options: optionsOf(values) };
  }
  return structOf(name, schema, { isResource: schema["x-kubernetes-embedded-resource"] === true, loose });
}

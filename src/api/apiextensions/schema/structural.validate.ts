import { jsonEqual, own } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import { messageOf } from "../../status.ts";
import type { FieldError } from "../../kind.ts";
import { forbiddenField, invalidValue, required } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { patternProblem } from "./pattern.ts";

type Level = "root" | "item" | "field";

const INT_OR_STRING = [{ type: "integer" }, { type: "string" }];

/**
 * A schema is structural when each value has one declared type, outside of anyOf, oneOf, allOf and not: only then is it
 * known what to keep, to default and to merge. Every violation, in the order of its text.
 */
export function validateStructural(schema: JSONSchemaProps, path: string): FieldError[] {
  const text = new Map(invariants(schema, "root", path).map((error) => [error, `${error.path}: ${messageOf(error)}`]));
  return [...text].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([error]) => error);
}

/** Why a schema can't be taken for a structural one; undefined when it can. */
export function structuralProblem(schema: JSONSchemaProps): string | undefined {
  const unsupported = UNSUPPORTED.find((name) => !isEmpty(schema[name]));
  if (unsupported !== undefined)
    return `OpenAPIV3Schema '${unsupported.replace("$schema", "schema")}' is not supported`;
  if (schema.type === "null") return "OpenAPIV3Schema 'type' cannot be null";
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  for (const inner of innerSchemas(schema)) {
    const problem = structuralProblem(inner);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const UNSUPPORTED = [
  ...(["id", "$schema", "$ref", "patternProperties"] as const),
  ...(["dependencies", "additionalItems", "definitions"] as const),
];

/** Whether nothing is said by what is said. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === "" || (isObject(value) && Object.keys(value).length === 0);

/** The schemas directly below a schema. */
export function innerSchemas(schema: JSONSchemaProps): JSONSchemaProps[] {
  const { items, additionalProperties, not, properties = {}, allOf = [], anyOf = [], oneOf = [] } = schema;
  const maybe = (one: unknown) => (isObject(one) ? [one as JSONSchemaProps] : []);
  const alternatives = [...allOf, ...anyOf, ...oneOf, ...maybe(not)];
  return [...maybe(items), ...alternatives, ...Object.values(properties), ...maybe(additionalProperties)];
}

function invariants(schema: JSONSchemaProps, level: Level, path: string): FieldError[] {
  const { items, additionalProperties, properties = {} } = schema;
  const errors: FieldError[] = [];
  if (schema.type === "array" && items === undefined) errors.push(required(`${path}.items`, "must be specified"));
  if (isObject(items)) errors.push(...invariants(items, "item", `${path}.items`));
  for (const [name, property] of Object.entries(properties))
    errors.push(...invariants(property, "field", `${path}.properties[${name}]`));
  if (additionalProperties !== undefined && level === "root")
    errors.push(forbiddenField(`${path}.additionalProperties`, "must not be used at the root"));
  if (isObject(additionalProperties))
    errors.push(...invariants(additionalProperties, "field", `${path}.additionalProperties`));

  errors.push(
    ...intOrString(schema, path),
    ...validations(schema, path, {
      anyOf: jsonEqual(schema.anyOf, INT_OR_STRING),
      firstAllOf: jsonEqual(schema.allOf?.[0]?.anyOf, INT_OR_STRING),
    }),
    ...types(schema, level, path),
    ...metaFields(schema, level, path),
  );
  return errors;
}

function intOrString(schema: JSONSchemaProps, path: string): FieldError[] {
  if (!schema["x-kubernetes-int-or-string"]) return [];
  return ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"]
    .filter((name) => schema[name as keyof JSONSchemaProps])
    .map((name) => invalidValue(`${path}.${name}`, true, "must be false if x-kubernetes-int-or-string is true"));
}

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

function types(schema: JSONSchemaProps, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type } = schema;
  const isEmbedded = schema["x-kubernetes-embedded-resource"] === true;
  if (isEmbedded && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true";
    errors.push(type ? invalidValue(`${path}.type`, type, detail) : required(`${path}.type`, detail));
  } else if (!type && !schema["x-kubernetes-int-or-string"] && !schema["x-kubernetes-preserve-unknown-fields"])
    errors.push(required(`${path}.type`, MISSING_TYPE[level]));
  if (isEmbedded && schema.additionalProperties !== undefined)
    errors.push(
      forbiddenField(`${path}.additionalProperties`, "must not be used if x-kubernetes-embedded-resource is set"),
    );
  if (level === "root" && type && type !== "object")
    errors.push(invalidValue(`${path}.type`, type, "must be object at the root"));
  return errors;
}

function metaFields(schema: JSONSchemaProps, level: Level, path: string): FieldError[] {
  const { properties = {} } = schema;
  const isEmbedded = schema["x-kubernetes-embedded-resource"] === true;
  const errors: FieldError[] = [];
  if (level === "root" || isEmbedded) {
    for (const name of ["kind", "apiVersion"]) {
      const property = own(properties, name);
      if (property && property.type !== "string")
        errors.push(invalidValue(`${path}.properties[${name}].type`, property.type ?? "", "must be string"));
    }
    if (properties.metadata) errors.push(...metadata(properties.metadata, level, `${path}.properties[metadata]`));
  }
  if (isEmbedded && !schema["x-kubernetes-preserve-unknown-fields"] && Object.keys(properties).length === 0) {
    const detail =
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    errors.push(required(`${path}.properties`, detail));
  }
  return errors;
}

function metadata(schema: JSONSchemaProps, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== "object") errors.push(invalidValue(`${path}.type`, schema.type ?? "", "must be object"));
  if (level !== "root") return errors;
  const { type: _, default: __, properties = {}, ...rest } = schema;
  const others = Object.keys(properties).filter((name) => name !== "name" && name !== "generateName");
  if (others.length > 0 || Object.keys(rest).length > 0) {
    const detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    errors.push(forbiddenField(path, detail));
  }
  return errors;
}

interface Skip {
  /** anyOf is the known form of int-or-string. */
  readonly anyOf: boolean;
  readonly firstAllOf: boolean;
}

const SKIP_NOTHING: Skip = { anyOf: false, firstAllOf: false };

/** What only restricts values may not say of which type they are. */
function validations(schema: JSONSchemaProps, path: string, skip: Skip): FieldError[] {
  const errors: FieldError[] = [];
  const each = (all: readonly JSONSchemaProps[] | undefined, name: string) =>
    (all ?? []).forEach((one, index) => {
      const isKnown = name === "allOf" && index === 0 && skip.firstAllOf;
      errors.push(...nested(one, `${path}.${name}[${index}]`, { anyOf: isKnown, firstAllOf: false }));
    });
  if (!skip.anyOf) each(schema.anyOf, "anyOf");
  each(schema.allOf, "allOf");
  each(schema.oneOf, "oneOf");
  if (schema.not) errors.push(...nested(schema.not, `${path}.not`, SKIP_NOTHING));
  const problem = schema.pattern ? patternProblem(schema.pattern) : undefined;
  if (problem)
    errors.push(
      invalidValue(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${problem}`),
    );
  return errors;
}

const EMPTY = "must be empty to be structural";
const UNDEFINED = "must be undefined to be structural";
const FALSE = "must be false to be structural";

/** Keywords that say what a value is, which nested schemas may not. */
const STRUCTURE: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ["type", EMPTY],
  ["additionalProperties", UNDEFINED],
  ["default", UNDEFINED],
  ["title", EMPTY],
  ["description", EMPTY],
  ["nullable", FALSE],
  ["x-kubernetes-preserve-unknown-fields", FALSE],
  ["x-kubernetes-embedded-resource", FALSE],
  ["x-kubernetes-int-or-string", FALSE],
  ["x-kubernetes-list-map-keys", EMPTY],
  ["x-kubernetes-list-type", UNDEFINED],
  ["x-kubernetes-map-type", UNDEFINED],
  ["x-kubernetes-validations", EMPTY],
];

function nested(schema: JSONSchemaProps, path: string, skip: Skip): FieldError[] {
  const { items, properties = {} } = schema;
  const errors = validations(schema, path, skip);
  if (isObject(items)) errors.push(...nested(items, `${path}.items`, SKIP_NOTHING));
  for (const [name, property] of Object.entries(properties))
    errors.push(...nested(property, `${path}.properties[${name}]`, SKIP_NOTHING));
  for (const [name, detail] of STRUCTURE) {
    const value = schema[name];
    const isSet =
      value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0);
    if (isSet || (value === false && name === "additionalProperties"))
      errors.push(forbiddenField(`${path}.${name}`, detail));
  }
  if (properties.metadata)
    errors.push(forbiddenField(`${path}.properties[metadata]`, "must not be specified in a nested context"));
  return errors;
}

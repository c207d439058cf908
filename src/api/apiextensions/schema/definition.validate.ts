import { own } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { forbiddenField, invalidValue, notSupported, required } from "../../validation/errors.ts";
import { isEmpty } from "./structural.validate.ts";
import { validateWrittenRules } from "./rules.validate.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";

/** What holds for a schema because of where it stands. */
interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  /** Why there may be no default here, such as "in top-level metadata". */
  readonly noDefault: string | undefined;
  readonly insideMetadata: boolean;
}

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const META_FIELDS = ["metadata", "kind", "apiVersion"];

/** What JSON Schema knows and Kubernetes does not allow, and extensions that contradict each other. */
export function validateKeywords(schema: JSONSchemaProps, path: string): FieldError[] {
  return keywords(schema, { path, isRoot: true, noDefault: undefined, insideMetadata: false });
}

function keywords(schema: JSONSchemaProps, place: Place): FieldError[] {
  return [
    ...unsupported(schema, place),
    ...inner(schema, place),
    ...preserveAndMapType(schema, place.path),
    ...listType(schema, place.path),
    ...listMapKeys(schema, place.path),
    ...nullableKeys(schema, place.path),
    ...validateWrittenRules(schema, place.path),
  ];
}

/** Of these the original sees only that something is in them. */
const MAY_BE_EMPTY = new Set(["id", "patternProperties", "definitions"]);

function unsupported(schema: JSONSchemaProps, { path, noDefault, insideMetadata }: Place): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (name: string, why: string) => errors.push(forbiddenField(`${path}.${name}`, why));
  if (schema.default !== undefined && noDefault) forbid("default", `must not be set ${noDefault}`);
  for (const name of ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const)
    if (schema[name] !== undefined && !(MAY_BE_EMPTY.has(name) && isEmpty(schema[name])))
      forbid(name, `${name} is not supported`);
  if (schema.type === "null") forbid("type", "type cannot be set to null, use nullable as an alternative");
  if (schema.type && !TYPES.includes(schema.type)) errors.push(notSupported(`${path}.type`, schema.type, TYPES));
  if (Array.isArray(schema.items)) forbid("items", "items must be a schema object and not an array");
  if (insideMetadata && schema["x-kubernetes-embedded-resource"])
    forbid("x-kubernetes-embedded-resource", "must not be used inside of resource meta");
  if (schema.uniqueItems)
    forbid("uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
  const { additionalProperties, properties } = schema;
  if (
    properties &&
    Object.keys(properties).length > 0 &&
    additionalProperties !== undefined &&
    additionalProperties !== true
  )
    forbid("additionalProperties", "additionalProperties and properties are mutual exclusive");
  return errors;
}

/** The schemas below a schema. */
function inner(schema: JSONSchemaProps, place: Place): FieldError[] {
  const below = (path: string): Place => ({ ...place, isRoot: false, path: `${place.path}.${path}` });
  const check = (one: unknown, path: string) => (isObject(one) ? keywords(one, below(path)) : []);
  const checkAll = (all: readonly JSONSchemaProps[] | undefined, name: string) =>
    (all ?? []).flatMap((one, index) => check(one, `${name}[${index}]`));
  return [
    ...check(schema.additionalProperties, "additionalProperties"),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      keywords(property, propertyPlace(schema, place, name)),
    ),
    ...check(schema.not, "not"),
    ...checkAll(schema.allOf, "allOf"),
    ...checkAll(schema.oneOf, "oneOf"),
    ...checkAll(schema.anyOf, "anyOf"),
    ...Object.entries(schema.definitions ?? {}).flatMap(([name, one]) => check(one, `definitions[${name}]`)),
    ...Object.entries(schema.dependencies ?? {}).flatMap(([name, one]) => check(one, `dependencies[${name}]`)),
    ...(Array.isArray(schema.items) ? checkAll(schema.items, "items") : check(schema.items, "items")),
  ];
}

function propertyPlace(schema: JSONSchemaProps, place: Place, name: string): Place {
  const path = `${place.path}.properties[${name}]`;
  const isMeta = (place.isRoot || schema["x-kubernetes-embedded-resource"] === true) && META_FIELDS.includes(name);
  if (!isMeta) return { ...place, isRoot: false, path };
  return {
    path,
    isRoot: false,
    insideMetadata: true,
    noDefault: place.isRoot ? `in top-level ${name}` : place.noDefault,
  };
}

function preserveAndMapType(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"));
  const mapType = schema["x-kubernetes-map-type"];
  if (mapType === undefined) return errors;
  if (schema.type !== "object")
    errors.push(wrongType(`${path}.type`, schema.type, "must be object if x-kubernetes-map-type is specified"));
  if (!["atomic", "granular"].includes(mapType))
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ["atomic", "granular"]));
  return errors;
}

function wrongType(path: string, type: string | undefined, detail: string): FieldError {
  return type ? invalidValue(path, type, detail) : required(path, detail);
}

function listType(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = schema["x-kubernetes-list-type"];
  if (type === undefined) return errors;
  if (schema.type !== "array")
    errors.push(wrongType(`${path}.type`, schema.type, "must be array if x-kubernetes-list-type is specified"));
  else if (type === "set" && isObject(schema.items)) errors.push(...setItems(schema.items, `${path}.items`));
  if (!["atomic", "set", "map"].includes(type))
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, type, ["atomic", "set", "map"]));
  return errors;
}

/** Elements of a set are compared as a whole, so they must be merged as a whole. */
function setItems(items: JSONSchemaProps, path: string): FieldError[] {
  const detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const list = items["x-kubernetes-list-type"];
  const map = items["x-kubernetes-map-type"];
  if (items.type === "array" && list !== undefined && list !== "atomic")
    return [invalidValue(`${path}.x-kubernetes-list-type`, list, detail)];
  if (items.type === "object" && map !== "atomic") return [invalidValue(`${path}.x-kubernetes-map-type`, map, detail)];
  return [];
}

function listMapKeys(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const type = schema["x-kubernetes-list-type"];
  if (keys.length > 0 && type !== "map")
    errors.push(
      type === undefined
        ? required(`${path}.x-kubernetes-list-type`, "must be map if x-kubernetes-list-map-keys is non-empty")
        : invalidValue(
            `${path}.x-kubernetes-list-type`,
            type,
            "must be map if x-kubernetes-list-map-keys is non-empty",
          ),
    );
  if (type !== "map") return errors;
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.push(required(keysPath, "must not be empty if x-kubernetes-list-type is map"));
  const { items } = schema;
  if (items === undefined)
    return [...errors, required(`${path}.items`, "must have a schema if x-kubernetes-list-type is map")];
  if (!isObject(items))
    return [
      ...errors,
      invalidValue(`${path}.items`, items, "must only have a single schema if x-kubernetes-list-type is map"),
    ];
  const { type: itemType, properties = {} } = items as JSONSchemaProps;
  if (itemType !== "object") {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(`${path}.items.type`, itemType ?? "", detail)];
  }
  keys.forEach((key, index) => {
    const property = own(properties, key);
    if (!property) errors.push(invalidValue(keysPath, keys, "entries must all be names of item properties"));
    else if (property.type === "array" || property.type === "object")
      errors.push(
        invalidValue(
          `${path}.items.properties[${key}].type`,
          itemType,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    if (keys.indexOf(key) < index) errors.push(invalidValue(keysPath, keys, "must not contain duplicate entries"));
  });
  return errors;
}

function nullableKeys(schema: JSONSchemaProps, path: string): FieldError[] {
  const type = schema["x-kubernetes-list-type"];
  if (!isObject(schema.items) || (type !== "set" && type !== "map")) return [];
  const items = schema.items as JSONSchemaProps;
  const errors: FieldError[] = [];
  if (items.nullable)
    errors.push(forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`));
  if (type === "set") return errors;
  for (const key of schema["x-kubernetes-list-map-keys"] ?? []) {
    const property = own(items.properties, key);
    if (!property) continue;
    const at = `${path}.items.properties[${key}]`;
    const what = "this property is in x-kubernetes-list-map-keys, so it";
    if (!items.required?.includes(key) && property.default === undefined)
      errors.push(required(`${at}.default`, `${what} must have a default or be a required property`));
    if (property.nullable) errors.push(forbiddenField(`${at}.nullable`, `${what} cannot be nullable`));
  }
  return errors;
}

import { own } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { duplicateValue, invalidValue, required } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.ts";

type Json = Record<string, unknown>;

/** Elements of sets and of lists with keys that are there twice, at every depth. */
export function validateListTypes(schema: JSONSchemaProps, value: unknown, path = ""): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isObject(items)) return [];
    const inner = value.flatMap((one, index) => validateListTypes(items, one, `${path}[${index}]`));
    return [...duplicates(schema, value, path), ...inner];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const property = own(schema.properties, key);
    const of =
      property ??
      (isObject(schema.additionalProperties) ? (schema.additionalProperties as JSONSchemaProps) : undefined);
    const below = property ? (path === "" ? key : `${path}.${key}`) : `${path}[${key}]`;
    return of ? validateListTypes(of, one, below) : [];
  });
}

function duplicates(schema: JSONSchemaProps, list: readonly unknown[], path: string): FieldError[] {
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return repeated(list, list, path);
    case "map": {
      const keys = schema["x-kubernetes-list-map-keys"] ?? [];
      const properties = ((schema.items as JSONSchemaProps).properties ?? {}) as Readonly<
        Record<string, JSONSchemaProps>
      >;
      const other = list.findIndex((one) => one !== null && !isObject(one));
      if (other >= 0)
        return [invalidValue(`${path}[${other}]`, list[other], "must be an object for an array of list-type map")];
      const wrong = list.flatMap((one, index) => missingKeys(one, keys, properties, `${path}[${index}]`));
      return wrong.length > 0
        ? wrong
        : repeated(
            list,
            list.map((one) => keysOf(one, keys)),
            path,
          );
    }
    default:
      return [];
  }
}

function missingKeys(
  element: unknown,
  keys: readonly string[],
  properties: Readonly<Record<string, JSONSchemaProps>>,
  path: string,
): FieldError[] {
  if (!isObject(element)) return [];
  return keys
    .filter((key) => own(element, key) === undefined && own(properties, key)?.default !== undefined)
    .map((key) => required(`${path}.${key}`));
}

function keysOf(element: unknown, keys: readonly string[]): Json {
  const found: Json = {};
  if (!isObject(element)) return found;
  for (const key of keys) {
    const value = own(element, key);
    if (value !== undefined) found[key] = value;
  }
  return found;
}

/** Each value that is there more than once, at its second place. */
function repeated(list: readonly unknown[], identities: readonly unknown[], path: string): FieldError[] {
  const seen = new Map<string, number>();
  return list.flatMap((_, index) => {
    const identity = identities[index];
    const text = canonical(identity);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return count === 2 ? [duplicateValue(`${path}[${index}]`, identity)] : [];
  });
}

/** JSON with its keys in order, so that equal values are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join(",")}}`;
}

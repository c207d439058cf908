import { jsonEqual } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { validateListTypes } from "./list-types.ts";
import { prunedBy } from "./nodes.ts";
import { validateValue } from "./values.ts";

/** Defaults must be values that their schema allows, in every field of them. */
export function validateDefaults(schema: JSONSchemaProps, path: string): FieldError[] {
  const { items, additionalProperties, properties = {} } = schema;
  return [
    ...(schema.default === undefined ? [] : validateDefault(schema, `${path}.default`)),
    ...(isObject(additionalProperties) ? validateDefaults(additionalProperties, `${path}.additionalProperties`) : []),
    ...(isObject(items) ? validateDefaults(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      validateDefaults(property, `${path}.properties[${name}]`),
    ),
  ];
}

function validateDefault(schema: JSONSchemaProps, path: string): FieldError[] {
  const value = schema.default;
  if (value === null && schema.nullable) return [];
  const errors = jsonEqual(prunedBy(schema, value), value)
    ? []
    : [invalidValue(path, value, "must not have unknown fields")];
  return [...errors, ...validateValue(schema, value, { path }), ...validateListTypes(schema, value, path)];
}

import { jsonEqual, own } from "../../../base/index.ts";
import { DecodeError, decodeJson, isObject, withSortedKeys } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";
import { invalidValue } from "../../validation/errors.ts";
import { validateAnnotations, validateLabels } from "../../validation/labels.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";
import { validateEmbedded } from "./embedded.ts";
import { prunedBy } from "./nodes.ts";
import { runRulesOnDefault } from "./rules.run.ts";
import { validateValue } from "./values.ts";

/** Defaults must be values that their schema allows, in every field of them. */
export function validateDefaults(schema: JSONSchemaProps, path: string): FieldError[] {
  // Those of additional properties are never looked at.
  const { items, properties = {} } = schema;
  return [
    ...(schema.default === undefined ? [] : validateDefault(schema, `${path}.default`)),
    ...(isObject(items) ? validateDefaults(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      validateDefaults(property, `${path}.properties[${name}]`),
    ),
  ];
}

/** What can't be read in the metadata of an object inside a default. */
function metadataProblem(schema: JSONSchemaProps, value: unknown, path: string): FieldError | undefined {
  if (Array.isArray(value)) return firstProblem(value.map((one, index) => [schema.items, one, `${path}[${index}]`]));
  if (!isObject(value)) return undefined;
  if (schema["x-kubernetes-embedded-resource"] && value.metadata !== undefined) {
    try {
      decodeJson(ObjectMeta, value.metadata, { quantity: (text) => text });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return invalidValue(`${path}.metadata`, withSortedKeys(value.metadata), error.message);
    }
  }
  return firstProblem(
    Object.entries(value).map(([name, one]) => {
      const property = own(schema.properties, name);
      return property ? [property, one, `${path}.${name}`] : [schema.additionalProperties, one, `${path}[${name}]`];
    }),
  );
}

type Below = readonly [schema: unknown, value: unknown, path: string];

function firstProblem(below: readonly Below[]): FieldError | undefined {
  for (const [schema, value, path] of below) {
    const found = isRecord(schema) ? metadataProblem(schema, value, path) : undefined;
    if (found) return found;
  }
  return undefined;
}

type Texts = Readonly<Record<string, string>> | undefined;

/** Of the metadata in a default only what it is labelled with is looked at: its other fields may come from elsewhere. */
function validateLabelling({ labels, annotations }: Record<string, unknown>, path: string): FieldError[] {
  return [
    ...validateLabels(`${path}.metadata.labels`, labels as Texts),
    ...validateAnnotations(`${path}.metadata.annotations`, annotations as Texts),
  ];
}

function validateDefault(schema: JSONSchemaProps, path: string): FieldError[] {
  const value = schema.default;
  if (value === null && schema.nullable) return [];
  const misfit = metadataProblem(schema, value, path);
  if (misfit) return [misfit];
  const errors = jsonEqual(prunedBy(schema, value), value)
    ? []
    : [invalidValue(path, withSortedKeys(value), "must not have unknown fields")];
  const misnamed = validateEmbedded(schema, value, validateLabelling, path);
  if (misnamed.length > 0) return [...errors, ...misnamed];
  const unfit = validateValue(schema, value, { path, isDefault: true });
  return [...errors, ...(unfit.length > 0 ? unfit : runRulesOnDefault(schema, path))];
}

import { own } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue, required } from "../../validation/errors.ts";
import { dnsLabel1035Problems } from "../../validation/names.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";

type Json = Record<string, unknown>;

/** What is wrong with the metadata, at a path, of an object of which nothing else is known. */
export type ValidateInnerMetadata = (metadata: Json, path: string) => FieldError[];

/** What is wrong with the types and the metadata of objects inside an object, or in what stands at `path`. */
export function validateEmbedded(
  schema: JSONSchemaProps,
  value: unknown,
  validateMetadata: ValidateInnerMetadata,
  path = "",
): FieldError[] {
  const { items, additionalProperties: values, properties = {} } = schema;
  if (Array.isArray(value))
    return isRecord(items)
      ? value.flatMap((one, index) => validateEmbedded(items, one, validateMetadata, `${path}[${index}]`))
      : [];
  if (!isObject(value) || !mayEmbed(schema)) return [];
  const errors = schema["x-kubernetes-embedded-resource"] ? validateResource(value, validateMetadata, path) : [];
  for (const [key, one] of Object.entries(value)) {
    const property = own(properties, key);
    if (property) errors.push(...validateEmbedded(property, one, validateMetadata, path ? `${path}.${key}` : key));
    else if (isRecord(values)) errors.push(...validateEmbedded(values, one, validateMetadata, `${path}[${key}]`));
  }
  return errors;
}

const embedding = new WeakMap<JSONSchemaProps, boolean>();

/** Whether there are such objects here or below. */
function mayEmbed(schema: JSONSchemaProps): boolean {
  let known = embedding.get(schema);
  if (known === undefined) {
    const { items, additionalProperties: values, properties = {} } = schema;
    const below = [...Object.values(properties), items, values].filter(isRecord);
    known = schema["x-kubernetes-embedded-resource"] === true || below.some(mayEmbed);
    embedding.set(schema, known);
  }
  return known;
}

function validateResource(object: Json, validateMetadata: ValidateInnerMetadata, path: string): FieldError[] {
  const { metadata } = object;
  return [
    ...validateType(object, "apiVersion", path, validateVersion),
    ...validateType(object, "kind", path, validateKind),
    ...(isObject(metadata) ? validateMetadata(metadata, path) : []),
  ];
}

function validateType(object: Json, name: string, path: string, validate: typeof validateKind): FieldError[] {
  const at = path === "" ? name : `${path}.${name}`;
  if (!Object.hasOwn(object, name)) return [required(at)];
  const value = object[name];
  return typeof value === "string" ? validate(at, value) : [invalidValue(at, value, "must be a string")];
}

function validateVersion(path: string, apiVersion: string): FieldError[] {
  if (apiVersion === "") return [invalidValue(path, apiVersion, "must not be empty")];
  if (apiVersion.split("/").length <= 2) return [];
  return [invalidValue(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
}

function validateKind(path: string, kind: string): FieldError[] {
  if (kind === "") return [invalidValue(path, kind, "must not be empty")];
  const problems = dnsLabel1035Problems(kind.toLowerCase());
  if (problems.length === 0) return [];
  return [invalidValue(path, kind, `may have mixed case, but should otherwise match: ${problems.join(",")}`)];
}

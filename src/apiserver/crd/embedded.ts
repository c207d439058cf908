import { own } from "../../base/index.ts";
import {
  dnsLabel1035Problems,
  type FieldError,
  invalidValue,
  isRecord,
  type JSONSchemaProps,
  type KubeObject,
} from "../../api/index.ts";
import { isObject } from "../../schema/index.ts";
import { type MetadataRules, validateMetadata } from "../registry/metadata.ts";

type Json = Record<string, unknown>;

/** What is wrong with the types and the metadata of objects inside an object. */
export function validateEmbedded(schema: JSONSchemaProps, value: unknown, path = ""): FieldError[] {
  const { items, additionalProperties: values, properties = {} } = schema;
  if (Array.isArray(value))
    return isRecord(items) ? value.flatMap((one, index) => validateEmbedded(items, one, `${path}[${index}]`)) : [];
  if (!isObject(value) || !mayEmbed(schema)) return [];
  const errors = schema["x-kubernetes-embedded-resource"] ? validateResource(value, path) : [];
  for (const [key, one] of Object.entries(value)) {
    const property = own(properties, key);
    if (property) errors.push(...validateEmbedded(property, one, path ? `${path}.${key}` : key));
    else if (isRecord(values)) errors.push(...validateEmbedded(values, one, `${path}[${key}]`));
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

function validateResource({ apiVersion, kind, metadata }: Json, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (typeof apiVersion === "string") errors.push(...validateVersion(`${path}.apiVersion`, apiVersion));
  if (typeof kind === "string") errors.push(...validateKind(`${path}.kind`, kind));
  if (isObject(metadata)) errors.push(...validateInner(metadata, path));
  return errors;
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

/** Nothing is known of its kind: it needs no name, may be in a namespace, and has any name that fits into a path. */
function validateInner(metadata: Json, path: string): FieldError[] {
  const scope = metadata.namespace ? "Namespaced" : "Cluster";
  const rules: MetadataRules = { nameRule: "pathSegment", looseFinalizers: true };
  const object = { metadata: { ...metadata, name: metadata.name || "unnamed" } } as unknown as KubeObject;
  return validateMetadata({ scope }, { rules }, object).map((error) => ({ ...error, path: `${path}.${error.path}` }));
}

import { own } from "../../../base/index.ts";
import {
  celTypes,
  fromJson,
  KeyedList,
  keyOf,
  MapValue,
  parseDuration,
  parseTimestamp,
  timestampOf,
  type Type,
  type Value,
} from "../../../cel/index.ts";
import { isObject, rawDigits } from "../../../schema/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";

const { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, listOf, mapOf, structOf } = celTypes;

const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);
const ESCAPES: readonly [RegExp, string][] = [
  [/__/g, "__underscores__"],
  [/\./g, "__dot__"],
  [/-/g, "__dash__"],
  [/\//g, "__slash__"],
];

/** Words that stand for something even behind a dot. */
const KEYWORDS = new Set(["true", "false", "null", "in"]);

/** All ways to write a field's name: reserved words may be written as they are where a field must stand. */
export function writtenNames(name: string): readonly string[] {
  const escaped = escapedName(name);
  if (escaped === undefined) return [];
  return RESERVED.has(name) && !KEYWORDS.has(name) ? [escaped, name] : [escaped];
}

/** A field's name as expressions write it; undefined for names that they can't write. */
export function escapedName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(name)) return undefined;
  return ESCAPES.reduce((text, [pattern, escape]) => text.replace(pattern, escape), name);
}

const TEXT_FORMATS: Readonly<Record<string, Type>> = {
  byte: BYTES,
  duration: DURATION,
  date: TIMESTAMP,
  "date-time": TIMESTAMP,
};

const METADATA = (): Record<string, JSONSchemaProps> => ({
  name: { type: "string" },
  generateName: { type: "string" },
});

export const isRecord = (value: unknown): value is JSONSchemaProps => isObject(value);

/** The fields of an object as expressions see them: of metadata only the names. */
export function visibleProperties(schema: JSONSchemaProps, isResource: boolean): Record<string, JSONSchemaProps> {
  const { properties = {} } = schema;
  if (!isResource) return properties;
  return {
    ...properties,
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { type: "object", properties: METADATA() },
  };
}

/** The type of what a schema describes; undefined for what expressions can't handle. */
export function typeOfSchema(schema: JSONSchemaProps, name: string, isRoot: boolean): Type | undefined {
  if (schema["x-kubernetes-int-or-string"]) return DYN;
  switch (schema.type) {
    case "boolean":
      return BOOL;
    case "integer":
      return INT;
    case "number":
      return DOUBLE;
    case "string":
      return own(TEXT_FORMATS, schema.format ?? "") ?? STRING;
    case "array": {
      const element = isRecord(schema.items) ? typeOfSchema(schema.items, `${name}.@idx`, false) : undefined;
      return element && listOf(element);
    }
    case "object":
      return objectType(schema, name, isRoot);
    default:
      return undefined;
  }
}

function objectType(schema: JSONSchemaProps, name: string, isRoot: boolean): Type | undefined {
  const { additionalProperties: values } = schema;
  if (isRecord(values)) {
    const value = typeOfSchema(values, `${name}.@elem`, false);
    return value && mapOf(STRING, value);
  }
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  return structOf(name, () => {
    const fields = new Map<string, Type>();
    for (const [key, property] of Object.entries(visibleProperties(schema, isResource))) {
      const type = typeOfSchema(property, `${name}.${key}`, false);
      if (type) for (const written of writtenNames(key)) fields.set(written, type);
    }
    return fields;
  });
}

/** A value as its schema says; what has no schema is taken for what it looks like. */
export function valueOf(json: unknown, schema: JSONSchemaProps | undefined, isRoot = false): Value {
  if (json === null || json === undefined || !schema || schema["x-kubernetes-int-or-string"]) return fromJson(json);
  switch (schema.type) {
    case "number":
      return Number(rawDigits(json) ?? json);
    case "string":
      return typeof json === "string" ? textValue(json, schema.format) : fromJson(json);
    case "array": {
      const items = isRecord(schema.items) ? schema.items : undefined;
      return Array.isArray(json) ? listValue(json, schema, items) : fromJson(json);
    }
    case "object":
      return isObject(json) ? objectValue(json, schema, isRoot) : fromJson(json);
    default:
      return fromJson(json);
  }
}

/** Sets, and lists with keys, are equal in any order, and take up elements as what they are. */
function listValue(json: readonly unknown[], schema: JSONSchemaProps, items: JSONSchemaProps | undefined): Value {
  const values = json.map((one) => valueOf(one, items));
  if (schema["x-kubernetes-list-type"] === "set") return new KeyedList(values, keyOf);
  if (schema["x-kubernetes-list-type"] !== "map") return values;
  const names = (schema["x-kubernetes-list-map-keys"] ?? []).map((name) => escapedName(name) ?? name);
  return new KeyedList(values, (element) =>
    element instanceof MapValue
      ? JSON.stringify(names.map((name) => keyOf(element.get(name) ?? null) ?? null))
      : undefined,
  );
}

function textValue(text: string, format: string | undefined): Value {
  switch (format) {
    case "byte":
      return Uint8Array.from(Buffer.from(text, "base64"));
    case "duration":
      return parseDuration(text) ?? text;
    case "date":
      return parseTimestamp(`${text}T00:00:00Z`) ?? text;
    case "date-time":
      return inUtc(text) ?? text;
    default:
      return text;
  }
}

/** A moment that no longer knows in which zone it was written. */
function inUtc(text: string): Value | undefined {
  const time = parseTimestamp(text);
  return time && timestampOf(time.nanos);
}

function objectValue(json: Record<string, unknown>, schema: JSONSchemaProps, isRoot: boolean): Value {
  const entries = new Map<string, readonly [Value, Value]>();
  const values = schema.additionalProperties;
  if (isRecord(values)) {
    for (const key of Object.keys(json)) entries.set(`s${key}`, [key, valueOf(json[key], values)]);
    return new MapValue(entries);
  }
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  const properties = visibleProperties(schema, isResource);
  for (const key of Object.keys(json)) {
    // What is null is as good as not there.
    const property = own(properties, key);
    if (!property || (json[key] ?? undefined) === undefined) continue;
    const value = valueOf(json[key], property);
    for (const written of writtenNames(key)) entries.set(`s${written}`, [written, value]);
  }
  return new MapValue(entries);
}

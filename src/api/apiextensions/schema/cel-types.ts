import { own } from "../../../base/index.ts";
import {
  celTypes,
  Duration,
  EvaluationError,
  fromJson,
  keyOf,
  MapValue,
  ObjectValue,
  SchemaList,
  parseTimestamp,
  timestampOf,
  type Type,
  type Value,
} from "../../../cel/index.ts";
import {
  checkBase64,
  DecodeError,
  isMap,
  isObject,
  rawDigits,
  readDate,
  readLocalTime,
  setOwn,
  TimeError,
} from "../../../schema/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { durationNanos } from "./duration.ts";

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

const TEXT: JSONSchemaProps = { type: "string" };
const METADATA: JSONSchemaProps = { type: "object", properties: { name: TEXT, generateName: TEXT } };

export const isRecord = (value: unknown): value is JSONSchemaProps => isObject(value);

/** The fields of an object as expressions see them: of metadata only the names. */
export function visibleProperties(schema: JSONSchemaProps, isResource: boolean): Record<string, JSONSchemaProps> {
  const { properties = {} } = schema;
  if (!isResource) return properties;
  return {
    ...properties,
    apiVersion: TEXT,
    kind: TEXT,
    metadata: METADATA,
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

/** A value as its schema says; what isn't of its type can't be had. What has no schema is taken for what it looks like. */
export function valueOf(json: unknown, schema: JSONSchemaProps | undefined, isRoot = false): Value {
  if (!schema) return fromJson(json);
  if (json === null || json === undefined)
    return schema.nullable ? null : misfit("got null for schema with nullable=false");
  if (schema["x-kubernetes-int-or-string"])
    return isText(json) || isInteger(json)
      ? fromJson(json)
      : misfit("expected XIntOrString value to be either a string or integer");
  switch (schema.type) {
    case "boolean":
      return typeof json === "boolean" ? json : misfit(`expected bool, got ${goType(json)}`);
    case "integer":
      return isInteger(json) ? fromJson(json) : misfit(`expected int, got ${goType(json)}`);
    case "number":
      return isNumber(json) ? Number(rawDigits(json) ?? json) : misfit(`expected float, got ${goType(json)}`);
    case "string":
      return isText(json) ? textValue(json, schema.format) : misfit(`expected string, got ${goType(json)}`);
    case "array":
      return Array.isArray(json)
        ? listValue(json, schema, isRecord(schema.items) ? schema.items : undefined)
        : misfit("expected an array for the provided schema with type=array");
    case "object":
      return isMap(json)
        ? objectValue(json, schema, isRoot)
        : misfit("expected a map for the provided schema with type=object");
    default:
      return fromJson(json);
  }
}

const misfit = (what: string): Value => new EvaluationError(`invalid data, ${what}`);
const isText = (json: unknown): json is string => typeof json === "string";
const isNumber = (json: unknown): boolean => typeof json === "number" || rawDigits(json) !== undefined;
const isInteger = (json: unknown): boolean => isNumber(json) && typeof fromJson(json) === "bigint";

/** What the original calls the type of a JSON value. */
function goType(json: unknown): string {
  if (Array.isArray(json)) return "[]interface {}";
  if (isNumber(json)) return isInteger(json) ? "int64" : "float64";
  return typeof json === "boolean" ? "bool" : typeof json === "string" ? "string" : "map[string]interface {}";
}

/** Sets, and lists with keys, are equal in any order, and take up elements as what they are. */
function listValue(json: readonly unknown[], schema: JSONSchemaProps, items: JSONSchemaProps | undefined): Value {
  const values = json.map((one) => valueOf(one, items));
  if (schema["x-kubernetes-list-type"] === "set") return new SchemaList(values, keyOf);
  if (schema["x-kubernetes-list-type"] !== "map") return new SchemaList(values);
  const names = (schema["x-kubernetes-list-map-keys"] ?? []).map((name) => escapedName(name) ?? name);
  return new SchemaList(values, (element) =>
    element instanceof MapValue
      ? JSON.stringify(names.map((name) => keyOf(element.get(name) ?? null) ?? null))
      : undefined,
  );
}

function textValue(text: string, format: string | undefined): Value {
  switch (format) {
    case "byte":
      return readAs("byte formatted string", text, () => Uint8Array.from(Buffer.from(checkBase64(text), "base64")));
    case "duration":
      return durationValue(text);
    case "date":
      return readAs("date formatted string", text, () => timeValue(readDate(text)));
    case "date-time":
      // A moment no longer knows in which zone it was written.
      return (
        timestampOf(parseTimestamp(text)?.nanos ?? NEVER) ??
        readAs("date-time formatted string", text, () => timeValue(readLocalTime(text)))
      );
    default:
      return text;
  }
}

/** Where no timestamp reaches. */
const NEVER = 2n ** 100n;

function durationValue(text: string): Value {
  const nanos = durationNanos(text);
  const problem = `Invalid duration ${text}: unable to parse ${text} as duration`;
  return nanos === undefined ? new EvaluationError(problem) : new Duration(nanos);
}

function timeValue({ ms, fraction }: { readonly ms: number; readonly fraction: string }): Value {
  return timestampOf(BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9))) ?? null;
}

function readAs(what: string, text: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TimeError || error instanceof DecodeError)) throw error;
    return new EvaluationError(`Invalid ${what} ${text}: ${error.message}`);
  }
}

function objectValue(json: Record<string, unknown>, schema: JSONSchemaProps, isRoot: boolean): Value {
  const entries = new Map<string, readonly [Value, Value]>();
  const values = schema.additionalProperties;
  if (isRecord(values)) {
    for (const key of Object.keys(json)) entries.set(`s${key}`, [key, valueOf(json[key], values)]);
    return new ObjectValue(entries, {});
  }
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  const properties = visibleProperties(schema, isResource);
  const hidden: Record<string, unknown> = {};
  for (const key of Object.keys(json)) {
    // What is null is as good as not there, though it counts.
    const property = own(properties, key);
    const names = writtenNames(key);
    if (!property || (json[key] ?? undefined) === undefined || names.length === 0) {
      setOwn(hidden, key, json[key]);
      continue;
    }
    const value = valueOf(json[key], property);
    for (const written of names) entries.set(`s${written}`, [written, value]);
  }
  return new ObjectValue(entries, hidden);
}

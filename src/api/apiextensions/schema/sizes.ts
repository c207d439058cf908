import { own } from "../../../base/index.ts";
import type { SizeLookup } from "../../../cel/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isDeclaring } from "./declared.ts";
import { isRecord, visibleProperties, writtenNames } from "./cel-types.ts";

/** What a request can hold at most. */
const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
/** Quotes, brackets or braces around a value. */
const EDGES = 2;
/** Bytes of one character at most. */
const CHARACTER_BYTES = 4;
const LONGEST: Readonly<Record<string, number>> = { duration: 32, date: 10, "date-time": 30 };
const SHORTEST_BYTES: Readonly<Record<string, number>> = { duration: 3, date: 12, "date-time": 21 };
const NUMBER_BYTES = 1;
const BOOLEAN_BYTES = 4;

const minima = new WeakMap<JSONSchemaProps, number>();

/** What a value takes in JSON at the very least. */
export function leastBytes(schema: JSONSchemaProps, isRoot = false): number {
  let known = isRoot ? undefined : minima.get(schema);
  if (known === undefined) {
    known = measure(schema, isRoot);
    if (!isRoot) minima.set(schema, known);
  }
  return known;
}

function measure(schema: JSONSchemaProps, isRoot: boolean): number {
  if (schema["x-kubernetes-int-or-string"]) return NUMBER_BYTES;
  switch (schema.type) {
    case "string":
      return own(SHORTEST_BYTES, schema.format ?? "") ?? EDGES;
    case "boolean":
      return BOOLEAN_BYTES;
    case "integer":
    case "number":
      return NUMBER_BYTES;
    case "object":
      return isRecord(schema.additionalProperties) ? EDGES : leastObjectBytes(schema, isRoot);
    default:
      return EDGES;
  }
}

/** Only what must be there counts, and only if the client must say it. */
function leastObjectBytes(schema: JSONSchemaProps, isRoot: boolean): number {
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  const properties = visibleProperties(schema, isResource);
  return (schema.required ?? []).reduce((sum, name) => {
    const property = own(properties, name);
    if (!property || property.default !== undefined || !isDeclaring(property, false)) return sum;
    // Quotes around the name, a colon and a comma.
    return sum + name.length + 4 + leastBytes(property);
  }, EDGES);
}

/** How often a value can be in a request, when nothing above it says how many there may be. */
export function occurrencesMax(schema: JSONSchemaProps, isRoot: boolean): number {
  return Math.floor(REQUEST_BYTES_MAX / (leastBytes(schema, isRoot) + 1));
}

/** How many elements, entries or characters a value can have. */
function sizeMax(schema: JSONSchemaProps): number {
  const { type, items, additionalProperties: values } = schema;
  if (schema["x-kubernetes-int-or-string"]) {
    const given = atLeastNone(schema.maxLength);
    return given === undefined ? REQUEST_BYTES_MAX - EDGES : given * CHARACTER_BYTES;
  }
  if (type === "array" && isRecord(items))
    return atLeastNone(schema.maxItems) ?? Math.floor((REQUEST_BYTES_MAX - EDGES) / (leastBytes(items) + 1));
  if (type === "object" && isRecord(values))
    // A key needs quotes, a colon and a comma.
    return atLeastNone(schema.maxProperties) ?? Math.floor((REQUEST_BYTES_MAX - EDGES) / (leastBytes(values) + 6));
  return type === "string" ? lengthMax(schema) : 0;
}

const atLeastNone = (count: number | undefined) => (count === undefined ? undefined : Math.max(0, Number(count)));

function lengthMax({ format = "", maxLength, enum: values = [] }: JSONSchemaProps): number {
  const given = atLeastNone(maxLength);
  if (format === "byte") return given ?? REQUEST_BYTES_MAX - EDGES;
  const longest = own(LONGEST, format);
  if (longest !== undefined) return longest;
  if (given !== undefined) return given * CHARACTER_BYTES;
  if (values.length === 0) return REQUEST_BYTES_MAX - EDGES;
  return Math.max(0, ...values.map((one) => (typeof one === "string" ? Buffer.byteLength(one) : 0)));
}

/** Sizes of what expressions about a value can reach, from `self` on. */
export function sizesOf(schema: JSONSchemaProps, isRoot: boolean): SizeLookup {
  return ([, ...steps]) => {
    let place: JSONSchemaProps | undefined = schema;
    let root = isRoot;
    for (const step of steps) {
      // Keys are texts of which nothing is said.
      if (step === "@keys") return place && isRecord(place.additionalProperties) ? 0 : undefined;
      place = below(place, step, root);
      if (!place) return undefined;
      root = false;
    }
    return sizeMax(place);
  };
}

function below(schema: JSONSchemaProps, step: string, isRoot: boolean): JSONSchemaProps | undefined {
  const { items, additionalProperties: values } = schema;
  if (step === "@items" || step === "@values") {
    if (isRecord(values)) return values;
    return isRecord(items) ? items : undefined;
  }
  if (isRecord(values)) return undefined;
  const properties = visibleProperties(schema, isRoot || schema["x-kubernetes-embedded-resource"] === true);
  return Object.entries(properties).find(([name]) => writtenNames(name).includes(step))?.[1];
}

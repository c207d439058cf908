import { jsonEqual, own } from "../../../base/index.ts";
import { isObject, rawDigits } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue, notSupported, required, tooLong, tooMany } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { hasFormat, isKnownFormat } from "./formats.ts";
import { patternMatches } from "./pattern.ts";

type Json = Record<string, unknown>;

/** There is no value that this one replaces: everything wrong with it counts. */
const NEW = Symbol("new");

/** A value, where it stands, and what it was before. */
interface Place {
  readonly value: unknown;
  /** Path below the root of what is checked: "", "spec.list[0].name". */
  readonly name: string;
  readonly old: unknown;
}

interface Outcome {
  readonly errors: FieldError[];
  /** How far the value got: of alternatives that all fail, the one that got furthest explains why. */
  matches: number;
}

/** Where what is checked stands: "" for whole objects; defaults of schemas stand below their schema. */
export interface ValuesAt {
  readonly path: string;
}

/** Everything about a value that its schema does not allow. */
export function validateValue(
  schema: JSONSchemaProps,
  value: unknown,
  { path }: ValuesAt = { path: "" },
): FieldError[] {
  return new Values(path).check(schema, { value, name: "", old: NEW }).errors;
}

/** The same for a value that replaces another: what was wrong before and hasn't been touched may stay. */
export function validateChangedValue(
  schema: JSONSchemaProps,
  value: unknown,
  old: unknown,
  { path }: ValuesAt = { path: "" },
): FieldError[] {
  return new Values(path).check(schema, { value, name: "", old }).errors;
}

class Values {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  check(schema: JSONSchemaProps, place: Place): Outcome {
    const outcome: Outcome = { errors: [], matches: 1 };
    const { value, old } = place;
    if (old !== NEW && jsonEqual(value, old)) return outcome;
    this.#type(schema, place, outcome);
    if (value === null) return outcome;
    this.#alternatives(schema, place, outcome);
    if (typeof value === "string") this.#string(schema, place, value, outcome);
    else if (isNumber(value)) this.#number(schema, place, value, outcome);
    else if (Array.isArray(value)) this.#list(schema, place, value, outcome);
    else if (isObject(value)) this.#object(schema, place, value, outcome);
    outcome.matches += 3;
    if (schema.enum && schema.enum.length > 0 && !schema.enum.some((one) => jsonEqual(one, value)))
      outcome.errors.push(this.#enumError(schema.enum, place));
    return outcome;
  }

  /** The path of a value's field, as causes name it. */
  #at(name: string): string {
    if (name === "") return this.#path === "" ? "<nil>" : this.#path;
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  #invalid(place: Place, value: unknown, text: string): FieldError {
    return invalidValue(this.#at(place.name), value, `${place.name} in body ${text}`);
  }

  #wrongType(place: Place, wanted: string, given: string): FieldError {
    const detail = `${place.name} in body must be of type ${wanted}: ${JSON.stringify(given)}`;
    return { path: this.#at(place.name), type: "TypeInvalid", value: given, detail };
  }

  /** A problem that names the value in its text but stands at the root. */
  #composite(text: string): FieldError {
    return invalidValue(this.#at(""), "", text);
  }

  #enumError(values: readonly unknown[], place: Place): FieldError {
    const texts = values.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
    return notSupported(this.#at(place.name), place.value, texts);
  }

  #type(schema: JSONSchemaProps, place: Place, { errors }: Outcome): void {
    const { value } = place;
    const types = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type ? [schema.type] : [];
    if (value === null) {
      if (types.length > 0 && !schema.nullable) errors.push(this.#wrongType(place, types.join(","), "null"));
      return;
    }
    const given = typeOf(value);
    const fits =
      types.length === 0 ||
      types.includes(given) ||
      (given === "integer" && types.includes("number")) ||
      (given === "number" && types.includes("integer") && Number.isSafeInteger(value));
    if (!fits) errors.push(this.#wrongType(place, types.join(","), given));
    else if (
      typeof value === "string" &&
      schema.format &&
      isKnownFormat(schema.format) &&
      !hasFormat(schema.format, value)
    )
      errors.push(this.#wrongType(place, schema.format, value));
  }

  #alternatives(schema: JSONSchemaProps, place: Place, outcome: Outcome): void {
    const where = JSON.stringify(place.name);
    if (schema.anyOf?.length) {
      const { valid, best } = this.#tryAll(schema.anyOf, place);
      if (valid === 0)
        outcome.errors.push(this.#composite(`${where} must validate at least one schema (anyOf)`), ...best!.errors);
    }
    if (schema.oneOf?.length) {
      const { valid, best } = this.#tryAll(schema.oneOf, place);
      const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
      if (valid !== 1)
        outcome.errors.push(this.#composite(`${where} must validate one and only one schema (oneOf). ${found}`));
      if (valid === 0) outcome.errors.push(...best!.errors);
    }
    if (schema.allOf?.length) {
      const all = schema.allOf.map((one) => this.check(one, place));
      outcome.errors.push(...all.flatMap(({ errors }) => errors));
      const valid = all.filter(({ errors }) => errors.length === 0).length;
      const none = valid === 0 ? ". None validated" : "";
      if (valid < all.length)
        outcome.errors.push(this.#composite(`${where} must validate all the schemas (allOf)${none}`));
    }
    if (schema.not && this.check(schema.not, place).errors.length === 0)
      outcome.errors.push(this.#composite(`${where} must not validate the schema (not)`));
  }

  #tryAll(schemas: readonly JSONSchemaProps[], place: Place): { valid: number; best: Outcome | undefined } {
    let best: Outcome | undefined;
    let valid = 0;
    for (const schema of schemas) {
      const outcome = this.check(schema, place);
      if (outcome.errors.length === 0) valid++;
      else if (!best || outcome.matches > best.matches) best = outcome;
    }
    return { valid, best };
  }

  #string({ minLength, maxLength, pattern }: JSONSchemaProps, place: Place, text: string, { errors }: Outcome): void {
    const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
    if (maxLength !== undefined && length > maxLength) errors.push(tooLong(this.#at(place.name), maxLength));
    else if (minLength !== undefined && length < minLength)
      errors.push(this.#invalid(place, text, `should be at least ${minLength} chars long`));
    else if (pattern && !patternMatches(pattern, text))
      errors.push(this.#invalid(place, text, `should match '${pattern}'`));
  }

  #number(schema: JSONSchemaProps, place: Place, value: unknown, { errors }: Outcome): void {
    const { type, format, maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf } = schema;
    if (type === "integer" && !fitsInteger(value, format))
      errors.push(
        this.#composite(
          `Checked value must be of type integer ${format ? `with format ${format}` : "(default format)"} in ${place.name}`,
        ),
      );
    const number = Number(rawDigits(value) ?? value);
    const wrong = (text: string) => errors.push(this.#invalid(place, value, text));
    if (multipleOf !== undefined && multipleOf > 0 && !Number.isInteger(number / multipleOf))
      wrong(`should be a multiple of ${multipleOf}`);
    if (maximum !== undefined && (exclusiveMaximum ? number >= maximum : number > maximum))
      wrong(`should be less than ${exclusiveMaximum ? "" : "or equal to "}${maximum}`);
    if (minimum !== undefined && (exclusiveMinimum ? number <= minimum : number < minimum))
      wrong(`should be greater than ${exclusiveMinimum ? "" : "or equal to "}${minimum}`);
  }

  #list(schema: JSONSchemaProps, place: Place, list: readonly unknown[], outcome: Outcome): void {
    const { items, minItems, maxItems } = schema;
    if (isObject(items)) {
      const olds = oldItems(schema, place.old);
      list.forEach((value, index) => {
        const inner = this.check(items, { value, name: `${place.name}[${index}]`, old: olds(value) });
        outcome.errors.push(...inner.errors);
        outcome.matches += inner.matches;
      });
    }
    if (minItems !== undefined && list.length < minItems)
      outcome.errors.push(this.#invalid(place, list.length, `should have at least ${minItems} items`));
    if (maxItems !== undefined && list.length > maxItems)
      outcome.errors.push(tooMany(this.#at(place.name), list.length, maxItems));
  }

  #object(schema: JSONSchemaProps, place: Place, value: Json, outcome: Outcome): void {
    const { minProperties, maxProperties, properties = {}, additionalProperties } = schema;
    const count = Object.keys(value).length;
    if (minProperties !== undefined && count < minProperties) {
      outcome.errors.push(this.#invalid(place, count, `should have at least ${minProperties} properties`));
      return;
    }
    if (maxProperties !== undefined && count > maxProperties) {
      outcome.errors.push(tooMany(this.#at(place.name), count, maxProperties));
      return;
    }
    for (const key of requiredOf(schema))
      if (!Object.hasOwn(value, key)) outcome.errors.push(required(this.#at(join(place.name, key))));
    for (const [key, inner] of Object.entries(value)) {
      const property = own(properties, key);
      const of = property ?? (isObject(additionalProperties) ? (additionalProperties as JSONSchemaProps) : undefined);
      if (!of) continue;
      const old = isObject(place.old) && Object.hasOwn(place.old, key) ? place.old[key] : NEW;
      const checked = this.check(of, { value: inner, name: join(place.name, key), old });
      outcome.errors.push(...checked.errors);
      outcome.matches += checked.matches;
    }
  }
}

/** An object inside an object must say what it is. */
function requiredOf(schema: JSONSchemaProps): readonly string[] {
  const { required: own = [] } = schema;
  return schema["x-kubernetes-embedded-resource"] ? [...new Set(["apiVersion", "kind", ...own])] : own;
}

/** What an element replaces: elements of map lists are paired by their keys, others with nothing. */
function oldItems(schema: JSONSchemaProps, old: unknown): (value: unknown) => unknown {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old)) return () => NEW;
  const identity = (one: unknown) => JSON.stringify(keys.map((key) => (isObject(one) ? (one[key] ?? null) : null)));
  const byKey = new Map(old.map((one) => [identity(one), one]));
  return (value) => (byKey.has(identity(value)) ? byKey.get(identity(value)) : NEW);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || rawDigits(value) !== undefined;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The type of a JSON value; whole numbers that fit 64 bits are integers. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  const digits = rawDigits(value);
  if (digits !== undefined) return BigInt(digits) >= INT64_MIN && BigInt(digits) <= INT64_MAX ? "integer" : "number";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "number";
  return typeof value;
}

function fitsInteger(value: unknown, format: string | undefined): boolean {
  if (typeOf(value) !== "integer") return false;
  return format !== "int32" || Math.abs(Number(rawDigits(value) ?? value) + 0.5) <= 2 ** 31;
}

function join(name: string, key: string): string {
  return name === "" ? key : `${name}.${key}`;
}

import { jsonEqual, own } from "../../../base/index.ts";
import { isObject, rawDigits, showFloat } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { messageOf } from "../../status.ts";
import { Float, invalidValue, notSupported, required, tooLong, tooMany } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { hasFormat, isFormatOf, isKnownFormat } from "./formats.ts";
import { patternMatches } from "./pattern.ts";
import { isUnchanged } from "./unchanged.ts";

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
  /** Whether it is a default in a schema. */
  readonly isDefault?: boolean;
}

/** Everything about a value that its schema does not allow. */
export function validateValue(schema: JSONSchemaProps, value: unknown, at: ValuesAt = { path: "" }): FieldError[] {
  return once(new Values(at).check(schema, { value, name: "", old: NEW }).errors);
}

/** The same for a value that replaces another: what was wrong before and hasn't been touched may stay. */
export function validateChangedValue(
  schema: JSONSchemaProps,
  value: unknown,
  old: unknown,
  at: ValuesAt = { path: "" },
): FieldError[] {
  return once(new Values(at).check(schema, { value, name: "", old }).errors);
}

/** What several alternatives say alike is said once. */
function once(errors: readonly FieldError[]): FieldError[] {
  const said = new Set<string>();
  return errors.filter((error) => {
    const text = JSON.stringify([error.path, error.type, messageOf(error)]);
    return !said.has(text) && said.add(text);
  });
}

class Values {
  readonly #path: string;
  readonly #isDefault: boolean;

  constructor({ path, isDefault = false }: ValuesAt) {
    this.#path = path;
    this.#isDefault = isDefault;
  }

  check(schema: JSONSchemaProps, place: Place): Outcome {
    const outcome: Outcome = { errors: [], matches: 1 };
    const { value, old } = place;
    if (old !== NEW && isUnchanged({ schema, value, old })) return outcome;
    this.#type(schema, place, outcome);
    if (value === null) {
      this.#enum(schema, place, outcome);
      return outcome;
    }
    this.#alternatives(schema, place, outcome);
    if (typeof value === "string") this.#string(schema, place, value, outcome);
    else if (isNumber(value)) this.#number(schema, place, value, outcome);
    else if (Array.isArray(value)) this.#list(schema, place, value, outcome);
    else if (isObject(value)) this.#object(schema, place, value, outcome);
    outcome.matches += 3;
    this.#enum(schema, place, outcome);
    return outcome;
  }

  /** The path of a value's field, as causes name it. */
  #at(name: string): string {
    const field = name.startsWith(".") ? name.slice(1) : name;
    if (field === "") return this.#path === "" ? "<nil>" : this.#path;
    return this.#path === "" ? field : `${this.#path}.${field}`;
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

  #enum({ enum: values = [] }: JSONSchemaProps, place: Place, { errors }: Outcome): void {
    if (values.length === 0 || values.some((one) => isSuch(place.value, one))) return;
    const texts = values.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
    errors.push(notSupported(this.#at(place.name), place.value, texts));
  }

  #type(schema: JSONSchemaProps, place: Place, { errors }: Outcome): void {
    const { value } = place;
    const types = this.#typesOf(schema);
    if (value === null) {
      if (types.length > 0 && !schema.nullable) errors.push(this.#wrongType(place, types.join(","), "null"));
      return;
    }
    const given = typeOf(value);
    const format = this.#formatOf(schema);
    const isNumeric = types.includes("integer") || types.includes("number");
    const isText = typeof value === "string" || given === "array";
    // Texts and lists are left to their format, where there is one.
    if (format !== "" && isText && !isNumeric) return;
    const fits =
      types.length === 0 ||
      types.includes(given) ||
      (given === "integer" && types.includes("number")) ||
      (given === "number" && types.includes("integer") && Number.isSafeInteger(value));
    if (fits) return;
    // What isn't of the type isn't of the format either, and that is what is told.
    if (format !== "" && !isText) errors.push(this.#wrongType(place, format, formatOf(value)));
    else errors.push(this.#wrongType(place, types.join(","), given));
  }

  /** The format that values are checked against: none that isn't one of the schema's type, but in defaults. */
  #formatOf({ type, format = "" }: JSONSchemaProps): string {
    return this.#isDefault || isFormatOf(type, format) ? format : "";
  }

  /** In a default nobody minds of what type it is what may be a number or a text. */
  #typesOf({ type, "x-kubernetes-int-or-string": isEither }: JSONSchemaProps): readonly string[] {
    if (isEither) return this.#isDefault ? [] : ["integer", "string"];
    return type ? [type] : [];
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

  #string(schema: JSONSchemaProps, place: Place, text: string, { errors }: Outcome): void {
    const { minLength, maxLength, pattern } = schema;
    const format = this.#formatOf(schema);
    const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
    if (maxLength !== undefined && length > maxLength) errors.push(tooLong(this.#at(place.name), maxLength));
    else if (minLength !== undefined && length < minLength)
      errors.push(this.#invalid(place, text, `should be at least ${minLength} chars long`));
    else if (pattern && !patternMatches(pattern, text))
      errors.push(this.#invalid(place, text, `should match '${pattern}'`));
    if (format && isKnownFormat(format) && !hasFormat(format, text)) errors.push(this.#wrongType(place, format, text));
  }

  #number(schema: JSONSchemaProps, place: Place, value: unknown, { errors }: Outcome): void {
    const { type, maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf } = schema;
    const format = this.#formatOf(schema);
    const number = Number(rawDigits(value) ?? value);
    const isInteger = typeOf(value) === "integer";
    const wrong = (text: string, shown = value) => errors.push(this.#invalid(place, shown, text));
    const checked = (what: string, one: unknown) => {
      if (type !== "integer" || fitsInteger(one, format)) return true;
      const how = format === "int32" || format === "int64" ? `with format ${format}` : "(default format)";
      errors.push(this.#composite(`${what} value must be of type integer ${how} in ${place.name}`));
      return false;
    };
    // Whole numbers are compared with whole numbers; beside a bound that is none of the schema's type they count, and are
    // shown, as fractions.
    const bound = (what: string, one: number) => {
      const isWhole = checked(what, one) && isInteger;
      return { limit: isWhole ? Math.trunc(one) : one, shown: isWhole ? value : new Float(number) };
    };
    checked("Checked", value);
    if (multipleOf !== undefined) {
      const { limit: factor, shown } = bound("MultipleOf", multipleOf);
      if (factor <= 0) errors.push(this.#noFactor(place, factor));
      else if (!Number.isInteger(number / factor)) wrong(`should be a multiple of ${shownBound(factor, shown)}`, shown);
    }
    if (minimum !== undefined) {
      const { limit: least, shown } = bound("Minimum boundary", minimum);
      if (exclusiveMinimum ? number <= least : number < least)
        wrong(`should be greater than ${exclusiveMinimum ? "" : "or equal to "}${shownBound(least, shown)}`, shown);
    }
    if (maximum !== undefined) {
      const { limit: most, shown } = bound("Maximum boundary", maximum);
      if (exclusiveMaximum ? number >= most : number > most)
        wrong(`should be less than ${exclusiveMaximum ? "" : "or equal to "}${shownBound(most, shown)}`, shown);
    }
  }

  #noFactor(place: Place, factor: number): FieldError {
    const text = `factor MultipleOf declared for ${place.name} must be positive: ${factor}`;
    return invalidValue(this.#at(place.name), factor, text);
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
    if (maxProperties !== undefined && count > maxProperties)
      outcome.errors.push(tooMany(this.#at(place.name), count, maxProperties));
    for (const [key, inner] of Object.entries(value)) {
      const property = own(properties, key);
      const of = property ?? (isObject(additionalProperties) ? (additionalProperties as JSONSchemaProps) : undefined);
      if (!of) continue;
      const old = isObject(place.old) && Object.hasOwn(place.old, key) ? place.old[key] : NEW;
      const name = property ? join(place.name, key) : `${place.name}.${key}`;
      const checked = this.check(of, { value: inner, name, old });
      outcome.errors.push(...checked.errors);
      outcome.matches += checked.matches;
    }
    for (const key of schema.required ?? [])
      if (!Object.hasOwn(value, key)) outcome.errors.push(required(this.#at(join(place.name, key))));
  }
}

/** Whether a value is one that is allowed, once it is of its type: a fraction is the whole number below it, and a number a character. */
function isSuch(value: unknown, allowed: unknown): boolean {
  if (jsonEqual(value, allowed)) return true;
  if (!isNumber(value)) return false;
  if (typeof allowed === "string") return typeOf(value) === "integer" && characterOf(Number(value)) === allowed;
  return typeOf(allowed) === "integer" && typeof value === "number" && Math.trunc(value) === Number(allowed);
}

/** The character of a number; of one that no character has, the one that stands for such. */
function characterOf(code: number): string {
  const isOne = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isOne ? String.fromCodePoint(code) : "\ufffd";
}

/** The format that the original sees in a value that is no text. */
function formatOf(value: unknown): string {
  if (!isNumber(value)) return "";
  return typeOf(value) === "integer" ? "int64" : "float64";
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

/** A bound beside what was compared with it: whole numbers are shown as they are, all others as fractions. */
function shownBound(limit: number, shown: unknown): string {
  return shown instanceof Float ? showFloat(limit) : String(limit);
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

import type { Random } from "../../../src/base/index.ts";
import { rulesFor } from "./definition-rules.ts";
import { valueFor } from "./definition-values.ts";
import { pick } from "./mutate.ts";

// biome-ignore lint/suspicious/noExplicitAny: a schema of any sort, also of none that is valid
export type Schema = any;

const DEPTH_MAX = 3;
const NAMES = ["alpha", "beta", "gamma", "delta", "a-b", "items", "type", "self", "x_y"] as const;
const PATTERNS = ["^[a-z]+$", "^a", "[0-9]{2}", "^(a|b)*$", "^[a-z0-9.-]{1,8}$", "\\d+"];
const FORMATS = [
  "date",
  "date-time",
  "duration",
  "uuid",
  "ipv4",
  "ipv6",
  "cidr",
  "email",
  "uri",
  "byte",
  "hostname",
  "mac",
  "password",
  "k8s-short-name",
  "k8s-long-name",
  "other",
];
const WORDS = ["a", "b", "ab", "abc", "x1", "", "aa"];

/** Whether something happens that does so this often. */
export const sometimes = (random: Random, share: number): boolean => random.float() < share;

/** The parts that are there, each as often as it says. */
function some(random: Random, parts: Readonly<Record<string, readonly [share: number, value: () => unknown]>>): Schema {
  const entries = Object.entries(parts).filter(([, [share]]) => sometimes(random, share));
  return Object.fromEntries(entries.map(([key, [, value]]) => [key, value()]));
}

/** A structural schema that a definition may have, mostly. */
function schemaFor(random: Random, depth = 0): Schema {
  const make =
    depth >= DEPTH_MAX ? pick(SCALARS, random) : pick([...SCALARS, listOf, listOf, objectOf, objectOf, mapOf], random);
  return finished(make(random, depth), random, depth);
}

function finished(schema: Schema, random: Random, depth: number): Schema {
  const { type } = schema;
  if (sometimes(random, 0.1)) schema.nullable = true;
  if (sometimes(random, 0.15)) schema["x-kubernetes-validations"] = rulesFor(schema, random);
  if (type && sometimes(random, 0.08)) Object.assign(schema, junctor(type, random));
  if (depth > 0 && sometimes(random, 0.2)) schema.default = valueFor(schema, random, { care: 0.97 });
  return schema;
}

/** Of values only: junctors say nothing of types. */
function junctor(type: string, random: Random): Schema {
  const one = () => constraint(type, random);
  return pick(
    [{ allOf: [one(), one()] }, { anyOf: [one(), one()] }, { oneOf: [one(), one()] }, { not: one() }],
    random,
  );
}

function constraint(type: string, random: Random): Schema {
  if (type === "string")
    return pick(
      [{ maxLength: 2 }, { minLength: 1 }, { pattern: pick(PATTERNS, random) }, { enum: ["a", "b"] }],
      random,
    );
  if (type === "integer" || type === "number") return pick([{ minimum: 1 }, { maximum: 3 }, { multipleOf: 2 }], random);
  if (type === "array") return pick([{ maxItems: 1 }, { minItems: 1 }], random);
  if (type === "object") return pick([{ required: ["alpha"] }, { minProperties: 1 }, { maxProperties: 1 }], random);
  return {};
}

function text(random: Random): Schema {
  return {
    type: "string",
    ...some(random, {
      maxLength: [0.4, () => random.int(6)],
      minLength: [0.2, () => random.int(3)],
      pattern: [0.2, () => pick(PATTERNS, random)],
      format: [0.2, () => pick(FORMATS, random)],
      enum: [0.15, () => [pick(WORDS, random), "abc", "b"]],
    }),
  };
}

function number(random: Random): Schema {
  const type = pick(["integer", "integer", "number"], random);
  return {
    type,
    ...some(random, {
      minimum: [0.3, () => pick([0, 1, -2, 1.5], random)],
      maximum: [0.3, () => pick([3, 10, 2.5, 0], random)],
      multipleOf: [0.1, () => pick([2, 3, 0.5], random)],
      format: [0.15, () => pick(["int32", "int64", "float", "double"], random)],
      enum: [0.08, () => [1, 2, 3]],
    }),
    ...(sometimes(random, 0.1) && { minimum: 0, exclusiveMinimum: true }),
    ...(sometimes(random, 0.1) && { maximum: 5, exclusiveMaximum: true }),
  };
}

const flag = (): Schema => ({ type: "boolean" });
const intOrString = (random: Random): Schema => ({
  "x-kubernetes-int-or-string": true,
  ...(sometimes(random, 0.3) && { anyOf: [{ type: "integer" }, { type: "string" }] }),
  ...some(random, { maximum: [0.2, () => 5], maxLength: [0.2, () => 3], pattern: [0.2, () => "^[0-9]+%?$"] }),
});
const anything = (): Schema => ({ "x-kubernetes-preserve-unknown-fields": true });
const SCALARS = [text, text, number, number, flag, intOrString, anything] as const;

function listOf(random: Random, depth: number): Schema {
  const type = pick(["atomic", "set", "map", undefined, undefined], random);
  const size = some(random, { maxItems: [0.4, () => 1 + random.int(4)], minItems: [0.2, () => random.int(2)] });
  if (type === "map") {
    const keys = pick([["alpha"], ["alpha", "beta"]], random);
    const own = Object.fromEntries(keys.map((key) => [key, pick([{ type: "string" }, { type: "integer" }], random)]));
    const properties = { ...own, gamma: schemaFor(random, depth + 1) };
    const items = { type: "object", properties, required: keys };
    return { type: "array", items, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys, ...size };
  }
  const items = type === "set" ? pick([text, number], random)(random) : schemaFor(random, depth + 1);
  return { type: "array", items, ...(type && { "x-kubernetes-list-type": type }), ...size };
}

function mapOf(random: Random, depth: number): Schema {
  const size = some(random, { maxProperties: [0.3, () => 1 + random.int(3)], minProperties: [0.15, () => 1] });
  return { type: "object", additionalProperties: schemaFor(random, depth + 1), ...size };
}

/** An object with some fields; the root of a definition is made so too. */
export function objectOf(random: Random, depth: number): Schema {
  const names = NAMES.filter(() => sometimes(random, 0.4));
  const properties = Object.fromEntries(names.map((name) => [name, schemaFor(random, depth + 1)]));
  const required = names.filter(() => sometimes(random, 0.2));
  const schema: Schema = {
    type: "object",
    ...(names.length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
  if (sometimes(random, 0.15)) schema["x-kubernetes-preserve-unknown-fields"] = true;
  if (sometimes(random, 0.1)) schema["x-kubernetes-map-type"] = pick(["atomic", "granular"], random);
  if (sometimes(random, 0.07))
    Object.assign(schema, { "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true });
  return schema;
}

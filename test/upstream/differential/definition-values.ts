import type { Random } from "../../../src/base/index.ts";
import { pick } from "./mutate.ts";

// biome-ignore lint/suspicious/noExplicitAny: a schema of any sort
type Schema = any;

const TEXTS = [
  "a",
  "b",
  "ab",
  "abc",
  "abcdef",
  "",
  "x1",
  "A",
  "é",
  "12",
  "10%",
  "10.0.0.1",
  "2020-01-01",
  "2020-01-01T00:00:00Z",
  "1h",
  "::1",
  "10.0.0.0/8",
  "a@b.c",
  "http://a.b/c",
  "YQ==",
  "1Gi",
  "0f8fad5b-d9cb-469f-a165-70867728950e",
  "a.b",
];
const NUMBERS = [0, 1, 2, 3, 4, 5, -1, 10, 100, 1.5, 2.0, 0.5, 2147483648, 1e3];
const ODD = [null, "a", 1, true, [], {}, [1], { alpha: 1 }, 1.5, ""];
const KEYS = ["alpha", "beta", "k", "other.example/x", ""];

export interface ValueOptions {
  /** How often a part is as its schema wants it. */
  readonly care: number;
}

/** A value for a schema, of which most parts are of the right form; how long and how large they are is left to luck. */
export function valueFor(schema: Schema, random: Random, options: ValueOptions): unknown {
  if (random.float() > options.care) return pick(ODD, random);
  if (schema.nullable && random.float() < 0.15) return null;
  if (schema.enum && random.float() < 0.8) return pick(schema.enum, random);
  if (schema["x-kubernetes-int-or-string"]) return pick([1, "a", "50%", 7, "12"], random);
  switch (schema.type) {
    case "string":
      return pick(TEXTS, random);
    case "integer":
      return pick(NUMBERS.filter(Number.isInteger), random);
    case "number":
      return pick(NUMBERS, random);
    case "boolean":
      return random.float() < 0.5;
    case "array":
      return Array.from({ length: random.int(4) }, () => valueFor(schema.items ?? {}, random, options));
    case "object":
      return objectFor(schema, random, options);
    default:
      return pick([...ODD, { deep: { list: [1, "a", null] } }], random);
  }
}

function objectFor(schema: Schema, random: Random, options: ValueOptions): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  if (schema["x-kubernetes-embedded-resource"] && random.float() < options.care)
    Object.assign(made, {
      apiVersion: pick(["v1", "a/v1", "a/b/c", ""], random),
      kind: pick(["Pod", "pod kind", "X"], random),
      metadata: pick([{ name: "x" }, { name: "X_", labels: { a: 1 } }, {}], random),
    });
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const isWanted = schema.required?.includes(name) ? random.float() < options.care : random.float() < 0.6;
    if (isWanted) made[name] = valueFor(inner, random, options);
  }
  if (typeof schema.additionalProperties === "object")
    for (const key of KEYS.filter(() => random.float() < 0.4))
      made[key] = valueFor(schema.additionalProperties, random, options);
  if (random.float() > options.care || random.float() < 0.06) made.unknown = pick(ODD, random);
  return made;
}

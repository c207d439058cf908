/** Random values of the types that the schema declares. */
import fc, { type Arbitrary } from "fast-check";
import { type Field, type Node, type ScalarType, setOwn, type StructNode } from "../../src/schema/index.ts";

type Json = Record<string, unknown>;

const DEPTH_MAX = 6;
const FIELDS_MAX = 5;
const ITEMS_MAX = 3;

/** Keys that mean something to JavaScript, beside plain ones. */
export const KEYS = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z]{1,4}$/) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("__proto__", "constructor", "prototype", "toString", "a/b", "~", "k8s.io/x"),
  },
);

const WORDS = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,6}[a-z0-9])?$/),
  fc.constantFrom(
    "",
    "true",
    "null",
    "1e3",
    "0x1f",
    "- a",
    "a: b",
    "2001-01-01",
    " x ",
    "line\nline\n",
    "ü€𝄞",
    "\u2028",
    "\u0000",
    "yes",
    "~",
    "#",
    "&a",
    "*a",
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);

const QUANTITIES = fc
  .tuple(fc.integer({ min: -1000, max: 100_000 }), fc.constantFrom("", "m", "k", "Ki", "M", "Mi", "G", "Gi", "n", "u"))
  .map(([value, suffix]) => `${value}${suffix}`);

const SECONDS = fc.integer({ min: 1, max: 4_000_000_000 }).map((at) => new Date(at * 1000).toISOString());

/** Any JSON there is. */
export const ANY: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(WORDS, fc.integer(), fc.boolean(), fc.constant(null)),
    tie("list"),
    tie("map"),
  ),
  list: fc.array(tie("value"), { maxLength: ITEMS_MAX }),
  map: fc.array(fc.tuple(KEYS, tie("value")), { maxLength: ITEMS_MAX }).map(toObject),
})).value;

const SCALARS: Readonly<Record<ScalarType, Arbitrary<unknown>>> = {
  string: WORDS,
  boolean: fc.boolean(),
  int32: fc.integer(),
  int64: fc.oneof(fc.integer(), fc.maxSafeInteger()),
  float64: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  bytes: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  quantity: QUANTITIES,
  intOrString: fc.oneof(fc.integer(), WORDS, fc.constant("25%")),
  time: SECONDS.map((text) => text.replace(".000", "")),
  microTime: SECONDS.map((text) => text.replace(".000", ".123456")),
  duration: fc.nat({ max: 100_000 }).map((seconds) => `${seconds}s`),
  raw: fc.array(fc.tuple(KEYS, ANY), { maxLength: ITEMS_MAX }).map(toObject),
  any: ANY,
  deduced: ANY,
};

/** A value of a node; deep ones end in empty structs and lists. */
export function valueOf(node: Node, depth = 0): Arbitrary<unknown> {
  switch (node.kind) {
    case "scalar":
      return SCALARS[node.type];
    case "struct":
      return structOf(node, depth);
    case "list":
      return depth >= DEPTH_MAX
        ? fc.constant([])
        : later(() => fc.array(valueOf(node.element, depth + 1), { maxLength: ITEMS_MAX }));
    case "map":
      return depth >= DEPTH_MAX
        ? fc.constant({})
        : later(() => fc.array(fc.tuple(KEYS, valueOf(node.value, depth + 1)), { maxLength: ITEMS_MAX }).map(toObject));
  }
}

function structOf(struct: StructNode, depth: number): Arbitrary<Json> {
  if (depth >= DEPTH_MAX) return fc.constant({});
  const fields = flatFields(struct);
  const countMax = depth === 0 ? fields.size : FIELDS_MAX;
  return fc
    .subarray([...fields.keys()], { minLength: depth === 0 ? countMax : 0, maxLength: Math.min(countMax, fields.size) })
    .chain((names) =>
      fc
        .tuple(
          ...names.map((name) => fieldOf(fields.get(name)!, depth).map((value) => [name, value] as [string, unknown])),
        )
        .map(toObject),
    );
}

/**
 * With the fields of what is embedded at this level. What isn't part of the protobuf message is left out: the kind of an
 * embedded object gets lost there, in the original as well.
 */
function flatFields(struct: StructNode): Map<string, Field> {
  const all = new Map<string, Field>();
  for (const [name, field] of struct.fields) {
    if (field.number === 0 && struct.proto !== undefined) continue;
    if (!(field.options.inline && field.node.kind === "struct")) all.set(name, field);
    else for (const [inner, one] of flatFields(field.node)) all.set(inner, one);
  }
  return all;
}

function fieldOf({ node, options }: Field, depth: number): Arbitrary<unknown> {
  if (options.enum && node.kind === "scalar") return fc.constantFrom(...options.enum);
  const { keys, list } = options;
  const value = valueOf(node, depth + 1);
  // An empty list and none are the same in protobuf.
  if (options.keepsEmpty) return value.filter((items) => (items as unknown[]).length > 0);
  if (list === "set") return value.map((items) => [...new Set(items as unknown[])]);
  if (!keys || node.kind !== "list") return value;
  return value.map((items) => distinct(items as Json[], keys));
}

/** Elements of a list that is a map have keys, each its own. */
function distinct(items: readonly Json[], keys: readonly string[]): Json[] {
  return items.map((item, index) => {
    const keyed: Json = { ...item };
    for (const key of keys) keyed[key] = /[pP]ort$/.test(key) ? index + 1 : `k${index}`;
    return keyed;
  });
}

function later<T>(make: () => Arbitrary<T>): Arbitrary<T> {
  return fc.constant(undefined).chain(make);
}

function toObject(entries: readonly (readonly [string, unknown])[]): Json {
  const object: Json = {};
  for (const [key, value] of entries) setOwn(object, key, value);
  return object;
}

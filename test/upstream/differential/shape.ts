import { type KindDefinition, kindForResource } from "../../../src/api/index.ts";
import type { Random } from "../../../src/base/index.ts";
import type { Field, Node, ScalarType, StructNode } from "../../../src/schema/index.ts";
import { type Mutation, NUMBERS, pick, STRINGS, type Vocabulary, without, withValue } from "./mutate.ts";

type Path = readonly (string | number)[];

/** Where a change is made, and what the schema says of it. */
interface Place {
  readonly path: Path;
  readonly node: Node;
  readonly value: unknown;
  /** The field that holds it or its list, and the field that holds that one's object. */
  readonly field: string;
  readonly holder: string;
  readonly options: Field["options"];
}

export interface ShapeOptions {
  readonly random: Random;
  readonly vocabulary: Vocabulary;
}

const DEPTH_MAX = 5;
/** Fields beside the required ones that a new object gets. */
const FURTHER_FIELDS_MAX = 3;

/** The kind whose objects a path makes or holds; undefined when it is none of ours. */
export function kindAt(path: string): KindDefinition | undefined {
  const [, core, group = "", grouped, plural] =
    /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))\/(?:namespaces\/[^/]+\/)?([^/]+)/.exec(path) ?? [];
  return plural === undefined ? undefined : kindForResource({ group, version: core ?? grouped ?? "", plural });
}

/** A copy of an object with one thing changed that its type allows to be said, though mostly not to be meant. */
export function reshaped(struct: StructNode, value: unknown, options: ShapeOptions): Mutation {
  const { random } = options;
  const places = placesOf({ path: [], node: struct, value, field: "", holder: "", options: {} });
  const levels = [
    ...Map.groupBy(places, ({ path }) => path.filter((part) => typeof part === "string").length).values(),
  ];
  const place = pick(pick(levels, random), random);
  const [path, changed] = change(place, options);
  const pointer = `/${path.join("/")}`;
  if (changed === undefined)
    return path.length > 0
      ? { title: `${pointer} removed`, value: without(value, path) }
      : { title: "as it is", value };
  return { title: `${pointer} = ${JSON.stringify(changed)?.slice(0, 60)}`, value: withValue(value, path, changed) };
}

/** Undefined instead of a value: removed. */
function change(place: Place, options: ShapeOptions): [Path, unknown] {
  const { random } = options;
  const { path, node, value } = place;
  const draw = random.float();
  if (draw < 0.12) return [path, undefined];
  if (node.kind === "struct") return added(place, options);
  if (node.kind === "list" && Array.isArray(value)) return [path, listed(place, value, options)];
  if (node.kind === "map" && isObject(value)) {
    const key = draw < 0.5 ? pick([...Object.keys(value), "a"], random) : pick(STRINGS, random);
    return [[...path, key], valueOf({ ...place, node: node.value }, options, 0)];
  }
  return [path, valueOf(place, options, 0)];
}

/** An object gets a field that it lacks, or another value for one that it has. */
function added({ path, node, value, field }: Place, options: ShapeOptions): [Path, unknown] {
  const fields = fieldsOf(node as StructNode).filter(([name]) => name !== "managedFields");
  if (fields.length === 0) return [path, {}];
  const lacking = fields.filter(([name]) => !isObject(value) || !(name in value));
  const [name, declared] = pick(lacking.length > 0 ? lacking : fields, options.random);
  return [
    [...path, name],
    valueOf({ node: declared.node, field: name, holder: field, options: declared.options }, options, 0),
  ];
}

function listed(place: Place, list: readonly unknown[], options: ShapeOptions): unknown {
  const { random } = options;
  const element = (place.node as { element: Node }).element;
  const fresh = () => valueOf({ ...place, node: element }, options, 1);
  const draw = random.float();
  if (draw < 0.5) return [...list, fresh()];
  if (draw < 0.6) return [fresh()];
  const some = list.length > 0 ? pick(list, random) : fresh();
  return pick([[...list, some], list.toReversed(), list.slice(1), [fresh(), ...list], []], random);
}

type Wanted = Pick<Place, "node" | "field" | "holder" | "options">;

/** A value of a type: one that is seen in its place, or a new one. */
function valueOf(wanted: Wanted, options: ShapeOptions, depth: number): unknown {
  const { random, vocabulary } = options;
  const { node, field, holder, options: declared } = wanted;
  const seen = vocabulary.get(holder)?.get(field) ?? anywhere(vocabulary, field);
  const ofNode = seen.filter((one) => fits(node, one));
  if (ofNode.length > 0 && random.float() < 0.4) return pick(ofNode, random);
  if (declared.enum && random.float() < 0.6) return pick(declared.enum, random);
  switch (node.kind) {
    case "scalar":
      return pick(SCALARS[node.type] ?? STRINGS, random);
    case "list":
      return Array.from({ length: random.int(3) }, () =>
        valueOf({ ...wanted, node: node.element }, options, depth + 1),
      );
    case "map":
      return Object.fromEntries(
        Array.from({ length: random.int(3) }, () => [
          pick(["a", "b", "cpu", "memory", "example.com/x", ...STRINGS], random),
          valueOf({ ...wanted, node: node.value }, options, depth + 1),
        ]),
      );
    case "struct":
      return structValue(node, field, { options, depth });
  }
}

function structValue(
  struct: StructNode,
  holder: string,
  { options, depth }: { readonly options: ShapeOptions; readonly depth: number },
): unknown {
  const { random } = options;
  const fields = fieldsOf(struct);
  if (depth >= DEPTH_MAX || fields.length === 0) return {};
  const needed = fields.filter(([, { options }]) => options.required && random.float() < 0.9);
  const further = Array.from({ length: random.int(FURTHER_FIELDS_MAX + 1) }, () => pick(fields, random));
  return Object.fromEntries(
    [...needed, ...further].map(([name, { node, options: declared }]) => [
      name,
      valueOf({ node, field: name, holder, options: declared }, options, depth + 1),
    ]),
  );
}

const seenAnywhere = new WeakMap<Vocabulary, Map<string, readonly unknown[]>>();

function anywhere(vocabulary: Vocabulary, field: string): readonly unknown[] {
  const known = seenAnywhere.get(vocabulary) ?? new Map<string, readonly unknown[]>();
  seenAnywhere.set(vocabulary, known);
  const found = known.get(field) ?? [...vocabulary.values()].flatMap((fields) => fields.get(field) ?? []);
  known.set(field, found);
  return found;
}

/** Whether a value is what JSON of a type may look like. */
function fits(node: Node, value: unknown): boolean {
  switch (node.kind) {
    case "list":
      return Array.isArray(value);
    case "map":
    case "struct":
      return isObject(value);
    case "scalar":
      if (node.type === "boolean") return typeof value === "boolean";
      if (node.type === "int32" || node.type === "int64" || node.type === "float64") return typeof value === "number";
      return typeof value === "string" || node.type === "any" || node.type === "raw" || node.type === "intOrString";
  }
}

function fieldsOf(struct: StructNode): [string, Field][] {
  return [...struct.fields].flatMap(([name, field]) =>
    field.options.inline ? fieldsOf(field.node as StructNode) : [[name, field] as [string, Field]],
  );
}

function placesOf(place: Place): Place[] {
  const { node, value, path, field } = place;
  if (node.kind === "list" && Array.isArray(value))
    return [
      place,
      ...value.flatMap((each, index) =>
        placesOf({ ...place, node: node.element, value: each, path: [...path, index] }),
      ),
    ];
  if (!isObject(value)) return [place];
  if (node.kind === "map")
    return [
      place,
      ...Object.entries(value).flatMap(([key, each]) =>
        placesOf({ ...place, node: node.value, value: each, path: [...path, key], field: key, holder: field }),
      ),
    ];
  if (node.kind !== "struct") return [place];
  const fields = new Map(fieldsOf(node));
  return [
    place,
    ...Object.entries(value).flatMap(([key, each]) => {
      const declared = fields.get(key);
      if (!declared || key === "managedFields") return [];
      const { node, options } = declared;
      return placesOf({ path: [...path, key], node, value: each, field: key, holder: field, options });
    }),
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const NAMES = ["a", "b", "a-b", "A", "example.com/x", "kubernetes.io/x", "a.b.c", "x".repeat(63), "x".repeat(253)];
const INTEGERS = NUMBERS.filter((one) => Number.isInteger(one) && one <= 2_147_483_647);

/** What fields of each form are given; little of it is of the wrong form, for that hides everything else. */
const SCALARS: Readonly<Partial<Record<ScalarType, readonly unknown[]>>> = {
  string: [...NAMES, ...NAMES, ...STRINGS],
  boolean: [true, false],
  int32: [...INTEGERS, 3, 5, 30, 443, 2_147_483_648],
  int64: [...INTEGERS, 3, 600, -9_223_372_036_854_776_000],
  float64: [0, 0.5, 1, -1, 1e100, 5],
  bytes: ["aGVsbG8=", "", "YQ==", "YQ", "!", "YWJj\n"],
  quantity: [
    "1",
    "100m",
    "1Gi",
    "0",
    "-1",
    "1.5",
    "1e3",
    "0.1m",
    "2.",
    "1E",
    "9223372036854775808",
    5,
    "1Ki",
    "",
    "x",
    0.5,
  ],
  intOrString: [80, "http", "50%", "101%", "0%", "-5%", -1, 0, 70_000, "x y", "é", "5", "x".repeat(16), 1],
  time: [
    "2020-01-01T00:00:00Z",
    "2020-01-01T00:00:00.123456789Z",
    "2040-06-01T12:00:00+02:00",
    "0001-01-01T00:00:00Z",
    null,
    "2020-01-01",
    "",
  ],
  microTime: ["2020-01-01T00:00:00.123456Z", "2020-01-01T00:00:00Z", "2040-06-01T12:00:00.5+02:00", null, ""],
  duration: ["1h", "1h30m", "90s", "0s", "-1s", "1.5h", "x", "1d", "300ms", ""],
  raw: [{}, { a: 1 }, { kind: "X", apiVersion: "v1" }, [1], "x", null],
  any: [{}, { a: 1 }, [1], "x", 1, 1.5, true, null],
};

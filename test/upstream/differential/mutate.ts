import type { Random } from "../../../src/base/index.ts";

/** What is seen of fields in a corpus: field of what holds it (list elements count as their list's) to its own name to values. */
export type Vocabulary = ReadonlyMap<string, ReadonlyMap<string, readonly unknown[]>>;

const VALUES_MAX = 60;

export function vocabularyOf(bodies: readonly unknown[]): Vocabulary {
  const words = new Map<string, Map<string, Map<string, unknown>>>();
  const note = (value: unknown, holder: string): void => {
    if (Array.isArray(value)) for (const each of value) note(each, holder);
    else if (isObject(value))
      for (const [key, each] of Object.entries(value)) {
        const fields = words.get(holder) ?? words.set(holder, new Map()).get(holder)!;
        const values = fields.get(key) ?? fields.set(key, new Map()).get(key)!;
        if (values.size < VALUES_MAX) values.set(JSON.stringify(each), each);
        note(each, key);
      }
  };
  for (const body of bodies) note(body, "");
  return new Map(
    [...words].map(([holder, fields]) => [
      holder,
      new Map([...fields].map(([key, values]) => [key, [...values.values()]])),
    ]),
  );
}

type Path = readonly (string | number)[];

/** Where a change is made: the value at `path`, and the field that holds it or its list. */
interface Place {
  readonly path: Path;
  readonly value: unknown;
  readonly field: string;
  /** The field that holds the object in which `field` is. */
  readonly holder: string;
}

export interface MutationOptions {
  readonly random: Random;
  readonly vocabulary: Vocabulary;
  /** Places that are left as they are; JSON pointers. */
  readonly keep?: RegExp;
}

export interface Mutation {
  /** In words, such as `/spec/replicas = -1`. */
  readonly title: string;
  readonly value: unknown;
}

/** A copy of `value` with one thing changed, which the random source chooses; the value itself when there is nothing to change. */
export function mutated(value: unknown, options: MutationOptions): Mutation {
  const { random, keep } = options;
  const places = placesOf(value).filter(({ path }) => path.length > 0 && !keep?.test(`/${path.join("/")}`));
  if (places.length === 0) return { title: "as it is", value };
  // A level first, then a place in it: most places are deep down, and most rules are not.
  const levels = [
    ...Map.groupBy(places, ({ path }) => path.filter((part) => typeof part === "string").length).values(),
  ];
  const place = pick(pick(levels, random), random);
  const [path, changed] = change(place, options);
  const pointer = `/${path.join("/")}`;
  if (changed === REMOVED) return { title: `${pointer} removed`, value: without(value, path) };
  return { title: `${pointer} = ${JSON.stringify(changed)?.slice(0, 60)}`, value: withValue(value, path, changed) };
}

const REMOVED = Symbol("removed");

function change(place: Place, { random, vocabulary }: MutationOptions): [Path, unknown] {
  const { path, value, field, holder } = place;
  const draw = random.float();
  if (draw < 0.15) return [path, REMOVED];
  if (draw < 0.25) return [path, pick(OTHER_TYPES, random)];
  const isElement = typeof path.at(-1) === "number";
  const seen = isElement ? undefined : vocabulary.get(holder)?.get(field);
  if (draw < 0.4 && seen) return [path, pick(seen, random)];
  if (isObject(value)) return added(place, { random, vocabulary });
  if (Array.isArray(value)) return [path, listChanged(value, random)];
  if (typeof value === "number") return [path, pick([...NUMBERS, value + 1, value - 1, -value], random)];
  if (typeof value === "string") return [path, stringChanged(value, random)];
  if (typeof value === "boolean") return [path, !value];
  return [path, pick(OTHER_TYPES, random)];
}

/** An object gets a field that others of its place have, or one that nothing has. */
function added({ path, value, field }: Place, { random, vocabulary }: MutationOptions): [Path, unknown] {
  const fields = vocabulary.get(field);
  if (!fields || random.float() < 0.1) return [path, pick([{}, { ...(value as object), bogus: 1 }], random)];
  const name = pick([...fields.keys()], random);
  return [[...path, name], pick(fields.get(name)!, random)];
}

function listChanged(list: readonly unknown[], random: Random): unknown {
  const some = list.length > 0 ? pick(list, random) : {};
  return pick(
    [[], [...list, some], [...list].reverse(), [null], [...list, null], [...list, {}], list.slice(1)],
    random,
  );
}

function stringChanged(text: string, random: Random): string {
  const odd = [
    text.toUpperCase(),
    `${text}x`,
    `-${text}`,
    `${text}.`,
    `${text}/${text}`,
    ` ${text}`,
    text.slice(0, -1),
  ];
  return pick([...odd, ...STRINGS], random);
}

const OTHER_TYPES: readonly unknown[] = [null, 7, "x", true, false, [], {}, [1], { a: "b" }, 1.5, "7", ""];
export const NUMBERS = [0, 1, -1, 2, 10, 100, 101, 1024, 65_535, 65_536, 2_147_483_647, 2_147_483_648, 1.5, 1e20];
export const STRINGS = [
  "",
  "x",
  "Other",
  "a.b",
  "a_b",
  "*",
  "a b",
  "é",
  "example.com/x",
  "0",
  "-1",
  "100%",
  "1.5Gi",
  "10.0.0.1",
  "2001:db8::1",
  "10.0.0.0/8",
  "x".repeat(64),
  "x".repeat(254),
  "{{",
];

function placesOf(value: unknown, path: Path = [], field = "", holder = ""): Place[] {
  const own: Place = { path, value, field, holder };
  if (Array.isArray(value))
    return [own, ...value.flatMap((each, index) => placesOf(each, [...path, index], field, holder))];
  if (!isObject(value)) return [own];
  return [own, ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key], key, field))];
}

/** A copy with another value at a path. */
export function withValue(value: unknown, [head, ...rest]: Path, changed: unknown): unknown {
  if (head === undefined) return changed;
  if (Array.isArray(value)) return value.with(Number(head), withValue(value[Number(head)], rest, changed));
  const object = isObject(value) ? value : {};
  return { ...object, [head]: withValue(object[head], rest, changed) };
}

/** A copy without what is at a path. */
export function without(value: unknown, [head, ...rest]: Path): unknown {
  if (Array.isArray(value))
    return rest.length === 0
      ? value.toSpliced(Number(head), 1)
      : value.with(Number(head), without(value[Number(head)], rest));
  if (!isObject(value)) return value;
  if (rest.length > 0) return { ...value, [head!]: without(value[head!], rest) };
  const { [head!]: _, ...others } = value;
  return others;
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[random.int(list.length)]!;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

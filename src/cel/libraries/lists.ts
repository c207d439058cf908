import { lengthOf } from "../cost.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { type Implementation, overload } from "../signature.ts";
import { compareValues, Duration, equalValues, int, keyOf, typeNameOf, Uint, type Value } from "../values.ts";

type List = readonly Value[];

const whole = ([list]: List): number => lengthOf(list as Value);
const square = ([a, b]: List): number => lengthOf(a as Value) * lengthOf((b ?? a) as Value);

function isSorted(list: List): boolean {
  return list.every((one, index) => index === 0 || (compareValues(list[index - 1] as Value, one) ?? 0) <= 0);
}

function add(a: Value, b: Value): Value {
  if (typeof a === "bigint" && typeof b === "bigint") return int(a + b);
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (a instanceof Uint && b instanceof Uint) return new Uint(a.value + b.value);
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  throw new EvaluationError("no such overload");
}

function extreme(name: string, sign: number): Implementation {
  return (list: List) => {
    if (list.length === 0) throw new EvaluationError(`${name} called on empty list`);
    return list.reduce((best, one) => (sign * (compareValues(one, best) ?? 0) > 0 ? one : best));
  };
}

const place = (index: number) => BigInt(index);

function slice(list: List, start: bigint, end: bigint): Value {
  const call = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) throw new EvaluationError(`${call}, negative indexes not supported`);
  if (start > end) throw new EvaluationError(`${call}, start index must be less than or equal to end index`);
  if (end > list.length) throw new EvaluationError(`${call}, list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

function flatten(list: List, depth = 1n): Value {
  if (depth < 0n) throw new EvaluationError("level must be non-negative");
  const flat = (all: List, left: bigint): Value[] =>
    all.flatMap((one): Value[] => (Array.isArray(one) && left > 0n ? flat(one as List, left - 1n) : [one]));
  return flat(list, depth);
}

/** Elements that can be keys are told apart by key, so that most lists take linear time. */
function distinct(list: List): Value {
  const seen = new Set<string>();
  const others: Value[] = [];
  return list.filter((one) => {
    const key = keyOf(one);
    if (key !== undefined) return seen.size < seen.add(key).size;
    if (others.some((other) => equalValues(one, other))) return false;
    others.push(one);
    return true;
  });
}

function sorted(list: List, keys: List): Value {
  const [first] = keys;
  const kind = first === undefined ? "" : typeNameOf(first);
  const known = [
    "int",
    "uint",
    "double",
    "bool",
    "string",
    "bytes",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
  ];
  if (first !== undefined && !known.includes(kind)) throw new EvaluationError("no such overload: @sort");
  if (keys.some((key) => typeNameOf(key) !== kind)) throw new EvaluationError("list elements must have the same type");
  const order = list.map((_, index) => index);
  order.sort((a, b) => compareValues(keys[a] as Value, keys[b] as Value) ?? 0);
  return order.map((index) => list[index] as Value);
}

/** Longer ranges are refused before they are made. */
const RANGE_MAX = 1_000_000n;

function range(count: bigint): Value {
  if (count > RANGE_MAX) throw new EvaluationError(`lists.range: ${count} is more than ${RANGE_MAX}`);
  return Array.from({ length: Math.max(0, Number(count)) }, (_, index) => BigInt(index));
}

const COMPARABLE = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];
const SUMMABLE: readonly (readonly [string, Value])[] = [
  ["int", 0n],
  ["uint", new Uint(0n)],
  ["double", 0],
  ["duration", new Duration(0n)],
];

/** Kubernetes' own functions on lists, and cel-go's. */
export const lists: Library = {
  overloads: [
    ...COMPARABLE.map((type) => overload(`list(${type}).isSorted(): bool`, isSorted, whole)),
    ...COMPARABLE.map((type) => overload(`list(${type}).min(): ${type}`, extreme("min", -1), whole)),
    ...COMPARABLE.map((type) => overload(`list(${type}).max(): ${type}`, extreme("max", 1), whole)),
    ...SUMMABLE.map(([type, zero]) =>
      overload(`list(${type}).sum(): ${type}`, (list: List) => list.reduce(add, zero), whole),
    ),
    overload("list(A).indexOf(A): int", (list, one) => place(list.findIndex((x: Value) => equalValues(x, one))), whole),
    overload(
      "list(A).lastIndexOf(A): int",
      (list, one) => place(list.findLastIndex((x: Value) => equalValues(x, one))),
      whole,
    ),
    overload("list(A).slice(int, int): list(A)", slice, whole),
    overload("list(list(A)).flatten(): list(A)", (list) => flatten(list), whole),
    overload("list(dyn).flatten(int): list(dyn)", flatten, whole),
    overload("list(A).distinct(): list(A)", distinct, square),
    overload("list(A).reverse(): list(A)", (list: List) => list.toReversed(), whole),
    ...COMPARABLE.map((type) => overload(`list(${type}).sort(): list(${type})`, (list) => sorted(list, list), square)),
    ...COMPARABLE.map((type) => overload(`list(A).@sortByAssociatedKeys(list(${type})): list(A)`, sorted, square)),
    overload("lists:range(int): list(int)", range, ([count]) => Number(count)),
  ],
};

import { own } from "../../base/index.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { concatBytes } from "../literals.ts";
import { showFloat } from "../../schema/index.ts";
import { regexMatches } from "../regex.ts";
import { type Implementation, type Overload, overload } from "../signature.ts";
import { calendarOf, parseDuration, parseTimestamp, showDuration, showTimestamp } from "../time.ts";
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from "../types.ts";
import {
  compareValues,
  Duration,
  equalValues,
  INT_MAX,
  INT_MIN,
  int,
  joinedLists,
  keyOf,
  type MapValue,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  UINT_MAX,
  type Value,
} from "../values.ts";
import { costOfBoth, costOfEqual, lengthOf, traversal } from "../cost.ts";

/** Operators, conversions and functions that CEL itself has. */
/** Whether some element is equal; one that can't be compared matters only when none is. */
function isIn(value: Value, list: readonly Value[]): boolean {
  let problem: EvaluationError | undefined;
  for (const one of list) {
    try {
      if (equalValues(one, value)) return true;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      problem ??= error;
    }
  }
  if (problem) throw problem;
  return false;
}

export const standard: Library = {
  types: [BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, NULL, listOf(DYN), mapOf(DYN, DYN), typeOf(DYN)],
  get overloads() {
    return [...logic, ...arithmetic, ...comparisons, ...collections, ...conversions, ...texts, ...times];
  },
};

const logic: readonly Overload[] = [
  overload("_?_:_(bool, A, A): A", (condition, yes, no) => (condition ? yes : no)),
  overload("!_(bool): bool", (value) => !value),
  overload("@not_strictly_false(bool): bool", (value) => value !== false),
  overload("_==_(A, A): bool", equalValues, costOfEqual),
  overload("_!=_(A, A): bool", (a, b) => !equalValues(a, b), costOfEqual),
];

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new EvaluationError("division by zero");
  return int(a / b);
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new EvaluationError("modulus by zero");
  if (a === INT_MIN && b === -1n) throw new EvaluationError("integer overflow");
  return a % b;
}

const uint =
  (work: (a: bigint, b: bigint) => bigint): Implementation =>
  (a: Uint, b: Uint) =>
    new Uint(work(a.value, b.value));

/** Of those that fit what has no type yet the first one gives it its own: the order is the one of cel-go. */
const arithmetic: readonly Overload[] = [
  overload("_+_(bytes, bytes): bytes", (a, b) => concatBytes([a, b]), costOfBoth),
  overload("_+_(double, double): double", (a, b) => a + b),
  overload("_+_(duration, duration): duration", (a: Span, b: Span) => new Duration(a.nanos + b.nanos)),
  overload("_+_(duration, timestamp): timestamp", (a, b) => new Timestamp(a.nanos + b.nanos, b.offsetMinutes)),
  overload("_+_(int, int): int", (a: bigint, b: bigint) => int(a + b)),
  overload("_+_(list(A), list(A)): list(A)", joinedLists, costOfLists),
  overload("_+_(string, string): string", (a, b) => a + b, costOfBoth),
  overload("_+_(timestamp, duration): timestamp", (a, b) => new Timestamp(a.nanos + b.nanos, a.offsetMinutes)),
  overload(
    "_+_(uint, uint): uint",
    uint((a, b) => a + b),
  ),
  overload("_-_(double, double): double", (a, b) => a - b),
  overload("_-_(duration, duration): duration", (a: Span, b: Span) => new Duration(a.nanos - b.nanos)),
  overload("_-_(int, int): int", (a: bigint, b: bigint) => int(a - b)),
  overload(
    "_-_(timestamp, duration): timestamp",
    (a: Timestamp, b: Span) => new Timestamp(a.nanos - b.nanos, a.offsetMinutes),
  ),
  overload("_-_(timestamp, timestamp): duration", (a: Span, b: Span) => new Duration(a.nanos - b.nanos)),
  overload(
    "_-_(uint, uint): uint",
    uint((a, b) => a - b),
  ),
  overload("_*_(double, double): double", (a, b) => a * b),
  overload("_*_(int, int): int", (a: bigint, b: bigint) => int(a * b)),
  overload(
    "_*_(uint, uint): uint",
    uint((a, b) => a * b),
  ),
  overload("_/_(double, double): double", (a, b) => a / b),
  overload("_/_(int, int): int", divide),
  overload("_/_(uint, uint): uint", uint(divide)),
  overload("_%_(int, int): int", remainder),
  overload("_%_(uint, uint): uint", uint(remainder)),
  overload("-_(double): double", (a) => -a),
  overload("-_(int): int", (a: bigint) => int(-a)),
];

/** What has a length in time or a place in it. */
type Span = Duration | Timestamp;

/** Copying is work that the budget must see, however cheap upstream takes it to be. */
function costOfLists([a, b]: readonly Value[]): number {
  return 1 + Math.floor((lengthOf(a as Value) + lengthOf(b as Value)) / 10);
}

const ORDERED = ["bool", "string", "bytes", "timestamp", "duration"];
const NUMBERS = ["int", "uint", "double"];
const ORDERS: readonly [string, (order: number) => boolean][] = [
  ["_<_", (order) => order < 0],
  ["_<=_", (order) => order <= 0],
  ["_>_", (order) => order > 0],
  ["_>=_", (order) => order >= 0],
];

const comparisons: readonly Overload[] = ORDERS.flatMap(([name, holds]) => {
  const call: Implementation = (a: Value, b: Value) => holds(compareValues(a, b) ?? Number.NaN);
  const pairs = [...ORDERED.map((type) => [type, type]), ...NUMBERS.flatMap((a) => NUMBERS.map((b) => [a, b]))];
  return pairs.map(([a, b]) => overload(`${name}(${a}, ${b}): bool`, call, costOfEqual));
});

const collections: readonly Overload[] = [
  overload("@append(list(A), A): list(A)", (list, value) => [...list, value]),
  overload("cel:@mapInsert(map(A, B), A, B): map(A, B)", insert),
  overload("cel:@mapInsert(map(A, B), map(A, B)): map(A, B)", (into: MapValue, from: MapValue) => {
    for (const [key, value] of from.entries.values()) insert(into, key, value);
    return into;
  }),
  overload("@in(A, list(A)): bool", (value, list) => isIn(value, list), costOfSearch),
  overload("@in(A, map(A, B)): bool", (key, map) => map.get(key) !== undefined),
  overload("_[_](list(A), int): A", (list) => list),
  overload("_[_](map(A, B), A): B", (map) => map),
  overload("_[_](optional(list(A)), int): optional(A)", (list) => list),
  overload("_[_](optional(map(A, B)), A): optional(B)", (map) => map),
  overload("_[?_](list(A), int): optional(A)", (list) => list),
  overload("_[?_](map(A, B), A): optional(B)", (map) => map),
  overload("_[?_](optional(list(A)), int): optional(A)", (list) => list),
  overload("_[?_](optional(map(A, B)), A): optional(B)", (map) => map),
  ...["bytes", "list(A)", "map(A, B)", "string"].flatMap((type) => [
    overload(`size(${type}): int`, sizeOf),
    overload(`${type}.size(): int`, sizeOf),
  ]),
];

/** Only the comprehension that builds it holds the map, so it may grow in place. */
function insert(into: MapValue, key: Value, value: Value): MapValue {
  const text = keyOf(key);
  if (text === undefined) throw new EvaluationError("unsupported key type");
  const entries = into.entries as Map<string, readonly [Value, Value]>;
  if (entries.has(text)) throw new EvaluationError(`insert failed: key ${String(key)} already exists`);
  entries.set(text, [key, value]);
  return into;
}

function costOfSearch([, list]: readonly Value[]): number {
  return Array.isArray(list) ? list.length : 1;
}

function sizeOf(value: Value): bigint {
  return BigInt(lengthOf(value));
}

const conversionError = (from: string, to: string) =>
  new EvaluationError(`type conversion error from '${from}' to '${to}'`);

function intOfDouble(value: number): bigint {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new EvaluationError("integer overflow");
  return BigInt(Math.trunc(value));
}

function intOfString(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text) || text.length > DIGITS_MAX) throw conversionError("string", "int");
  const value = BigInt(text.replace("+", ""));
  if (value < INT_MIN || value > INT_MAX) throw conversionError("string", "int");
  return value;
}

function uintOfString(text: string): Uint {
  if (!/^\d+$/.test(text) || text.length > DIGITS_MAX || BigInt(text) > UINT_MAX)
    throw conversionError("string", "uint");
  return new Uint(BigInt(text));
}

function uintOfDouble(value: number): Uint {
  if (!(value >= 0 && value < 2 ** 64)) throw new EvaluationError("unsigned integer overflow");
  return new Uint(BigInt(Math.trunc(value)));
}

const DIGITS_MAX = 1000;
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

function doubleOfString(text: string): number {
  const special = own(NOT_FINITE, text.toLowerCase());
  if (special !== undefined) return special;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw conversionError("string", "double");
  return value;
}

const BOOLS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true]),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false]),
]);

function boolOfString(text: string): boolean {
  if (!Object.hasOwn(BOOLS, text)) throw conversionError("string", "bool");
  return own(BOOLS, text) as boolean;
}

function stringOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EvaluationError("invalid UTF-8 in bytes, cannot convert to string");
  }
}

const orFail = <T>(value: T | undefined, from: string, to: string): T => {
  if (value === undefined) throw conversionError(from, to);
  return value;
};

const same = (value: Value) => value;
const SECOND = 1_000_000_000n;

const conversions: readonly Overload[] = [
  overload("int(int): int", same),
  overload("int(uint): int", ({ value }) => int(value)),
  overload("int(double): int", intOfDouble),
  overload("int(string): int", intOfString),
  overload("int(timestamp): int", ({ nanos }) => nanos / SECOND - (nanos % SECOND < 0n ? 1n : 0n)),
  overload("int(duration): int", ({ nanos }) => nanos),
  overload("uint(uint): uint", same),
  overload("uint(int): uint", (value) => new Uint(value)),
  overload("uint(double): uint", uintOfDouble),
  overload("uint(string): uint", uintOfString),
  overload("double(double): double", same),
  overload("double(int): double", (value) => Number(value)),
  overload("double(uint): double", ({ value }) => Number(value)),
  overload("double(string): double", doubleOfString),
  overload("bool(bool): bool", same),
  overload("bool(string): bool", boolOfString),
  overload("bytes(bytes): bytes", same),
  overload("bytes(string): bytes", (text) => new TextEncoder().encode(text), traversal(0)),
  overload("string(string): string", same),
  overload("string(bool): string", String),
  overload("string(int): string", String),
  overload("string(uint): string", ({ value }) => String(value)),
  overload("string(double): string", showFloat),
  overload("string(bytes): string", stringOfBytes, traversal(0)),
  overload("string(timestamp): string", showTimestamp),
  overload("string(duration): string", showDuration),
  overload("timestamp(timestamp): timestamp", same),
  overload("timestamp(int): timestamp", (seconds) => new Timestamp(seconds * SECOND)),
  overload("timestamp(string): timestamp", (text) => orFail(parseTimestamp(text), "string", TIMESTAMP.name)),
  overload("duration(duration): duration", same),
  overload("duration(int): duration", (nanos: bigint) => new Duration(nanos)),
  overload("duration(string): duration", (text) => orFail(parseDuration(text), "string", DURATION.name)),
  overload("dyn(A): dyn", same),
  overload("type(A): type(A)", (value) => new TypeValue(typeNameOf(value))),
];

const texts: readonly Overload[] = [
  overload("string.contains(string): bool", (text, part) => text.includes(part), costOfContains),
  overload("string.startsWith(string): bool", (text, part) => text.startsWith(part), traversal(1)),
  overload("string.endsWith(string): bool", (text, part) => text.endsWith(part), traversal(1)),
  overload("string.matches(string): bool", (text, pattern) => regexMatches(pattern, text), costOfMatch),
  overload("matches(string, string): bool", (text, pattern) => regexMatches(pattern, text), costOfMatch),
];

function costOfContains([text, part]: readonly Value[]): number {
  return Math.ceil(lengthOf(text as Value) * 0.1) * Math.ceil(lengthOf(part as Value) * 0.1);
}

function costOfMatch([text, pattern]: readonly Value[]): number {
  return Math.ceil((1 + lengthOf(text as Value)) * 0.1) * Math.ceil(lengthOf(pattern as Value) * 0.25);
}

const DAY_MS = 86_400_000;
const PARTS: Readonly<Record<string, (date: Date, nanos: bigint) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - yearStart(date)) / DAY_MS),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (_date, nanos) => Number(nanos / 1_000_000n),
};

function yearStart(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return start.getTime();
}

const SPANS: Readonly<Record<string, (nanos: bigint) => bigint>> = {
  getHours: (nanos) => nanos / (3600n * SECOND),
  getMinutes: (nanos) => nanos / (60n * SECOND),
  getSeconds: (nanos) => nanos / SECOND,
  getMilliseconds: (nanos) => nanos / 1_000_000n,
};

const times: readonly Overload[] = [
  ...Object.entries(PARTS).flatMap(([name, part]) => {
    const call = (time: Timestamp, zone: string | undefined) => {
      const { date, nanos } = calendarOf(time, zone);
      return BigInt(part(date, nanos));
    };
    return [
      overload(`timestamp.${name}(): int`, (time) => call(time, undefined)),
      overload(`timestamp.${name}(string): int`, call),
    ];
  }),
  ...Object.entries(SPANS).map(([name, part]) => overload(`duration.${name}(): int`, ({ nanos }) => part(nanos))),
];

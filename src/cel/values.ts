import { jsonEqual } from "../base/index.ts";
import { rawDigits, rawNumber } from "../schema/index.ts";
import { EvaluationError } from "./errors.ts";
import type { Type } from "./types.ts";

/** An unsigned integer; signed ones are plain bigints. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    if (value < 0n || value > UINT_MAX) throw new EvaluationError("unsigned integer overflow");
    this.value = value;
  }
}

export class Timestamp {
  /** Nanoseconds since 1970. */
  readonly nanos: bigint;
  /** Minutes east of Greenwich in which it was written. */
  readonly offsetMinutes: number;
  constructor(nanos: bigint, offsetMinutes = 0) {
    if (nanos < TIMESTAMP_MIN || nanos > TIMESTAMP_MAX) throw new EvaluationError("timestamp overflow");
    this.nanos = nanos;
    this.offsetMinutes = offsetMinutes;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    if (nanos < INT_MIN || nanos > INT_MAX) throw new EvaluationError("integer overflow");
    this.nanos = nanos;
  }
}

/** A type as a value. */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  readonly value: Value | undefined;
  constructor(value?: Value) {
    this.value = value;
  }
}

/** A value of a library's own type; what is in it is the library's business. */
export class Opaque {
  readonly type: Type;
  readonly content: unknown;
  readonly key: string;
  constructor(type: Type, content: unknown, key: string) {
    this.type = type;
    this.content = content;
    /** Equal values have equal keys. */
    this.key = key;
  }
}

/** A map, or an object with fields; keys are told apart by their value, whichever number type they have. */
export class MapValue {
  readonly entries: ReadonlyMap<string, readonly [Value, Value]>;
  /** Set for objects of a struct type. */
  readonly typeName: string | undefined;
  constructor(entries: ReadonlyMap<string, readonly [Value, Value]>, typeName?: string) {
    this.entries = entries;
    this.typeName = typeName;
  }
  get(key: Value): Value | undefined {
    const text = keyOf(key);
    return text === undefined ? undefined : this.entries.get(text)?.[1];
  }
}

/** An object of which more is known than its fields say, as JSON: what isn't declared, and fields that are null. */
export class ObjectValue extends MapValue {
  readonly hidden: Readonly<Record<string, unknown>>;
  constructor(entries: ReadonlyMap<string, readonly [Value, Value]>, hidden: Readonly<Record<string, unknown>>) {
    super(entries);
    this.hidden = hidden;
  }
}

/** A value that is looked at. */
export function had<T extends Value | undefined>(value: T): Exclude<T, EvaluationError> {
  if (value instanceof EvaluationError) throw value;
  return value as Exclude<T, EvaluationError>;
}

/**
 * A list that a schema describes, which is equal to no other sort of value. Where its elements have identities their order
 * doesn't matter, and each identity is there once.
 */
export class SchemaList extends Array<Value> {
  /** What is made of such a list is a plain one. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  readonly identify: ((element: Value) => string | undefined) | undefined;
  constructor(elements: readonly Value[], identify?: (element: Value) => string | undefined) {
    super();
    this.identify = identify;
    for (const element of elements) this.push(element);
  }
}

/** One list behind another; in one with identities elements take the place of those that they have in common. */
export function joinedLists(one: readonly Value[], other: readonly Value[]): readonly Value[] {
  if (!(one instanceof SchemaList)) return [...one, ...other];
  const { identify } = one;
  if (!identify) return new SchemaList([...one, ...other]);
  const byIdentity = new Map([...one, ...other].map((element) => [identify(element), element]));
  return new SchemaList([...byIdentity.values()], identify);
}

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | Opaque
  | MapValue
  | readonly Value[]
  /** In a list, a map or a field: what can't be had. Who looks at it fails so. */
  | EvaluationError;

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
export const UINT_MAX = 2n ** 64n - 1n;
const NANOS = 1_000_000_000n;
const TIMESTAMP_MIN = -62_135_596_800n * NANOS;
const TIMESTAMP_MAX = 253_402_300_800n * NANOS - 1n;

/** An integer that fits into 64 bits. */
export function int(value: bigint): bigint {
  if (value < INT_MIN || value > INT_MAX) throw new EvaluationError("integer overflow");
  return value;
}

/** What tells keys of maps apart; undefined for what can be none. */
export function keyOf(key: Value): string | undefined {
  had(key);
  switch (typeof key) {
    case "string":
      return `s${key}`;
    case "bigint":
      return `n${key}`;
    case "boolean":
      return `b${key}`;
    case "number":
      return Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
    default:
      return key instanceof Uint ? `n${key.value}` : undefined;
  }
}

export function mapFrom(pairs: Iterable<readonly [Value, Value]>): MapValue {
  const entries = new Map<string, readonly [Value, Value]>();
  for (const pair of pairs) {
    const key = keyOf(pair[0]);
    if (key === undefined) throw new EvaluationError("unsupported key type");
    entries.set(key, pair);
  }
  return new MapValue(entries);
}

/** The name of a value's type as `type()` gives it. */
export function typeNameOf(value: Value): string {
  had(value);
  switch (typeof value) {
    case "string":
      return "string";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "boolean":
      return "bool";
  }
  if (value === null) return "null_type";
  if (value instanceof Uint) return "uint";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof TypeValue) return "type";
  if (value instanceof Optional) return "optional_type";
  if (value instanceof Opaque) return value.type.name;
  if (value instanceof MapValue) return value.typeName ?? "map";
  return "list";
}

export function equalValues(a: Value, b: Value): boolean {
  // One that holds what can't be had isn't equal to itself either.
  if (a === b && !isContainer(a)) return true;
  had(a);
  const order = compareNumbers(a, b);
  if (order !== undefined) return order === 0;
  if (Array.isArray(a)) return Array.isArray(b) ? a.length === b.length && equalLists(a, b) : unlike(a, b);
  if (a instanceof MapValue) return b instanceof MapValue ? equalMaps(a, b) : unlike(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.type.name === b.type.name && a.key === b.key;
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b);
  return false;
}

const isContainer = (value: Value): boolean =>
  Array.isArray(value) || value instanceof MapValue || value instanceof EvaluationError;

/** A container is no other value; one that a schema describes can't be compared with any. */
function unlike(container: Value, other: Value): false {
  if (!(container instanceof SchemaList || container instanceof ObjectValue)) return false;
  had(other);
  throw new EvaluationError("no such overload");
}

function equalLists(a: readonly Value[], b: readonly Value[]): boolean {
  const identify = a instanceof SchemaList ? a.identify : undefined;
  if (!identify) return a.every((one, index) => equalValues(one, b[index] as Value));
  const byIdentity = new Map([...a].map((element) => [identify(element), element]));
  return b.every((one) => {
    const found = byIdentity.get(identify(one));
    return found !== undefined && equalValues(found, one);
  });
}

function equalOptionals({ value: a }: Optional, { value: b }: Optional): boolean {
  return a === undefined || b === undefined ? a === b : equalValues(a, b);
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  const [own, others] = [hiddenIn(a), hiddenIn(b)];
  if (a.entries.size + own.length !== b.entries.size + others.length) return false;
  if (own.some(([name, value]) => others.some(([other, one]) => other === name && !jsonEqual(value, one))))
    return false;
  for (const [key, [, value]] of a.entries) {
    const other = b.entries.get(key);
    if (!other || !equalValues(value, other[1])) return false;
  }
  return true;
}

const hiddenIn = (value: MapValue): readonly [string, unknown][] =>
  value instanceof ObjectValue ? Object.entries(value.hidden) : [];

/** -1, 0 or 1 for two numbers of any types; NaN when they have no order; undefined when one is no number. */
function compareNumbers(a: Value, b: Value): number | undefined {
  const x = a instanceof Uint ? a.value : a;
  const y = b instanceof Uint ? b.value : b;
  if (typeof x !== "bigint" && typeof x !== "number") return undefined;
  if (typeof y !== "bigint" && typeof y !== "number") return undefined;
  // An int beside a double counts as the double nearest to it.
  const [m, n] = typeof x === typeof y ? [x, y] : [Number(x), Number(y)];
  if (m === n) return 0;
  if (m < n) return -1;
  return m > n ? 1 : Number.NaN;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

/** Texts are ordered by code point, not by UTF-16 unit. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    const isSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xe000;
    if (isSurrogate(x) !== isSurrogate(y)) return isSurrogate(x) ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

/** The order of two values of one type; undefined when they have none. */
export function compareValues(a: Value, b: Value): number | undefined {
  had(a);
  had(b);
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos < b.nanos ? -1 : Number(a.nanos > b.nanos);
  if (a instanceof Duration && b instanceof Duration) return a.nanos < b.nanos ? -1 : Number(a.nanos > b.nanos);
  return compareNumbers(a, b);
}

/** A value read from JSON without a schema: whole numbers are ints, everything else is what it looks like. */
export function fromJson(json: unknown): Value {
  switch (typeof json) {
    case "string":
    case "boolean":
      return json;
    case "number":
      return Number.isInteger(json) && !Object.is(json, -0) ? BigInt(json) : json;
    case "bigint":
      return json;
    case "undefined":
      return null;
  }
  if (json === null) return null;
  if (Array.isArray(json)) return json.map(fromJson);
  const digits = rawDigits(json);
  if (digits !== undefined) return numberFrom(digits);
  return objectFrom(json as Record<string, unknown>, fromJson);
}

/** Whole numbers that JavaScript can't hold come as their digits. */
function numberFrom(digits: string): Value {
  if (!/^-?\d+$/.test(digits)) return Number(digits);
  const value = BigInt(digits);
  return value >= INT_MIN && value <= INT_MAX ? value : Number(digits);
}

function objectFrom(object: Record<string, unknown>, convert: (value: unknown, key: string) => Value): MapValue {
  const entries = new Map<string, readonly [Value, Value]>();
  for (const key of Object.keys(object)) {
    if (object[key] !== undefined) entries.set(`s${key}`, [key, convert(object[key], key)]);
  }
  return new MapValue(entries);
}

/** A value as JSON: for patches and applied objects. */
export function toJson(value: Value): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : rawNumber(String(value));
  if (value instanceof Uint) return toJson(value.value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof MapValue)
    return Object.fromEntries([...value.entries.values()].map(([key, one]) => [plainKey(key), toJson(one)]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value === null || typeof value !== "object") return value;
  throw new EvaluationError(`unsupported type ${typeNameOf(value)}`);
}

function plainKey(key: Value): string {
  return key instanceof Uint ? String(key.value) : String(key);
}

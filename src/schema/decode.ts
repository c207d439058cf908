import { joinPath } from "./path.ts";
import { goJson } from "./json/go-json.ts";
import { isObject, withSortedKeys } from "./patch/merge.ts";
import { decodeCustom } from "./custom.ts";
import { goTypeName } from "./json/go-name.ts";
import type { Field, MapNode, Node, ScalarNode, StructNode } from "./dsl.ts";
import { copyJson } from "./copy.ts";
import { rawDigits, rawNumber, setOwn } from "./json/parse.ts";
import { readMicroTime, type ReadTime, readTime, TimeError } from "./time.ts";

/** A value that does not have the type its field wants; the message is what Kubernetes says. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

export interface Decoded<T = Record<string, unknown>> {
  readonly value: T;
  /** Paths of fields that the type does not have; they are dropped. */
  readonly unknown: readonly string[];
  /** Lists (`[]`), maps (`{}`) and bytes (`""`) that were given empty and that the canonical form leaves out, by path. */
  readonly emptied: ReadonlyMap<string, Empty>;
}

export interface DecodeOptions {
  /** Brings a quantity to its canonical form; throws on text that is none. */
  readonly quantity: (text: string) => string;
  /** A list that is written as null when there is none stays a list when it was given empty: who gives it manages it. */
  readonly keepsEmptyLists?: boolean;
  /** Word mismatches as for data that is converted without its JSON text; strategic merge patches do. */
  readonly asConversion?: boolean;
  /** The name of a field's type where it has one of its own, for messages: see api/typenames.ts. */
  readonly typeNameOf?: (struct: StructNode, field: string) => string | undefined;
}

type Empty = readonly [] | Readonly<Record<string, never>> | "";

interface Context extends DecodeOptions {
  readonly unknown: string[];
  readonly emptied: Map<string, Empty>;
  /** The type that errors name, of which all that is read is in a field that is read by itself. */
  readonly holder?: StructNode;
  /** Decode fields in the order of the document instead of the type's, to tell of the fault that the original tells of. */
  readonly faults?: Faults;
}

/**
 * A value of another JSON type is passed over, and the first such is told of at the end; what a type's own reader (of
 * quantities, times) refuses ends the reading at once.
 */
interface Faults {
  first?: DecodeError;
}

/**
 * Brings a JSON value to the form in which the server keeps objects: fields in declared order, unknown ones dropped,
 * empty ones left out or written as the type wants, quantities and times canonical. The result shares nothing mutable
 * with the input except raw values.
 */
export function decodeJson(struct: StructNode, value: unknown, options: DecodeOptions): Decoded {
  const context: Context = { ...options, unknown: [], emptied: new Map() };
  if (!isObject(value))
    throw new DecodeError(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${goType(struct)}`);
  try {
    const { unknown, emptied } = context;
    return { value: decodeStruct(struct, value, { context, path: "", goPath: "" }), unknown, emptied };
  } catch (error) {
    const faults: Faults = {};
    decodeStruct(struct, value, { context: { ...context, unknown: [], faults }, path: "", goPath: "" });
    throw faults.first ?? error;
  }
}

/** Where a value stands. */
export interface Place {
  readonly context: Context;
  /** As unknown fields are named. */
  readonly path: string;
  /** As type errors name it: without indices, with embedded types. */
  readonly goPath: string;
}

function decodeStruct(struct: StructNode, value: Record<string, unknown>, place: Place): Record<string, unknown> {
  if (struct.options.custom) return decodeCustomStruct(struct, value, place);
  const { unknown } = place.context;
  const before = unknown.length;
  const target = { ...place, result: {}, owner: struct, known: 0, below: undefined };
  decodeFields(struct, value, target);
  const keys = Object.keys(value);
  if (target.known < keys.length || unknown.length > before) orderUnknown(struct, keys, { target, before });
  return target.result;
}

/** Fields that a type doesn't have are told of in the order in which the document has them. */
function orderUnknown(
  struct: StructNode,
  keys: readonly string[],
  { target, before }: { readonly target: Target; readonly before: number },
): void {
  const { unknown } = target.context;
  unknown.length = before;
  for (const key of keys) {
    if (hasField(struct, key)) unknown.push(...(target.below?.get(key) ?? []));
    else unknown.push(joinPath(target.path, key));
  }
}

function hasField(struct: StructNode, name: string): boolean {
  const own = struct.fields.get(name);
  if (own && !own.options.inline) return true;
  for (const { options, node } of struct.fields.values())
    if (options.inline && hasField(node as StructNode, name)) return true;
  return false;
}

/** A struct that users define; those of the API in it (metadata) are read as ever, and named by themselves in errors. */
function decodeCustomStruct(
  struct: StructNode,
  value: Record<string, unknown>,
  { context, path }: Place,
): Record<string, unknown> {
  const typed = (node: StructNode, inner: Record<string, unknown>, at: string) => {
    // Of an object inside the object it is told which one.
    if (at === "metadata" || !context.faults) return decodeStruct(node, inner, { context, path: at, goPath: "" });
    const faults: Faults = {};
    const made = decodeStruct(node, inner, { context: { ...context, faults }, path: at, goPath: "" });
    const cause = faults.first;
    const shown = () => goJson(withSortedKeys(inner));
    if (cause)
      context.faults.first ??= new DecodeError(`${at}: Invalid value: ${shown()}: ${cause.message}`, { cause });
    return made;
  };
  return decodeCustom(struct, value, { path, unknown: context.unknown, typed });
}

interface Target extends Place {
  readonly result: Record<string, unknown>;
  /** The type that messages name: the outermost one where types are embedded. */
  readonly owner: StructNode;
  /** Keys of the document that the type has. */
  known: number;
  /** Unknown fields below each key, where there are any. */
  below: Map<string, readonly string[]> | undefined;
}

/** A field, and what is written for it when it isn't given. */
interface PlannedField {
  readonly name: string;
  readonly field: Field;
  /** Undefined where nothing is. */
  readonly absent: (() => unknown) | undefined;
}

const plans = new WeakMap<StructNode, readonly PlannedField[]>();

/** The fields of a struct, prepared once: most of an object's possible fields are absent, which must cost next to nothing. */
function planOf(struct: StructNode): readonly PlannedField[] {
  let plan = plans.get(struct);
  if (!plan) {
    plan = [...struct.fields].map(([name, field]) => ({ name, field, absent: absentOf(field) }));
    plans.set(struct, plan);
  }
  return plan;
}

function absentOf(field: Field): PlannedField["absent"] {
  const { inline, ptr, omitZero, always } = field.options;
  if (inline) return undefined;
  if (field.node.kind === "struct") return (ptr || omitZero) && !always ? undefined : () => keep(field, undefined);
  const value = keep(field, undefined);
  return value === undefined ? undefined : () => value;
}

function decodeFields(struct: StructNode, value: Record<string, unknown>, target: Target): void {
  const plan = planOf(struct);
  for (const planned of target.context.faults ? inDocumentOrder(plan, value) : plan) {
    const { name, field } = planned;
    if (field.options.inline) {
      decodeInline(field.node as StructNode, value, target);
      continue;
    }
    const given = value[name];
    if (given !== undefined && Object.hasOwn(value, name)) {
      target.known++;
      if (given !== null) {
        const kept = isPlain(field.node, given) ? keep(field, given) : decodeGiven(struct, { planned, given, target });
        if (kept !== undefined) target.result[name] = kept;
        continue;
      }
    }
    const kept = planned.absent?.();
    if (kept !== undefined) target.result[name] = kept;
  }
}

function decodeInline(node: StructNode, value: Record<string, unknown>, target: Target): void {
  const inner = { ...target, goPath: joinPath(target.goPath, node.name.split(".").at(-1)!) };
  decodeFields(node, value, inner);
  target.known = inner.known;
  target.below = inner.below;
}

interface GivenField {
  readonly planned: PlannedField;
  readonly given: unknown;
  readonly target: Target;
}

function decodeGiven(struct: StructNode, { planned: { name, field }, given, target }: GivenField): unknown {
  const { context, owner } = target;
  const { unknown } = context;
  const before = unknown.length;
  const place: ValuePlace = {
    context,
    path: joinPath(target.path, name),
    goPath: joinPath(target.goPath, name),
    owner,
    holder: struct,
    name,
    field,
    hasEntries: false,
  };
  const decoded = decodeValue(field.node, given, place);
  if (unknown.length > before) {
    target.below ??= new Map();
    target.below.set(name, unknown.slice(before));
  }
  if (place.hasEntries) return decoded;
  const isEmptyList = Array.isArray(decoded) && decoded.length === 0;
  if (!field.options.keepsEmpty) {
    if (isEmptyList) context.emptied.set(joinPath(target.path, name), []);
    else if (field.node.kind === "map" && isEmpty(decoded)) context.emptied.set(joinPath(target.path, name), {});
    else if (decoded === "" && isBytes(field.node)) context.emptied.set(joinPath(target.path, name), "");
  }
  return isEmptyList && field.options.always && context.keepsEmptyLists ? decoded : keep(field, decoded);
}

/**
 * Whether {@link decodeScalar} would return the value as it is. What it saves: most values are text that is kept, and need
 * no place by which a fault would be told.
 */
export function isPlain(node: Node, value: unknown): boolean {
  if (node.kind !== "scalar") return false;
  switch (node.type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "int32":
      return typeof value === "number" && (value | 0) === value;
    case "int64":
      return Number.isInteger(value);
    default:
      return false;
  }
}

function inDocumentOrder(plan: readonly PlannedField[], value: Record<string, unknown>): readonly PlannedField[] {
  const places = new Map(Object.keys(value).map((key, index) => [key, index]));
  const firstOf = (struct: StructNode): number =>
    Math.min(...[...struct.fields].map(([name, field]) => (field.options.inline ? places.size : placeIn(name))));
  const placeIn = (name: string) => places.get(name) ?? places.size;
  const placeOf = ({ name, field }: PlannedField) =>
    field.options.inline ? firstOf(field.node as StructNode) : placeIn(name);
  return [...plan].sort((a, b) => placeOf(a) - placeOf(b));
}

function isBytes(node: Node): boolean {
  return node.kind === "scalar" && node.type === "bytes";
}

/** What is written for a field: undefined leaves it out. */
export function keep(field: Field, value: unknown): unknown {
  const { ptr, always, omitZero, keepsEmpty } = field.options;
  if (field.node.kind === "struct") {
    if (value === undefined) return ptr || omitZero ? (always ? null : undefined) : emptyStruct(field.node);
    return omitZero && Object.keys(value as object).length === 0 ? undefined : value;
  }
  if (ptr) return value === undefined && always ? null : value;
  if (field.node.kind === "scalar" && STRUCTS.has(field.node.type))
    return value ?? (omitZero ? undefined : zero(field.node));
  if (!isEmpty(value) || (keepsEmpty && value !== undefined)) return value;
  if (always && isBytes(field.node)) return null;
  return always || (isStructInGo(field.node) && !omitZero) ? zero(field.node) : undefined;
}

/** Times and quantities are structs to the original's encoder, which omitempty doesn't leave out. */
function isStructInGo(node: Node): boolean {
  return node.kind === "scalar" && (node.type === "time" || node.type === "microTime" || node.type === "quantity");
}

/** Scalars that are structs to the original, so that leaving out what is empty leaves none of them out. */
const STRUCTS: ReadonlySet<string> = new Set(["time", "microTime", "quantity", "intOrString", "raw"]);

const emptyStructs = new WeakMap<StructNode, Record<string, unknown>>();

/** A struct that is no pointer is written even when nothing is in it. */
function emptyStruct(struct: StructNode): Record<string, unknown> {
  let empty = emptyStructs.get(struct);
  if (!empty) {
    const context = { quantity: (text: string) => text, unknown: [], emptied: new Map() };
    empty = decodeStruct(struct, {}, { context, path: "", goPath: "" });
    emptyStructs.set(struct, empty);
  }
  return copyJson(empty) as Record<string, unknown>;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && rawDigits(value) === undefined && Object.keys(value).length === 0;
}

function zero(node: Node): unknown {
  if (node.kind !== "scalar") return null;
  switch (node.type) {
    case "string":
    case "bytes":
      return "";
    case "duration":
      return "0s";
    case "boolean":
      return false;
    case "int32":
    case "int64":
    case "float64":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    default:
      return null;
  }
}

interface ValuePlace extends Place {
  readonly owner: StructNode;
  /** The type that declares the field. */
  readonly holder: StructNode;
  readonly name: string;
  readonly field: Field;
  /** Whether the field is a map with something in it. To look again takes as long as all of its keys. */
  hasEntries: boolean;
}

function decodeValue(node: Node, value: unknown, place: ValuePlace): unknown {
  switch (node.kind) {
    case "scalar":
      return decodeScalar(node, value, place);
    case "struct":
      if (!isObject(value)) return mismatch(node, value, place);
      return decodeStruct(node, value, place);
    case "list":
      if (!Array.isArray(value)) return mismatch(node, value, place);
      return value.map((element, index) =>
        isPlain(node.element, element)
          ? element
          : decodeElement(node.element, element, { ...place, path: `${place.path}[${index}]` }),
      );
    case "map":
      return decodeMap(node, value, place);
    default:
      return node satisfies never;
  }
}

function decodeElement(node: Node, element: unknown, place: ValuePlace): unknown {
  if (element !== null) return decodeValue(node, element, place);
  return node.kind === "struct" ? emptyStruct(node) : zero(node);
}

function decodeMap(node: MapNode, value: unknown, place: ValuePlace): unknown {
  if (!isObject(value)) return mismatch(node, value, place);
  const result: Record<string, unknown> = {};
  const keys = Object.keys(value);
  place.hasEntries = keys.length > 0;
  for (const key of place.context.faults ? keys : keys.sort()) {
    const given = value[key];
    const isDone = isPlain(node.value, given);
    setOwn(
      result,
      key,
      isDone ? given : decodeElement(node.value, given, { ...place, path: joinPath(place.path, key) }),
    );
  }
  return result;
}

function decodeScalar(node: ScalarNode, value: unknown, place: ValuePlace): unknown {
  switch (node.type) {
    case "string":
    case "duration":
      return typeof value === "string" ? value : mismatch(node, value, place);
    case "boolean":
      return typeof value === "boolean" ? value : mismatch(node, value, place);
    case "int32":
    case "int64":
      return decodeInteger(node, value, place);
    case "float64":
      return typeof value === "number" ? value : decodeFloat(node, value, place);
    case "bytes":
      if (Array.isArray(value)) return decodeByteList(value, place);
      return typeof value === "string" ? decodeBytes(value, place.context) : mismatch(node, value, place);
    case "quantity":
      return decodeQuantity(value, place.context);
    case "intOrString":
      if (typeof value === "string") return value;
      if (place.context.asConversion) return convertedInteger(node, value);
      return decodeInteger(node, value, place);
    case "time":
      return typeof value === "string" ? knownTime(canonicalTime(value)) : mismatch(node, value, place);
    case "microTime":
      return typeof value === "string" ? knownMicroTime(canonicalMicroTime(value)) : mismatch(node, value, place);
    case "any":
      return place.field.options.holds ? decodeHeld(value, place.field.options.holds, place) : value;
    case "raw":
      return place.context.asConversion ? withSortedKeys(value) : value;
    case "deduced":
      return value;
    default:
      return node.type satisfies never;
  }
}

/** A whole number of more digits than one is kept with is a fraction like any other. */
function decodeFloat(node: ScalarNode, value: unknown, place: ValuePlace): unknown {
  const digits = rawDigits(value);
  return digits === undefined ? mismatch(node, value, place) : Number(digits);
}

/** Reads what is an object of one type or something else; fields that the type doesn't have are passed over in silence. */
function decodeHeld(value: unknown, { node, or }: NonNullable<Field["options"]["holds"]>, place: ValuePlace): unknown {
  const { context, path, goPath, owner } = place;
  const read = (one: Record<string, unknown>) => {
    const faults: Faults = {};
    const inner = { ...context, unknown: [], holder: context.holder ?? owner, ...(context.faults && { faults }) };
    const decoded = decodeStruct(node(), one, { context: inner, path, goPath });
    if (faults.first) throw faults.first;
    return decoded;
  };
  if (isObject(value)) return read(value);
  if (or === "list") return Array.isArray(value) ? value.map((one) => (isObject(one) ? read(one) : one)) : undefined;
  if (or === "texts") {
    const other = Array.isArray(value) ? value.find((one) => one !== null && typeof one !== "string") : undefined;
    if (other !== undefined) throw mistypedError("string", jsonTypeName(other), place);
    return Array.isArray(value) ? value.map((one) => one ?? "") : [];
  }
  if (typeof value === "boolean") return value;
  throw new DecodeError("boolean or JSON schema expected");
}

/** The number of a value that may be text, as it is read when it comes without its JSON text. */
function convertedInteger(node: ScalarNode, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value;
  const digits = typeof value === "number" ? String(value) : rawDigits(value);
  if (digits === undefined) throw conversionError(node, value);
  throw new DecodeError(`json: cannot unmarshal number ${digits} into Go value of type int32`);
}

/** A whole number as the original converts it without its JSON text: one that doesn't fit loses its upper bits. */
function wrappedInteger({ type }: ScalarNode, value: unknown): unknown {
  const digits = rawDigits(value) ?? (Number.isInteger(value) ? String(BigInt(value as number)) : undefined);
  if (digits === undefined) return undefined;
  const given = BigInt(digits);
  const long = given === BigInt.asIntN(64, given) ? given : -(2n ** 63n);
  if (type === "int32") return Number(BigInt.asIntN(32, long));
  return Number.isSafeInteger(Number(long)) ? Number(long) : rawNumber(String(long));
}

function decodeInteger(node: ScalarNode, value: unknown, place: ValuePlace): unknown {
  const converted = place.context.asConversion ? wrappedInteger(node, value) : undefined;
  if (converted !== undefined) return converted;
  const digits = rawDigits(value);
  if (digits !== undefined) {
    const big = BigInt(digits);
    return node.type === "int64" && big < 2n ** 63n && big >= -(2n ** 63n)
      ? value
      : mismatchNumber(node, digits, place);
  }
  if (typeof value !== "number") return mismatch(node, value, place);
  const fits = Number.isInteger(value) && (node.type === "int64" || (value >= -(2 ** 31) && value < 2 ** 31));
  return fits ? value : mismatchNumber(node, String(value), place);
}

function decodeQuantity(value: unknown, { quantity }: Context): string {
  if (typeof value === "number") return quantity(String(value));
  if (typeof value === "string") return quantity(value);
  return quantity(JSON.stringify(value));
}

function decodeBytes(text: string, { asConversion, faults }: Context): string | undefined {
  try {
    return checkBase64(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (asConversion) throw new DecodeError(`error decoding from json: ${error.message}`, { cause: error });
    if (!faults) throw error;
    faults.first ??= error;
    return undefined;
  }
}

/** Bytes may come as a list of numbers too. */
function decodeByteList(values: readonly unknown[], place: ValuePlace): string | undefined {
  const { asConversion } = place.context;
  const numbers = values.map((value) => value ?? 0);
  const isByte = (value: unknown) => Number.isInteger(value) && (asConversion || (Number(value) & 255) === value);
  const wrong = numbers.find((value) => !isByte(value));
  if (wrong === undefined) return Buffer.from(numbers as number[]).toString("base64");
  if (asConversion) throw new DecodeError("unrecognized type: uint8");
  const given = typeof wrong === "number" ? `number ${wrong}` : jsonTypeName(wrong);
  return mistypedAs("uint8", given, place);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function checkBase64(text: string): string {
  const clean = text.replace(/[\r\n]/g, "");
  if (BASE64.test(clean)) return clean;
  throw new DecodeError(`illegal base64 data at input byte ${base64Fault(clean)}`);
}

/** Where the first thing stands that can't be there: padding may only end the last four characters. */
function base64Fault(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/]/);
  if (bad < 0) return text.length - (text.length % 4);
  if (text[bad] !== "=" || bad % 4 < 2) return bad;
  if (bad % 4 === 3) return bad + 1;
  if (bad + 1 === text.length) return text.length;
  return text[bad + 1] === "=" ? bad + 2 : bad;
}

/** The first of all times says that there is none. */
function knownTime(text: string): string | undefined {
  return text === "0001-01-01T00:00:00Z" ? undefined : text;
}

/** A time as it is kept, which most are: looking costs a fraction of reading. The 29th of February is left to the reader. */
const DATE = String.raw`\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)`;
const CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
const CANONICAL_TIME = new RegExp(`^${DATE}T${CLOCK}Z$`);
const CANONICAL_MICRO_TIME = new RegExp(String.raw`^${DATE}T${CLOCK}\.\d{6}Z$`);

export function canonicalTime(text: string): string {
  return CANONICAL_TIME.test(text) ? text : `${isoSeconds(told(() => readTime(text)))}Z`;
}

function knownMicroTime(text: string): string | undefined {
  return text === "0001-01-01T00:00:00.000000Z" ? undefined : text;
}

export function canonicalMicroTime(text: string): string {
  if (CANONICAL_MICRO_TIME.test(text)) return text;
  const read = told(() => readMicroTime(text));
  return `${isoSeconds(read)}.${read.fraction}Z`;
}

function isoSeconds({ ms }: ReadTime): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** What a reader of times refuses, as any value that is none of its field's. */
function told<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TimeError ? new DecodeError(error.message, { cause: error }) : error;
  }
}

/** How the original names a value's type when it converts data. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return rawDigits(value) !== undefined ? "float64" : isObject(value) ? "map" : "string";
}

function scalarConversionError(node: ScalarNode, value: unknown, ownName = goType(node)): DecodeError {
  const from = goKind(value);
  switch (node.type) {
    case "time":
    case "microTime":
    case "duration":
      return new DecodeError(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type string`);
    case "intOrString":
      return new DecodeError(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type int32`);
    case "bytes":
      return new DecodeError(`cannot restore slice from ${from}`);
    default: {
      const to = goType(node);
      // What its language could convert, the original says it can't.
      const isNear = (from === "int64" && to === "string") || (from === "float64" && to.startsWith("int"));
      return new DecodeError(isNear ? `cannot convert ${from} to ${ownName}` : `unrecognized type: ${to}`);
    }
  }
}

function conversionError(node: Node, value: unknown, place?: ValuePlace): DecodeError {
  const from = goKind(value);
  switch (node.kind) {
    case "map":
      return new DecodeError(`cannot restore map from ${from}`);
    case "list":
      return new DecodeError(`cannot restore slice from ${from}`);
    case "struct":
      return new DecodeError(`cannot restore struct from: ${from}`);
    case "scalar":
      return scalarConversionError(node, value, place && fieldType(node, place));
  }
}

function mismatch(node: Node, value: unknown, place: ValuePlace): undefined {
  if (place.context.asConversion) throw conversionError(node, value, place);
  return mistyped(node, jsonTypeName(value), place);
}

function mismatchNumber(node: Node, digits: string, place: ValuePlace): undefined {
  if (place.context.asConversion) throw conversionError(node, Number(digits), place);
  return mistyped(node, `number ${digits}`, place);
}

function mistyped(node: Node, given: string, place: ValuePlace): undefined {
  const type = fieldType(node, place);
  if (node.kind === "scalar" && OWN_READERS.has(node.type)) throw mistypedError(type, given, place);
  return mistypedAs(type, given, place);
}

function mistypedAs(type: string, given: string, place: ValuePlace): undefined {
  const { faults } = place.context;
  const error = mistypedError(type, given, place);
  if (!faults) throw error;
  faults.first ??= error;
}

function mistypedError(type: string, given: string, { owner, goPath, context }: ValuePlace): DecodeError {
  return new DecodeError(
    `json: cannot unmarshal ${given} into Go struct field ${goTypeName(context.holder ?? owner)}.${goPath} of type ${type}`,
  );
}

/** Scalars whose types read themselves. */
const OWN_READERS: ReadonlySet<string> = new Set(["time", "microTime", "quantity", "intOrString"]);

/** The type of a field, or of what is in it, by its own name if it has one. */
function fieldType(node: Node, { context, holder, name, field }: ValuePlace): string {
  const own = context.typeNameOf?.(holder, name);
  if (own === undefined) return goType(node);
  if (own.startsWith("=")) return node === field.node ? own.slice(1) : goType(node);
  // The lists of a map have the type, not the map or what is in them.
  if (field.node.kind === "map" && field.node.value.kind === "list")
    return node.kind === "list" ? own : node.kind === "map" ? `map[string]${own}` : goType(node);
  if (own.endsWith("*")) return node.kind === "map" ? own.slice(0, -1) + goType(node.value) : goType(node);
  if (node.kind === "list") return `[]${own}`;
  return node.kind === "map" ? `map[string]${own}` : own;
}

/** The type as clients of the original see it in messages. */
function goType(node: Node): string {
  switch (node.kind) {
    case "struct":
      return node.name.split(".").slice(-2).join(".");
    case "list":
      return `[]${goType(node.element)}`;
    case "map":
      return `map[string]${goType(node.value)}`;
    case "scalar":
      return (
        {
          boolean: "bool",
          bytes: "[]uint8",
          intOrString: "int32",
          microTime: "string",
          time: "string",
          quantity: "resource.Quantity",
        }[node.type as string] ?? node.type
      );
  }
}

/** What Go calls the type of a JSON value. */
export function jsonTypeName(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  return rawDigits(value) !== undefined ? "number" : typeof value;
}

import { formatTime } from "../../base/index.ts";
import { keep } from "../decode.ts";
import type { Field, ListNode, Node, ScalarNode, ScalarType, StructNode } from "../dsl.ts";
import { goFieldName, goTypeName } from "../json/go-name.ts";
import { parseJsonValue, rawNumber, setOwn } from "../json/parse.ts";
import { fieldsOf, MAGIC } from "./proto.ts";
import { numberOfKey, ProtoError, ProtoReader } from "./proto-wire.ts";

type Json = Record<string, unknown>;

const DEPTH_MAX = 200;

/** What stands outside the message of an object. */
export interface ProtoEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** Opens the envelope; throws {@link ProtoError} when it is none. */
export function openProtoEnvelope(bytes: Uint8Array): ProtoEnvelope {
  if (bytes.length === 0) throw new ProtoError("empty data");
  if (MAGIC.some((byte, index) => bytes[index] !== byte))
    throw new ProtoError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  if (bytes.length === MAGIC.length) throw new ProtoError("empty body");
  let type: readonly [string, string] = ["", ""];
  let raw: Uint8Array = new Uint8Array(0);
  const reader = new ProtoReader(bytes.subarray(MAGIC.length));
  while (!reader.done) {
    const number = reader.field(ENVELOPE);
    if (number === 1) type = readTypeMeta(reader.message());
    else if (number === 2) raw = reader.bytes();
    else if (number === 3 || number === 4) reader.bytes();
  }
  return { apiVersion: type[0], kind: type[1], raw };
}

/** A message that isn't declared as a struct: its name, and its fields' names and wire types by their numbers. */
export interface SmallMessage {
  readonly name: string;
  readonly fields: Readonly<Record<number, readonly [name: string, wire: number]>>;
}

const ENVELOPE: SmallMessage = {
  name: "Unknown",
  fields: { 1: ["TypeMeta", 2], 2: ["Raw", 2], 3: ["ContentEncoding", 2], 4: ["ContentType", 2] },
};
const TYPE_META: SmallMessage = { name: "TypeMeta", fields: { 1: ["APIVersion", 2], 2: ["Kind", 2] } };
const TIMESTAMP: SmallMessage = { name: "Timestamp", fields: { 1: ["Seconds", 0], 2: ["Nanos", 0] } };
const QUANTITY: SmallMessage = { name: "Quantity", fields: { 1: ["String_", 2] } };
const INT_OR_STRING: SmallMessage = {
  name: "IntOrString",
  fields: { 1: ["Type", 0], 2: ["IntVal", 0], 3: ["StrVal", 2] },
};
const DURATION: SmallMessage = { name: "Duration", fields: { 1: ["Duration", 0] } };
const RAW: SmallMessage = { name: "RawExtension", fields: { 1: ["Raw", 2] } };

function readTypeMeta(reader: ProtoReader): readonly [string, string] {
  let [apiVersion, kind] = ["", ""];
  while (!reader.done) {
    const number = reader.field(TYPE_META);
    if (number === 1) apiVersion = reader.text();
    else if (number === 2) kind = reader.text();
  }
  return [apiVersion, kind];
}

/** Reads one message into the JSON form of its type; throws {@link ProtoError} with what the original says of one that it can't read. */
export function decodeProto(struct: StructNode, bytes: Uint8Array): Json {
  return readStruct(new ProtoReader(bytes), struct, 0);
}

type FieldEntries = readonly (readonly [string, Field])[];

interface PlannedField {
  readonly name: string;
  readonly field: Field;
  readonly wire: number;
}

interface ReadPlan {
  /** By their numbers, which are small. */
  readonly byNumber: readonly (PlannedField | undefined)[];
  /** The names in the order of their declaration, where the numbers are in another, in which they come. */
  readonly order: readonly string[] | undefined;
  /** What messages call the type. */
  readonly title: string;
}

const readPlans = new WeakMap<StructNode, ReadPlan>();

function readPlanOf(struct: StructNode): ReadPlan {
  let plan = readPlans.get(struct);
  if (!plan) {
    const byNumber: (PlannedField | undefined)[] = [];
    for (const [name, field] of fieldsOf(struct)) byNumber[field.number] = { name, field, wire: wireOf(field.node) };
    const declared = namesOf(struct, ({ fields }) => [...fields]);
    const isSame = namesOf(struct, fieldsOf).every((name, index) => name === declared[index]);
    readPlans.set(struct, (plan = { byNumber, order: isSame ? undefined : declared, title: goTypeName(struct) }));
  }
  return plan;
}

const WIRES: Readonly<Partial<Record<ScalarType, number>>> = { boolean: 0, int32: 0, int64: 0, float64: 1 };

function wireOf(node: Node): number {
  if (node.kind === "list") return wireOf(node.element);
  return node.kind === "scalar" ? (WIRES[node.type] ?? 2) : 2;
}

/** Those of embedded structs at their place, and none that protobuf doesn't have. */
function namesOf(struct: StructNode, fieldsOf: (struct: StructNode) => FieldEntries): readonly string[] {
  return fieldsOf(struct).flatMap(([name, { number, node, options }]) =>
    number <= 0 ? [] : options.inline ? namesOf(node as StructNode, fieldsOf) : [name],
  );
}

/** Its fields are in the order of their declaration, as those of an object that is written again must be. */
function readStruct(reader: ProtoReader, struct: StructNode, depth: number): Json {
  const value: Json = {};
  readFields(reader, { struct, value, depth });
  const { order } = readPlanOf(struct);
  return order ? inOrder(value, order) : value;
}

function inOrder(value: Json, order: readonly string[]): Json {
  const ordered: Json = {};
  for (const name of order) {
    const field = value[name];
    if (field !== undefined) ordered[name] = field;
  }
  return ordered;
}

interface Target {
  readonly struct: StructNode;
  readonly value: Json;
  readonly depth: number;
}

function readFields(reader: ProtoReader, { struct, value, depth }: Target): void {
  if (depth > DEPTH_MAX) throw new ProtoError("exceeded max depth");
  const { byNumber, title } = readPlanOf(struct);
  while (!reader.done) {
    const start = reader.at;
    const key = reader.key(title);
    const planned = byNumber[numberOfKey(key)];
    if (!planned) {
      reader.skipFrom(start);
      continue;
    }
    const { name, field, wire } = planned;
    if ((key & 7) !== wire && !isPacked(field.node, key & 7))
      throw new ProtoError(`proto: wrong wireType = ${key & 7} for field ${goFieldName(struct, name)}`);
    if (field.options.inline) {
      const end = reader.enter();
      readFields(reader, { struct: field.node as StructNode, value, depth: depth + 1 });
      reader.leave(end);
    } else if ((key & 7) !== wire) readPacked(reader, { name, field, value, depth });
    else readField(reader, { name, field, value, depth });
  }
}

/** Whether a field is a list of numbers that stand in one message. */
function isPacked(node: Node, wire: number): node is ListNode {
  return wire === 2 && node.kind === "list" && wireOf(node.element) !== 2;
}

function readPacked(reader: ProtoReader, { name, field, value, depth }: FieldTarget): void {
  const list = ((value[name] as unknown[] | undefined) ?? []) as unknown[];
  const end = reader.enter();
  while (!reader.done) list.push(readElement(reader, (field.node as ListNode).element, depth));
  reader.leave(end);
  if (list.length > 0) value[name] = list;
}

interface FieldTarget {
  readonly name: string;
  readonly field: Field;
  readonly value: Json;
  readonly depth: number;
}

function readField(reader: ProtoReader, { name, field, value, depth }: FieldTarget): void {
  const { node } = field;
  switch (node.kind) {
    case "list": {
      const element = readElement(reader, node.element, depth);
      const list = value[name] as unknown[] | undefined;
      if (list) list.push(element);
      else value[name] = [element];
      return;
    }
    case "map": {
      value[name] ??= {};
      const [key, element] = readEntry(reader, node.value, depth);
      setOwn(value[name] as Json, key, element);
      return;
    }
    default: {
      // What JSON leaves out when it is empty is always written here.
      const element = readElement(reader, node, depth);
      const kept = element === undefined ? undefined : keep(field, element);
      if (kept !== undefined) value[name] = kept;
      else if (element !== undefined) delete value[name];
    }
  }
}

/** An entry's key and value are read however they are announced, and one that is missing is empty. */
function readEntry(reader: ProtoReader, node: Node, depth: number): [string, unknown] {
  let key = "";
  let value: unknown;
  const outer = reader.enter();
  while (!reader.done) {
    const start = reader.at;
    const number = numberOfKey(reader.uint());
    if (number === 1) key = reader.text();
    else if (number === 2) value = readElement(reader, node, depth);
    else reader.skipFrom(start);
  }
  reader.leave(outer);
  return [key, value ?? emptyOf(node)];
}

const EMPTY: Readonly<Partial<Record<ScalarType, unknown>>> = { string: "", bytes: "", quantity: "0", boolean: false };

function emptyOf(node: Node): unknown {
  if (node.kind === "struct") return {};
  return node.kind === "scalar" ? EMPTY[node.type] : undefined;
}

/** The one kind of message that holds nothing but a list, where a map has lists as its values. */
const LIST_MESSAGE: SmallMessage = { name: "ExtraValue", fields: { 1: ["Items", 2] } };

function readElement(reader: ProtoReader, node: Node, depth: number): unknown {
  switch (node.kind) {
    case "struct": {
      const end = reader.enter();
      const value = readStruct(reader, node, depth + 1);
      reader.leave(end);
      return value;
    }
    case "list": {
      const inner = reader.message();
      const list: unknown[] = [];
      while (!inner.done) if (inner.field(LIST_MESSAGE) === 1) list.push(readElement(inner, node.element, depth + 1));
      return list;
    }
    case "scalar":
      return readScalar(reader, node);
    case "map":
      throw new ProtoError("decode: a map inside a list has no protobuf form");
  }
}

function readScalar(reader: ProtoReader, node: ScalarNode): unknown {
  switch (node.type) {
    case "string":
      return reader.text();
    case "boolean":
      return reader.uint() !== 0;
    case "int32":
      return reader.int32();
    case "int64": {
      const value = reader.signed();
      return typeof value === "bigint" ? rawNumber(String(value)) : value;
    }
    case "float64":
      return reader.double();
    case "bytes":
      return reader.bytes().toString("base64");
    case "quantity":
      return readQuantity(reader.message());
    case "intOrString":
      return readIntOrString(reader.message());
    case "time":
    case "microTime":
      return readTime(reader.message(), node.type === "microTime");
    case "duration":
      return readDuration(reader.message());
    case "raw":
    case "any":
    case "deduced":
      return readRaw(reader.message());
    default:
      return node.type satisfies never;
  }
}

function readQuantity(reader: ProtoReader): string {
  let text = "0";
  while (!reader.done) if (reader.field(QUANTITY) === 1) text = reader.text();
  return text;
}

function readIntOrString(reader: ProtoReader): number | string {
  let [type, number, text] = [0, 0, ""];
  while (!reader.done) {
    const field = reader.field(INT_OR_STRING);
    if (field === 1) type = reader.uint();
    else if (field === 2) number = reader.int32();
    else if (field === 3) text = reader.text();
  }
  return type === 1 ? text : number;
}

function readDuration(reader: ProtoReader): string {
  let nanos: number | bigint = 0;
  while (!reader.done) if (reader.field(DURATION) === 1) nanos = reader.signed();
  return `${Number(nanos) / 1e9}s`;
}

/** JSON that stands in a message as it was written. */
function readRaw(reader: ProtoReader): unknown {
  let bytes: Buffer | undefined;
  while (!reader.done) if (reader.field(RAW) === 1) bytes = reader.bytes();
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    return parseJsonValue(bytes.toString("utf8"));
  } catch (error) {
    throw new ProtoError(`json: ${(error as Error).message}`, { cause: error });
  }
}

/** Seconds from the first day of the first year, which is no time at all, to 1970. */
const ZERO_SECONDS = -62_135_596_800;

/** undefined for the zero time. */
function readTime(reader: ProtoReader, micro: boolean): string | undefined {
  if (reader.done) return undefined;
  let [seconds, nanos] = [0, 0];
  while (!reader.done) {
    const field = reader.field(TIMESTAMP);
    if (field === 1) seconds = Number(reader.signed());
    else if (field === 2) nanos = reader.int32();
  }
  const micros = micro ? Math.floor(nanos / 1000) : 0;
  if (seconds === ZERO_SECONDS && micros === 0) return undefined;
  const text = formatTime(seconds * 1000);
  return micro ? `${text.slice(0, -1)}.${String(micros).padStart(6, "0")}Z` : text;
}

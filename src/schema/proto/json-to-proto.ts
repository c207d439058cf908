import type { Field, Node, StructNode } from "../dsl.ts";
import { CODED, JsonTape, LIST, NO_ESCAPES, OBJECT, QUOTE } from "../json/json-tape.ts";
import { parseJson } from "../json/parse.ts";
import { fieldsOf, writeElement } from "./proto.ts";
import { ProtoWriter } from "./proto-wire.ts";

/** Nothing there: what is written instead depends on the field. */
const ABSENT = -1;

/** How the values of a node are written. `other` is left to the plain encoder. */
type Form = "struct" | "list" | "map" | "string" | "boolean" | "integer" | "quantity" | "time" | "json" | "other";

/** What is known of a field, or of what lists and maps hold, before there is a value. */
interface Plan {
  readonly node: Node;
  readonly number: number;
  readonly form: Form;
  readonly tag: Uint8Array;
  readonly key: Uint8Array;
  readonly isInline: boolean;
  /** Without a value nothing is written. */
  readonly isOptional: boolean;
  /** Of lists and maps: what they hold. */
  readonly element: Plan | undefined;
  /** Of structs, once there is a value: types may hold themselves. */
  struct: StructPlan | undefined;
}

interface StructPlan {
  /** By number, in which order they are written. */
  readonly fields: readonly Plan[];
  /** Indexes of those in the order in which JSON has them. */
  readonly declared: readonly number[];
}

const plans = new WeakMap<StructNode, StructPlan>();
const encoder = new TextEncoder();
const VARINT = 0;
const BYTES = 2;

function planOf(struct: StructNode): StructPlan {
  let plan = plans.get(struct);
  if (!plan) {
    const fields = fieldsOf(struct);
    const numbers = new Map(fields.map(([name], index) => [name, index]));
    plan = {
      fields: fields.map(([name, field]) => planField(name, field)),
      declared: [...struct.fields].flatMap(([name, { options }]) => (options.inline ? [] : (numbers.get(name) ?? []))),
    };
    plans.set(struct, plan);
  }
  return plan;
}

function planField(name: string, { node, number, options }: Field): Plan {
  const isScalar = node.kind === "scalar";
  return {
    ...planNode(node, number),
    key: encoder.encode(name),
    isInline: options.inline ?? false,
    isOptional: isScalar
      ? options.ptr === true || node.type === "bytes" || node.type === "any"
      : node.kind !== "struct" || options.ptr === true || options.omitZero === true,
  };
}

const NO_KEY = new Uint8Array(0);

function planNode(node: Node, number: number): Plan {
  const form = formOf(node);
  const writer = new ProtoWriter();
  writer.tag(number, form === "boolean" || form === "integer" ? VARINT : BYTES);
  return {
    node,
    number,
    form,
    tag: writer.finish(),
    key: NO_KEY,
    isInline: false,
    isOptional: false,
    struct: undefined,
    // An element of a list is written as the field itself, the value of a map as the second field of its entry.
    element:
      node.kind === "list"
        ? planNode(node.element, number)
        : node.kind === "map"
          ? planNode(node.value, VALUE)
          : undefined,
  };
}

const KEY = 1;
const VALUE = 2;

function formOf(node: Node): Form {
  if (node.kind !== "scalar") return node.kind;
  switch (node.type) {
    case "string":
    case "boolean":
    case "quantity":
    case "time":
      return node.type;
    case "int32":
    case "int64":
      return "integer";
    case "raw":
    case "any":
    case "deduced":
      return "json";
    case "float64":
    case "bytes":
    case "intOrString":
    case "microTime":
    case "duration":
      return "other";
    default:
      return node.type satisfies never;
  }
}

/**
 * Writes objects as protobuf from their JSON as it was written here, by a plan made from the schema: no object is made of
 * it, and bytes of texts are copied. `encodeProto` is what it must agree with.
 */
export class JsonToProto {
  readonly #tape = new JsonTape();
  /** Tokens of the fields of all structs that are being written, each struct behind the one that it is in. */
  #slots = new Int32Array(1024);
  #top = 0;

  /** Appends one message, without its length. */
  write(writer: ProtoWriter, struct: StructNode, json: Uint8Array): void {
    this.#tape.read(json, 0, json.length);
    this.#top = 0;
    this.#struct(writer, planOf(struct), 0);
  }

  #struct(writer: ProtoWriter, { fields, declared }: StructPlan, token: number): void {
    const base = this.#top;
    this.#top += fields.length;
    if (this.#top > this.#slots.length) this.#grow();
    const slots = this.#slots;
    for (let index = base; index < this.#top; index++) slots[index] = ABSENT;
    if (token !== ABSENT && this.#tape.byte(token) === OBJECT) this.#find(fields, declared, { token, base });
    for (let index = 0; index < fields.length; index++) {
      const plan = fields[index]!;
      if (plan.isInline) this.#message(writer, plan, token);
      else this.#field(writer, plan, this.#slots[base + index]!);
    }
    this.#top = base;
  }

  /** Finds the fields of an object. They mostly come in the order of their declaration, so that the search starts there. */
  #find(fields: readonly Plan[], declared: readonly number[], { token, base }: { token: number; base: number }): void {
    const tape = this.#tape;
    const end = tape.after(token);
    let next = 0;
    for (let key = token + 1; key < end; ) {
      const value = key + 1;
      for (let tried = 0; tried < declared.length; tried++) {
        const index = declared[next]!;
        next = next + 1 === declared.length ? 0 : next + 1;
        if (!tape.isText(key, fields[index]!.key)) continue;
        this.#slots[base + index] = tape.byte(value) === NULL ? ABSENT : value;
        break;
      }
      key = tape.after(value);
    }
  }

  #field(writer: ProtoWriter, plan: Plan, token: number): void {
    if (token === ABSENT && plan.isOptional) return;
    if (plan.form === "list") this.#list(writer, plan.element!, token);
    else if (plan.form === "map") this.#map(writer, plan, token);
    else this.#element(writer, plan, token);
  }

  #list(writer: ProtoWriter, element: Plan, token: number): void {
    const end = this.#tape.after(token);
    for (let at = token + 1; at < end; at = this.#tape.after(at)) this.#element(writer, element, this.#valueAt(at));
  }

  #valueAt(token: number): number {
    return this.#tape.byte(token) === NULL ? ABSENT : token;
  }

  #element(writer: ProtoWriter, plan: Plan, token: number): void {
    switch (plan.form) {
      case "struct":
        return this.#message(writer, plan, token);
      case "string":
        return this.#string(writer, plan, token);
      case "boolean":
        return writer.tagged(plan.tag, token !== ABSENT && this.#tape.byte(token) === TRUE ? 1 : 0);
      case "integer":
        return this.#integer(writer, plan, token);
      case "quantity":
        return this.#quantity(writer, plan, token);
      case "time":
        return this.#time(writer, plan, token);
      case "json":
        return this.#json(writer, plan, token);
      case "list":
        return this.#innerList(writer, plan, token);
      case "map":
      case "other":
        return this.#plain(writer, plan, token);
      default:
        return plan.form satisfies never;
    }
  }

  #message(writer: ProtoWriter, plan: Plan, token: number): void {
    const lengthBytes = token === ABSENT ? 1 : this.#lengthBytes(token);
    const start = writer.openTagged(plan.tag, lengthBytes);
    this.#struct(writer, (plan.struct ??= planOf(plan.node as StructNode)), token);
    writer.close(start, lengthBytes);
  }

  /** A guess: protobuf takes about half of what JSON takes. */
  #lengthBytes(token: number): number {
    const bytes = this.#tape.end(token) - this.#tape.start(token);
    return bytes < 200 ? 1 : bytes < 24_000 ? 2 : 3;
  }

  #string(writer: ProtoWriter, plan: Plan, token: number): void {
    const tape = this.#tape;
    if (token !== ABSENT && (tape.byte(token) !== QUOTE || tape.escapes(token) !== NO_ESCAPES))
      return this.#plain(writer, plan, token);
    if (token === ABSENT) writer.tagged(plan.tag, 0);
    else writer.copied(plan.tag, tape.bytes, { start: tape.start(token) + 1, end: tape.end(token) - 1 });
  }

  #integer(writer: ProtoWriter, plan: Plan, token: number): void {
    let value = 0;
    if (token !== ABSENT) {
      const { bytes } = this.#tape;
      const end = this.#tape.end(token);
      const start = this.#tape.start(token);
      if (end - start > DIGITS_MAX) return this.#plain(writer, plan, token);
      for (let at = start; at < end; at++) {
        const digit = bytes[at]! - ZERO;
        // A sign, or anything else that isn't a plain number.
        if (digit < 0 || digit > 9) return this.#plain(writer, plan, token);
        value = value * 10 + digit;
      }
    }
    writer.tagged(plan.tag, value);
  }

  #quantity(writer: ProtoWriter, plan: Plan, token: number): void {
    const tape = this.#tape;
    const size = token === ABSENT ? 0 : tape.end(token) - tape.start(token) - 2;
    if (
      token === ABSENT ||
      tape.byte(token) !== QUOTE ||
      tape.escapes(token) !== NO_ESCAPES ||
      size >= SHORT_MESSAGE_BYTES
    )
      return this.#plain(writer, plan, token);
    writer.tagged(plan.tag, size + 2);
    writer.copied(FIRST, tape.bytes, { start: tape.start(token) + 1, end: tape.end(token) - 1 });
  }

  #time(writer: ProtoWriter, plan: Plan, token: number): void {
    if (token === ABSENT || this.#tape.end(token) - this.#tape.start(token) !== TIME_BYTES)
      return this.#plain(writer, plan, token);
    const seconds = this.#seconds(this.#tape.start(token) + 1);
    if (!(seconds >= 0)) return this.#plain(writer, plan, token);
    const start = writer.openTagged(plan.tag, 1);
    writer.tag(1, VARINT);
    writer.varint(seconds);
    writer.tag(2, VARINT);
    writer.varint(0);
    writer.close(start, 1);
  }

  /** Of a time such as 2026-01-31T15:04:05Z; NaN for one in another form. */
  #seconds(at: number): number {
    const { bytes } = this.#tape;
    if (bytes[at + 19] !== LETTER_Z) return Number.NaN;
    const digits = (from: number, count: number) => {
      let value = 0;
      for (let index = from; index < from + count; index++) {
        const digit = bytes[index]! - ZERO;
        value = digit < 0 || digit > 9 ? Number.NaN : value * 10 + digit;
      }
      return value;
    };
    const [year, month, day] = [digits(at, 4), digits(at + 5, 2), digits(at + 8, 2)];
    return Date.UTC(year, month - 1, day, digits(at + 11, 2), digits(at + 14, 2), digits(at + 17, 2)) / 1000;
  }

  /** Any JSON, as it is written. */
  #json(writer: ProtoWriter, plan: Plan, token: number): void {
    const tape = this.#tape;
    if (token === ABSENT) return this.#plain(writer, plan, token);
    const end = tape.after(token);
    for (let part = token; part < end; part++)
      if (tape.escapes(part) === CODED) return this.#plain(writer, plan, token);
    const lengthBytes = this.#lengthBytes(token);
    const start = writer.openTagged(plan.tag, lengthBytes);
    writer.copied(FIRST, tape.bytes, { start: tape.start(token), end: tape.end(token) });
    writer.close(start, lengthBytes);
  }

  #innerList(writer: ProtoWriter, { node, tag }: Plan, token: number): void {
    if (node.kind !== "list") return;
    const start = writer.openTagged(tag, 1);
    if (token !== ABSENT && this.#tape.byte(token) === LIST) this.#list(writer, planNode(node.element, 1), token);
    writer.close(start, 1);
  }

  #map(writer: ProtoWriter, { tag, element }: Plan, token: number): void {
    const tape = this.#tape;
    const end = tape.after(token);
    const keys: number[] = [];
    let isSorted = true;
    for (let key = token + 1; key < end; key = tape.after(key + 1)) {
      if (keys.length > 0 && !this.#isBefore(keys[keys.length - 1]!, key)) isSorted = false;
      keys.push(key);
    }
    if (!isSorted) this.#sort(keys);
    for (const key of keys) {
      const value = this.#valueAt(key + 1);
      const lengthBytes = value === ABSENT ? 1 : this.#lengthBytes(value);
      const start = writer.openTagged(tag, lengthBytes);
      this.#key(writer, key);
      this.#element(writer, element!, value);
      writer.close(start, lengthBytes);
    }
  }

  #key(writer: ProtoWriter, token: number): void {
    const tape = this.#tape;
    if (tape.escapes(token) !== NO_ESCAPES) return writer.text(KEY, this.#value(token) as string);
    writer.copied(FIRST, tape.bytes, { start: tape.start(token) + 1, end: tape.end(token) - 1 });
  }

  /** Whether two keys are certainly in order: by bytes, where those say the same as the characters that are compared. */
  #isBefore(a: number, b: number): boolean {
    const tape = this.#tape;
    const { bytes } = tape;
    const endA = tape.end(a) - 1;
    const endB = tape.end(b) - 1;
    if (tape.escapes(a) !== NO_ESCAPES || tape.escapes(b) !== NO_ESCAPES) return false;
    for (let atA = tape.start(a) + 1, atB = tape.start(b) + 1; ; atA++, atB++) {
      if (atA === endA) return true;
      if (atB === endB) return false;
      const [byteA, byteB] = [bytes[atA]!, bytes[atB]!];
      if (byteA !== byteB) return byteA < byteB && byteB < ASCII_END;
    }
  }

  #sort(keys: number[]): void {
    const texts = new Map(keys.map((key) => [key, this.#value(key) as string]));
    keys.sort((a, b) => (texts.get(a)! < texts.get(b)! ? -1 : 1));
  }

  /** What is rare, or nothing: as the plain encoder writes it. */
  #plain(writer: ProtoWriter, { number, node }: Plan, token: number): void {
    writeElement(writer, number, node, token === ABSENT ? undefined : this.#value(token));
  }

  #value(token: number): unknown {
    const { bytes } = this.#tape;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return parseJson(text.toString("utf8", this.#tape.start(token), this.#tape.end(token))).value;
  }

  #grow(): void {
    const grown = new Int32Array(Math.max(this.#slots.length * 2, this.#top));
    grown.set(this.#slots);
    this.#slots = grown;
  }
}

/** The tag of the only field of a small message, or of an entry's key. */
const FIRST = Uint8Array.of(KEY * 8 + BYTES);
const NULL = 0x6e;
const TRUE = 0x74;
const ZERO = 0x30;
const LETTER_Z = 0x5a;
const ASCII_END = 0x80;
/** Of a whole number that is surely exact as one. */
const DIGITS_MAX = 15;
/** A message up to this size has a length of one byte. */
const SHORT_MESSAGE_BYTES = 120;
/** A time with whole seconds, in its quotes. */
const TIME_BYTES = 22;

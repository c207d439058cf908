import { own } from "../base/index.ts";
import type { Comprehension, Entry, Expr } from "./ast.ts";
import type { Checked } from "./check.ts";
import { CostError, EvaluationError } from "./errors.ts";
import { isOfType, type Overload } from "./signature.ts";
import { isLoose, type Type } from "./types.ts";
import { wellKnown } from "./well-known.ts";
import { had, MapValue, mapFrom, Optional, TypeValue, typeNameOf, Uint, type Value } from "./values.ts";

/** Gives the variables of an expression their values; asked only for what is used. */
export type Activation = (name: string) => Value;

/** One run of an expression. */
interface Frame {
  readonly lookup: Activation;
  /** What comprehensions hold; an error stands for a value that could not be had. */
  readonly slots: (Value | EvaluationError)[];
  readonly costMax: number;
  cost: number;
}

type Code = (frame: Frame) => Value;

export interface Outcome {
  readonly value: Value;
  readonly cost: number;
}

/** Runs an expression; throws an EvaluationError when it has no value or costs more than it may. */
export interface Program {
  run(lookup: Activation, costMax: number): Outcome;
}

const IDENT_COST = 1;
const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;

/** Makes closures of a checked expression. */
export function compile(checked: Checked): Program {
  const code = new Compiler(checked).code(checked.expr);
  return {
    run(lookup, costMax) {
      const frame: Frame = { lookup, slots: [], costMax, cost: 0 };
      const value = code(frame);
      return { value, cost: frame.cost };
    },
  };
}

function charge(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.costMax) throw new CostError();
}

const noOverload = (what?: string) => new EvaluationError(`no such overload${what ? `: ${what}` : ""}`);

class Compiler {
  readonly #checked: Checked;
  readonly #scopes: { readonly name: string; readonly slot: number }[] = [];

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  code(expr: Expr): Code {
    const name = this.#checked.names.get(expr);
    if (name !== undefined) return this.#variable(expr, name);
    switch (expr.kind) {
      case "literal": {
        const { literal } = expr;
        const value: Value = literal.type === "uint" ? new Uint(literal.value) : literal.value;
        return () => value;
      }
      case "ident":
        throw new EvaluationError(`no such attribute: ${expr.name}`);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr.elements, expr.optional);
      case "map":
        return this.#map(expr.entries);
      case "struct":
        return this.#struct(expr);
      case "comprehension":
        return this.#comprehension(expr);
      default:
        return expr satisfies never;
    }
  }

  #variable(expr: Expr, name: string): Code {
    const found = this.#scopes.findLast((scope) => scope.name === name);
    if (found) {
      const { slot } = found;
      return (frame) => {
        charge(frame, IDENT_COST);
        const value = frame.slots[slot] as Value | EvaluationError;
        if (value instanceof EvaluationError) throw value;
        return value;
      };
    }
    const type = this.#checked.types.get(expr);
    if (type?.kind === "type") {
      const value = new TypeValue((type.parts[0] as Type).name);
      return () => value;
    }
    return (frame) => {
      charge(frame, IDENT_COST);
      return had(frame.lookup(name));
    };
  }

  #select({ operand, field, test }: Extract<Expr, { kind: "select" }>): Code {
    const from = this.code(operand);
    if (test) {
      return (frame) => {
        const value = from(frame);
        charge(frame, IDENT_COST);
        return fieldOf(value, field) !== undefined;
      };
    }
    return (frame) => {
      const value = from(frame);
      charge(frame, IDENT_COST);
      if (value instanceof Optional) return optionalField(value, field);
      const found = fieldOf(value, field);
      if (found === undefined) throw new EvaluationError(`no such key: ${field}`);
      return found;
    };
  }

  #call(expr: Extract<Expr, { kind: "call" }>): Code {
    const { name, target, args } = expr;
    const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined;
    if (special)
      return special(
        (target ? [target, ...args] : args).map((arg) => this.code(arg)),
        expr,
      );
    const overloads = this.#checked.overloads.get(expr) ?? [];
    const operands = (overloads[0]?.isMember && target ? [target, ...args] : args).map((arg) => ({
      code: this.code(arg),
      type: this.#checked.types.get(arg) as Type,
    }));
    const codes = operands.map(({ code }) => code);
    const [only] = overloads;
    const isCertain = overloads.length === 1 && operands.every(({ type }) => isFirm(type));
    if (only && isCertain) return callOf(codes, () => only);
    return callOf(codes, (values) => pick(overloads, values));
  }

  #list(elements: readonly Expr[], optional: ReadonlySet<number>): Code {
    const codes = elements.map((one) => this.code(one));
    return (frame) => {
      const list: Value[] = [];
      for (const [index, code] of codes.entries()) {
        const value = code(frame);
        if (!optional.has(index)) list.push(value);
        else if (!(value instanceof Optional)) throw noOverload();
        else if (value.value !== undefined) list.push(value.value);
      }
      charge(frame, LIST_COST);
      return list;
    };
  }

  #map(entries: readonly Entry[]): Code {
    const codes = entries.map(({ key, value, optional }) => ({
      key: this.code(key),
      value: this.code(value),
      optional,
    }));
    return (frame) => {
      const pairs: [Value, Value][] = [];
      for (const { key, value, optional } of codes) {
        const [name, found] = [key(frame), value(frame)];
        if (!optional) pairs.push([name, found]);
        else if (!(found instanceof Optional)) throw noOverload();
        else if (found.value !== undefined) pairs.push([name, found.value]);
      }
      charge(frame, MAP_COST);
      return mapFrom(pairs);
    };
  }

  #struct({ name, fields }: Extract<Expr, { kind: "struct" }>): Code {
    const codes = fields.map(({ name, value, optional }) => ({ name, value: this.code(value), optional }));
    const known = wellKnown(name);
    return (frame) => {
      const entries = new Map<string, readonly [Value, Value]>();
      for (const field of codes) {
        const value = field.value(frame);
        if (!field.optional) entries.set(`s${field.name}`, [field.name, value]);
        else if (value instanceof Optional && value.value !== undefined)
          entries.set(`s${field.name}`, [field.name, value.value]);
      }
      charge(frame, STRUCT_COST);
      return known ? known.make((field) => entries.get(`s${field}`)?.[1]) : new MapValue(entries, name);
    };
  }

  #comprehension(expr: Comprehension): Code {
    const range = this.code(expr.range);
    const start = this.code(expr.start);
    const accumulator = this.#scopes.length;
    this.#scopes.push({ name: expr.accumulator, slot: accumulator });
    const names = expr.names.map((name, index) => ({ name, slot: accumulator + 1 + index }));
    this.#scopes.push(...names);
    const isEndless = expr.condition.kind === "literal" && expr.condition.literal.value === true;
    const condition = this.code(expr.condition);
    const step = this.code(expr.step);
    this.#scopes.length = accumulator + 1;
    const result = this.code(expr.result);
    this.#scopes.length = accumulator;
    return (frame) => {
      const over = range(frame);
      const { slots } = frame;
      slots[accumulator] = start(frame);
      const each = (first: Value, second?: Value): boolean => {
        slots[accumulator + 1] = first;
        if (second !== undefined) slots[accumulator + 2] = second;
        if (!isEndless && condition(frame) !== true) return false;
        slots[accumulator] = held(step, frame);
        return !(isEndless && slots[accumulator] instanceof EvaluationError);
      };
      if (names.length === 2) walkPairs(over, each);
      else walk(over, each);
      return result(frame);
    };
  }
}

/** An error inside of a comprehension is a value until it turns out to matter. */
function held(code: Code, frame: Frame): Value | EvaluationError {
  try {
    return code(frame);
  } catch (error) {
    if (error instanceof EvaluationError && !(error instanceof CostError)) return error;
    throw error;
  }
}

function walk(over: Value, each: (one: Value) => boolean): void {
  if (Array.isArray(over)) {
    for (const one of over) if (!each(one)) return;
  } else if (over instanceof MapValue) {
    for (const [key] of over.entries.values()) if (!each(key)) return;
  } else throw new EvaluationError(`got '${internalName(over)}', expected iterable type`);
}

function walkPairs(over: Value, each: (key: Value, value: Value) => boolean): void {
  if (Array.isArray(over)) {
    for (const [index, one] of over.entries()) if (!each(BigInt(index), one)) return;
  } else if (over instanceof MapValue) {
    for (const [key, value] of over.entries.values()) if (!each(key, value)) return;
  } else throw new EvaluationError(`unsupported comprehension range type: ${internalName(over)}`);
}

const INTERNAL: Readonly<Record<string, string>> = {
  int: "Int",
  uint: "Uint",
  double: "Double",
  string: "String",
  bytes: "Bytes",
  bool: "Bool",
  null_type: "Null",
  type: "Type",
  "google.protobuf.Timestamp": "Timestamp",
  "google.protobuf.Duration": "Duration",
};

function internalName(value: Value): string {
  const name = own(INTERNAL, typeNameOf(value));
  return name ? `types.${name}` : typeNameOf(value);
}

/** A type that says all about what values have it. */
function isFirm(type: Type): boolean {
  return !isLoose(type) && type.kind !== "parameter" && type.parts.every(isFirm);
}

/** Calls what is picked for the values, and pays for it. */
function callOf(codes: readonly Code[], choose: (values: readonly Value[]) => Overload): Code {
  const [first, second] = codes;
  if (codes.length === 1 && first) {
    return (frame) => {
      const values = [first(frame)];
      return paid(frame, choose(values), values);
    };
  }
  if (codes.length === 2 && first && second) {
    return (frame) => {
      const values = [first(frame), second(frame)];
      return paid(frame, choose(values), values);
    };
  }
  return (frame) => {
    const values = codes.map((code) => code(frame));
    return paid(frame, choose(values), values);
  };
}

/** A call is paid before it runs, so that dear ones can't start on an empty budget. */
function paid(frame: Frame, { call, cost }: Overload, values: readonly Value[]): Value {
  charge(frame, cost ? cost(values) : 1);
  return call(...values);
}

const ARITHMETIC: Readonly<Record<string, readonly string[]>> = (() => {
  const numbers = ["int", "uint", "double"];
  const times = ["google.protobuf.Timestamp", "google.protobuf.Duration"];
  const ordered = [...numbers, ...times, "string", "bytes", "bool"];
  return {
    "_+_": [...numbers, ...times, "string", "bytes", "list"],
    "_-_": [...numbers, ...times],
    "_*_": numbers,
    "_/_": numbers,
    "_%_": ["int", "uint"],
    "_<_": ordered,
    "_<=_": ordered,
    "_>_": ordered,
    "_>=_": ordered,
  };
})();
const UNNAMED = new Set(["-_", "!_", "@in"]);

function pick(overloads: readonly Overload[], values: readonly Value[]): Overload {
  const found = overloads.find(({ params }) => params.every((type, index) => isOfType(values[index] as Value, type)));
  if (found) return found;
  const name = overloads[0]?.name ?? "";
  const operands = Object.hasOwn(ARITHMETIC, name) ? ARITHMETIC[name] : undefined;
  if (UNNAMED.has(name) || operands?.includes(typeNameOf(values[0] as Value))) throw noOverload();
  if (operands || name === "size") throw noOverload(name);
  throw noOverload(`${name}(${values.map(typeNameOf).join(", ")})`);
}

function fieldOf(value: Value, field: string): Value | undefined {
  if (value instanceof MapValue) return had(value.get(field));
  if (value instanceof Optional) return value.value === undefined ? undefined : fieldOf(value.value, field);
  return undefined;
}

function optionalField(value: Value, field: string): Optional {
  return new Optional(fieldOf(value, field));
}

/** What an index finds; undefined when there is nothing. */
function itemOf(value: Value, index: Value): Value | undefined {
  if (value instanceof MapValue) return had(value.get(index));
  if (!Array.isArray(value)) return undefined;
  const at = listIndex(index);
  return at >= 0 && at < value.length ? had(value[at] as Value) : undefined;
}

function listIndex(index: Value): number {
  const plain = index instanceof Uint ? index.value : index;
  if (typeof plain === "bigint") return Number(plain);
  if (typeof plain !== "number") throw new EvaluationError(`unsupported index type '${typeNameOf(index)}' in list`);
  if (!Number.isInteger(plain)) throw new EvaluationError(`unsupported index value ${plain} in list`);
  return plain;
}

function shownKey(key: Value): string {
  return key instanceof Uint ? String(key.value) : typeof key === "object" ? typeNameOf(key) : String(key);
}

const SPECIAL: Readonly<Record<string, (codes: readonly Code[], expr: Extract<Expr, { kind: "call" }>) => Code>> = {
  "_&&_": (codes) => logic(codes, false),
  "_||_": (codes) => logic(codes, true),
  "_?_:_":
    ([condition, yes, no]) =>
    (frame) => {
      const value = (condition as Code)(frame);
      if (typeof value !== "boolean") throw noOverload();
      return value ? (yes as Code)(frame) : (no as Code)(frame);
    },
  "@not_strictly_false":
    ([code]) =>
    (frame) => {
      const value = held(code as Code, frame);
      charge(frame, 1);
      return value !== false;
    },
  "_[_]":
    ([operand, index]) =>
    (frame) => {
      const value = (operand as Code)(frame);
      const at = (index as Code)(frame);
      charge(frame, IDENT_COST);
      if (value instanceof Optional)
        return new Optional(value.value === undefined ? undefined : itemOf(value.value, at));
      const found = itemOf(value, at);
      if (found !== undefined) return found;
      throw new EvaluationError(
        Array.isArray(value) ? `index out of bounds: ${shownKey(at)}` : `no such key: ${shownKey(at)}`,
      );
    },
  "_[?_]":
    ([operand, index]) =>
    (frame) => {
      const value = (operand as Code)(frame);
      const at = (index as Code)(frame);
      charge(frame, IDENT_COST);
      const inner = value instanceof Optional ? value.value : value;
      return new Optional(inner === undefined ? undefined : itemOf(inner, at));
    },
  "_?._":
    ([operand], { args }) =>
    (frame) => {
      const value = (operand as Code)(frame);
      charge(frame, IDENT_COST);
      const [, name] = args as [Expr, Expr];
      return optionalField(value, name.kind === "literal" ? String(name.literal.value) : "");
    },
  or: (codes) => otherwise(codes, (present) => present),
  orValue: (codes) => otherwise(codes, ({ value }) => value as Value),
  "@append":
    ([list, item]) =>
    (frame) => {
      // Only this comprehension holds the list, so it may grow in place.
      const all = (list as Code)(frame) as Value[];
      const value = (item as Code)(frame);
      charge(frame, LIST_COST + 1);
      all.push(value);
      return all;
    },
};

/** What is there, as `take` gives it, else the other, which is run only then. What isn't optional after all is there. */
function otherwise([one, other]: readonly Code[], take: (present: Optional) => Value): Code {
  return (frame) => {
    const value = (one as Code)(frame);
    if (!(value instanceof Optional)) return value;
    return value.value === undefined ? (other as Code)(frame) : take(value);
  };
}

/** `decisive` decides alone, whatever the other operand is, even an error. */
function logic([left, right]: readonly Code[], decisive: boolean): Code {
  return (frame) => {
    const first = held(left as Code, frame);
    if (first === decisive) return decisive;
    const second = held(right as Code, frame);
    if (second === decisive) return decisive;
    if (typeof first === "boolean" && typeof second === "boolean") return !decisive;
    if (first instanceof EvaluationError) throw first;
    if (second instanceof EvaluationError) throw second;
    throw noOverload();
  };
}

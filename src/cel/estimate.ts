import type { Comprehension, Expr } from "./ast.ts";
import type { Checked } from "./check.ts";
import { estimateCall, LIST_COST, type SizedNode } from "./estimate-calls.ts";
import { either, exactly, plus, type Range, times, UNKNOWN } from "./ranges.ts";
import type { Type } from "./types.ts";

/**
 * What the schema says of the size of a value: characters, elements or keys at most, by the path that leads to it from a
 * variable; `@items`, `@keys` and `@values` stand for what is in lists and maps. undefined when it says nothing.
 */
export type SizeLookup = (path: readonly string[]) => number | undefined;

const IDENT_COST = 1;
const MAP_COST = 30;
const STRUCT_COST = 40;

/** What running an expression may cost at least and at most, for all values that are no larger than they may be. */
export function estimateCost(checked: Checked, sizeOf: SizeLookup): Range {
  return new Estimator(checked, sizeOf).cost(checked.expr);
}

type Call = Extract<Expr, { kind: "call" }>;
type Path = readonly string[] | undefined;

class Estimator {
  readonly #checked: Checked;
  readonly #sizeOf: SizeLookup;
  readonly #sizes = new Map<Expr, Range>();
  readonly #paths = new Map<Expr, Path>();
  readonly #scopes: { readonly name: string; readonly path: Path }[] = [];

  constructor(checked: Checked, sizeOf: SizeLookup) {
    this.#checked = checked;
    this.#sizeOf = sizeOf;
  }

  cost(expr: Expr): Range {
    const name = this.#checked.names.get(expr);
    if (name !== undefined) {
      this.#paths.set(expr, this.#pathOfName(name));
      return exactly(IDENT_COST);
    }
    switch (expr.kind) {
      case "literal":
        return exactly(0);
      case "ident":
        return exactly(IDENT_COST);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return plus(exactly(LIST_COST), ...this.#all(expr.elements));
      case "map":
        return plus(exactly(MAP_COST), ...this.#all(expr.entries.flatMap(({ key, value }) => [key, value])));
      case "struct":
        return plus(exactly(STRUCT_COST), ...this.#all(expr.fields.map(({ value }) => value)));
      case "comprehension":
        return this.#comprehension(expr);
      default:
        return expr satisfies never;
    }
  }

  #all(exprs: readonly Expr[]): Range[] {
    return exprs.map((one) => this.cost(one));
  }

  #pathOfName(name: string): Path {
    const found = this.#scopes.findLast((scope) => scope.name === name);
    return found ? found.path : [name];
  }

  #select(expr: Extract<Expr, { kind: "select" }>): Range {
    const inner = this.cost(expr.operand);
    // Asking whether a field is there costs no more than what leads to it.
    if (expr.test) return inner;
    this.#paths.set(expr, this.#below(expr.operand, expr.field));
    const { kind } = this.#typeOf(expr.operand);
    return kind === "map" || kind === "struct" || kind === "parameter" ? plus(inner, exactly(IDENT_COST)) : inner;
  }

  #below(expr: Expr, step: string): Path {
    const path = this.#paths.get(expr);
    return path && [...path, step];
  }

  #typeOf(expr: Expr): Type {
    return this.#checked.types.get(expr) as Type;
  }

  #call(expr: Call): Range {
    const overloads = this.#checked.overloads.get(expr) ?? [];
    const isMember = overloads[0]?.isMember === true && expr.target !== undefined;
    const operands = isMember ? [expr.target as Expr, ...expr.args] : expr.args;
    const costs = this.#all(operands);
    if (expr.name === "_&&_" || expr.name === "_||_") return { min: costs[0]!.min, max: plus(...costs).max };
    if (expr.name === "_?_:_") return this.#choice(expr, costs);
    const nodes = operands.map((one) => this.#node(one));
    const estimates = overloads.map((one) => estimateCall(one, nodes));
    if (estimates.length === 0) return plus(...costs);
    // Which of them it will be is not known yet.
    const known = estimates.flatMap(({ size }) => (size ? [size] : []));
    if (known.length > 0) this.#sizes.set(expr, known.reduce(either));
    const [of] = overloads.flatMap(({ params: [first] }) => (expr.name === "_[_]" && first ? [first.kind] : []));
    if (of) this.#paths.set(expr, this.#below(operands[0] as Expr, of === "list" ? "@items" : "@values"));
    return plus(...costs, estimates.map(({ cost }) => cost).reduce(either));
  }

  #choice(expr: Call, [condition, yes, no]: readonly Range[]): Range {
    const [, ifTrue, ifFalse] = expr.args;
    this.#sizes.set(expr, either(this.#size(ifTrue!), this.#size(ifFalse!)));
    return plus(condition!, either(yes!, no!));
  }

  #comprehension(expr: Comprehension & Expr): Range {
    const range = this.cost(expr.range);
    const start = this.cost(expr.start);
    const depth = this.#scopes.length;
    // What is built up has no place in the data.
    this.#scopes.push({ name: expr.accumulator, path: undefined });
    const isList = this.#typeOf(expr.range).kind === "list";
    const last = isList ? "@items" : expr.names.length === 2 ? "@values" : "@keys";
    const [first, second] = expr.names;
    if (second !== undefined)
      this.#scopes.push({ name: first!, path: isList ? undefined : this.#below(expr.range, "@keys") });
    this.#scopes.push({ name: second ?? first!, path: this.#below(expr.range, last) });
    const each = plus(this.cost(expr.condition), this.cost(expr.step));
    this.#scopes.length = depth + 1;
    const result = this.cost(expr.result);
    this.#scopes.length = depth;
    const count = this.#size(expr.range);
    this.#sizes.set(expr, count);
    return plus(range, start, result, times(count, each));
  }

  #node(expr: Expr): SizedNode {
    const type = this.#typeOf(expr);
    const element = type.kind === "list" ? (type.parts[0] as Type) : undefined;
    return {
      type,
      literal: expr.kind === "literal" ? expr.literal.value : undefined,
      size: () => this.#size(expr),
      elementSize: () => (element ? this.#sizeAt(this.#below(expr, "@items"), element) : undefined) ?? UNKNOWN,
    };
  }

  #size(expr: Expr): Range {
    return this.#sizes.get(expr) ?? written(expr) ?? this.#sizeAt(this.#paths.get(expr), this.#typeOf(expr)) ?? UNKNOWN;
  }

  #sizeAt(path: Path, type: Type): Range | undefined {
    const max = path && this.#sizeOf(path);
    if (max !== undefined) return { min: 0, max };
    return isScalar(type) ? exactly(1) : undefined;
  }
}

const SCALARS: ReadonlySet<string> = new Set([
  "bool",
  "int",
  "uint",
  "double",
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
]);

function isScalar({ kind, name, parts }: Type): boolean {
  return kind === "optional" ? isScalar(parts[0] as Type) : SCALARS.has(name);
}

/** The size of what the expression itself spells out. */
function written(expr: Expr): Range | undefined {
  if (expr.kind === "list") return exactly(expr.elements.length);
  if (expr.kind === "map") return exactly(expr.entries.length);
  if (expr.kind !== "literal") return undefined;
  const { literal } = expr;
  if (literal.type === "string") return exactly([...literal.value].length);
  return exactly(literal.type === "bytes" ? literal.value.length : 1);
}

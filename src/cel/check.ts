import type { Comprehension, Entry, Expr, FieldEntry } from "./ast.ts";
import type { Environment } from "./environment.ts";
import type { Issue } from "./errors.ts";
import type { Overload } from "./signature.ts";
import {
  assign,
  type Bindings,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isLoose,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  parameter,
  sameType,
  showType,
  STRING,
  structFrom,
  substitute,
  type Type,
  typeOf,
  UINT,
} from "./types.ts";
import { wellKnown } from "./well-known.ts";

/** What checking found out about an expression and all in it. */
export interface Checked {
  readonly expr: Expr;
  readonly type: Type;
  readonly types: ReadonlyMap<Expr, Type>;
  /** The overloads a call may turn out to be. */
  readonly overloads: ReadonlyMap<Expr, readonly Overload[]>;
  /** Expressions that are names of variables or types, dots included. */
  readonly names: ReadonlyMap<Expr, string>;
}

export interface CheckResult {
  readonly checked: Checked | undefined;
  readonly issues: readonly Issue[];
}

/** Works out the types of an expression. */
export function check(expr: Expr, environment: Environment): CheckResult {
  const checker = new Checker(environment);
  checker.check(expr);
  return checker.finish(expr);
}

type Call = Extract<Expr, { kind: "call" }>;
type Select = Extract<Expr, { kind: "select" }>;

const LITERAL_TYPES = { int: INT, uint: UINT, double: DOUBLE, string: STRING, bytes: BYTES, bool: BOOL, null: NULL };

class Checker {
  readonly #environment: Environment;
  readonly #issues: Issue[] = [];
  readonly #types = new Map<Expr, Type>();
  readonly #overloads = new Map<Expr, readonly Overload[]>();
  readonly #names = new Map<Expr, string>();
  readonly #scopes: ReadonlyMap<string, Type>[] = [];
  #bindings: Bindings = new Map();
  #fresh = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  finish(expr: Expr): CheckResult {
    if (this.#issues.length > 0) return { checked: undefined, issues: this.#issues };
    const types = new Map<Expr, Type>();
    for (const [node, type] of this.#types) types.set(node, this.#settled(type));
    const type = types.get(expr) ?? DYN;
    const checked = { expr, type, types, overloads: this.#overloads, names: this.#names };
    return { checked, issues: this.#issues };
  }

  /** A type without parameters: what stands for nothing can be anything. */
  #settled(type: Type): Type {
    const settled = substitute(type, this.#bindings);
    const open = (one: Type): Type =>
      one.kind === "parameter" ? DYN : one.parts.length > 0 ? { ...one, parts: one.parts.map(open) } : one;
    return open(settled);
  }

  #report(at: number, message: string): Type {
    this.#issues.push({ at, message });
    return ERROR;
  }

  #show(type: Type): string {
    return showType(this.#settled(type));
  }

  check(expr: Expr): Type {
    const type = this.#typeOf(expr);
    this.#types.set(expr, type);
    return type;
  }

  #typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case "literal":
        return LITERAL_TYPES[expr.literal.type];
      case "ident":
        return this.#name(expr, expr.name) ?? this.#undeclared(expr.at, expr.name);
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

  #undeclared(at: number, name: string): Type {
    return this.#report(at, `undeclared reference to '${name}' (in container '')`);
  }

  /** The type of a name that may have dots in it. */
  #name(expr: Expr, written: string): Type | undefined {
    const isGlobal = written.startsWith(".");
    const name = isGlobal ? written.slice(1) : written;
    for (let index = this.#scopes.length - 1; index >= 0 && !isGlobal; index--) {
      const found = this.#scopes[index]?.get(name);
      if (found) {
        this.#names.set(expr, name);
        return found;
      }
    }
    const variable = this.#environment.variables.get(name);
    const named = this.#environment.typeNames.get(name);
    if (!variable && !named) return undefined;
    this.#names.set(expr, name);
    return variable ?? typeOf(named as Type);
  }

  #select(expr: Select): Type {
    const path = expr.test ? undefined : pathOf(expr);
    const root = path?.split(".")[0] ?? "";
    if (path !== undefined && !this.#isShadowed(root)) {
      const found = this.#name(expr, path);
      if (found) return found;
    }
    const operand = this.check(expr.operand);
    const field = this.#field(expr, operand, expr.field);
    return expr.test ? BOOL : field;
  }

  #isShadowed(name: string): boolean {
    return this.#scopes.some((scope) => scope.has(name));
  }

  /** The type of a field, taken from what may be optional. */
  #field({ at }: Expr, operand: Type, field: string): Type {
    const type = substitute(operand, this.#bindings);
    if (type.kind === "optional") return optionalOf(this.#plainField(at, type.parts[0] as Type, field));
    return this.#plainField(at, type, field);
  }

  #plainField(at: number, operand: Type, field: string): Type {
    const type = substitute(operand, this.#bindings);
    switch (type.kind) {
      case "map":
        return type.parts[1] as Type;
      case "struct":
        return type.fields?.().get(field) ?? this.#report(at, `undefined field '${field}'`);
      case "dyn":
      case "error":
        return DYN;
      case "parameter":
        this.#bindings = assign(type, DYN, this.#bindings) ?? this.#bindings;
        return DYN;
      case "opaque":
        if (type.name.startsWith("kubernetes."))
          return this.#report(at, `unexpected failed resolution of '${type.name}'`);
    }
    return this.#report(at, `type '${this.#show(type)}' does not support field selection`);
  }

  #call(expr: Call): Type {
    const { name, target, args, at } = expr;
    if (name === "_&&_" || name === "_||_") return this.#logic(args);
    if (name === "_?._") return this.#optionalSelect(expr);
    if (!target) {
      const types = args.map((arg) => this.check(arg));
      const found = this.#environment.functions.get(name.startsWith(".") ? name.slice(1) : name);
      if (!found) return this.#undeclared(at, name);
      return this.#resolve(expr, { found, types, isMember: false });
    }
    const path = pathOf(target);
    const spaced = path === undefined ? undefined : this.#environment.functions.get(`${path}.${name}`);
    if (spaced && !this.#isShadowed((path as string).split(".")[0] as string)) {
      const types = args.map((arg) => this.check(arg));
      return this.#resolve(expr, { found: spaced, types, isMember: false });
    }
    const types = [target, ...args].map((arg) => this.check(arg));
    const found = this.#environment.functions.get(name);
    if (!found) return this.#undeclared(at, name);
    return this.#resolve(expr, { found, types, isMember: true });
  }

  #logic(args: readonly Expr[]): Type {
    for (const arg of args) this.#want(arg, BOOL);
    return BOOL;
  }

  #want(expr: Expr, wanted: Type): void {
    const type = this.check(expr);
    const bindings = assign(type, wanted, this.#bindings);
    if (bindings) this.#bindings = bindings;
    else this.#report(expr.at, `expected type '${this.#show(wanted)}' but found '${this.#show(type)}'`);
  }

  #optionalSelect(expr: Call): Type {
    const [operand, field] = expr.args as [Expr, Expr];
    const type = substitute(this.check(operand), this.#bindings);
    this.check(field);
    const name = field.kind === "literal" ? String(field.literal.value) : "";
    const found = this.#field(expr, type, name);
    return found.kind === "optional" ? found : optionalOf(found);
  }

  /** Which overloads fit; the result is theirs, or dyn when they differ. */
  #resolve(
    expr: Call,
    { found, types, isMember }: { found: readonly Overload[]; types: readonly Type[]; isMember: boolean },
  ): Type {
    const fitting: Overload[] = [];
    let result: Type | undefined;
    for (const overload of found) {
      if (overload.isMember !== isMember || overload.params.length !== types.length) continue;
      const { params, result: own } = this.#instance(overload);
      const bindings = this.#assignAll(types, params);
      if (!bindings) continue;
      this.#bindings = bindings;
      fitting.push(overload);
      const type = substitute(own, bindings);
      if (!result) result = type;
      else if (!isLoose(result) && !sameType(result, type)) result = DYN;
    }
    if (!result) return this.#noOverload({ at: expr.at, name: found[0]?.name ?? expr.name, types, isMember });
    this.#overloads.set(expr, fitting);
    return result;
  }

  #noOverload(call: { at: number; name: string; types: readonly Type[]; isMember: boolean }): Type {
    const { at, name, types, isMember } = call;
    const shown = types.map((type) => this.#show(type));
    const args = isMember ? `${shown[0]}.(${shown.slice(1).join(", ")})` : `(${shown.join(", ")})`;
    return this.#report(at, `found no matching overload for '${name}' applied to '${args}'`);
  }

  #assignAll(from: readonly Type[], to: readonly Type[]): Bindings | undefined {
    let bindings: Bindings | undefined = this.#bindings;
    for (const [index, type] of from.entries()) {
      bindings = assign(type, to[index] as Type, bindings);
      if (!bindings) return undefined;
    }
    return bindings;
  }

  /** An overload with parameters of its own. */
  #instance({ params, result }: Overload): { params: readonly Type[]; result: Type } {
    const mark = ++this.#fresh;
    const fresh = (type: Type): Type =>
      type.kind === "parameter"
        ? parameter(`${type.name}${mark}`)
        : type.parts.length > 0
          ? { ...type, parts: type.parts.map(fresh) }
          : type;
    return { params: params.map(fresh), result: fresh(result) };
  }

  #list(elements: readonly Expr[], optional: ReadonlySet<number>): Type {
    let element: Type | undefined;
    for (const [index, one] of elements.entries()) {
      let type = this.check(one);
      if (optional.has(index)) type = this.#unwrapped(one, type);
      element = this.#join(element, type);
    }
    return listOf(element ?? parameter(`_${++this.#fresh}`));
  }

  #unwrapped(expr: Expr, type: Type): Type {
    const plain = substitute(type, this.#bindings);
    if (plain.kind === "optional") return plain.parts[0] as Type;
    if (isLoose(plain)) return DYN;
    return this.#report(expr.at, `expected type 'optional_type(${this.#show(type)})' but found '${this.#show(type)}'`);
  }

  #join(known: Type | undefined, type: Type): Type {
    if (!known) return type;
    const bindings = assign(known, type, this.#bindings);
    if (!bindings) return DYN;
    this.#bindings = bindings;
    return isLoose(substitute(type, bindings)) ? type : known;
  }

  #map(entries: readonly Entry[]): Type {
    let [key, value]: (Type | undefined)[] = [];
    for (const entry of entries) {
      key = this.#join(key, this.check(entry.key));
      let type = this.check(entry.value);
      if (entry.optional) type = this.#unwrapped(entry.value, type);
      value = this.#join(value, type);
    }
    return mapOf(key ?? parameter(`_${++this.#fresh}`), value ?? parameter(`_${++this.#fresh}`));
  }

  #struct({ name, fields, at }: Extract<Expr, { kind: "struct" }>): Type {
    const known = wellKnown(name);
    const type = known ? structFrom(name, known.fields) : this.#environment.structNamed(name);
    if (!type) {
      if (!this.#environment.typeNames.has(name)) return this.#undeclared(at, name);
      for (const { value } of fields) this.check(value);
      return this.#report(at, `'${name}' is not a message type`);
    }
    for (const field of fields) this.#structField(type, field);
    return known?.type ?? type;
  }

  #structField(struct: Type, { name, value, at, optional }: FieldEntry): void {
    let type = this.check(value);
    if (optional) type = this.#unwrapped(value, type);
    const wanted = struct.fields?.().get(name);
    const bindings = wanted && assign(type, wanted, this.#bindings);
    if (bindings) this.#bindings = bindings;
    else {
      const shown = wanted ? this.#show(wanted) : "";
      this.#report(at, `expected type of field '${name}' is '${shown}' but provided type is '${this.#show(type)}'`);
    }
  }

  #comprehension(expr: Comprehension & Expr): Type {
    const range = this.check(expr.range);
    const start = this.check(expr.start);
    const variables = this.#rangeVariables(expr, range);
    this.#scopes.push(new Map([[expr.accumulator, start]]));
    this.#scopes.push(variables);
    this.#want(expr.condition, BOOL);
    this.#want(expr.step, start);
    this.#scopes.pop();
    const result = this.check(expr.result);
    this.#scopes.pop();
    return substitute(result, this.#bindings);
  }

  #rangeVariables({ range, names }: Comprehension, type: Type): ReadonlyMap<string, Type> {
    const found = this.#rangeTypes(range, substitute(type, this.#bindings));
    const types = names.length === 2 ? found.two : [found.one];
    return new Map(names.map((name, index) => [name, types[index] as Type]));
  }

  #rangeTypes(range: Expr, type: Type): { one: Type; two: readonly [Type, Type] } {
    switch (type.kind) {
      case "list":
        return { one: type.parts[0] as Type, two: [INT, type.parts[0] as Type] };
      case "map":
        return { one: type.parts[0] as Type, two: [type.parts[0] as Type, type.parts[1] as Type] };
      case "dyn":
      case "error":
      case "parameter":
        if (type.kind === "parameter") this.#bindings = assign(type, DYN, this.#bindings) ?? this.#bindings;
        return { one: DYN, two: [DYN, DYN] };
    }
    const shown = this.#show(type);
    this.#report(
      range.at,
      `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return { one: ERROR, two: [ERROR, ERROR] };
  }
}

/** The dotted name an expression spells; undefined when it is more than that. */
function pathOf(expr: Expr): string | undefined {
  if (expr.kind === "ident") return expr.name;
  if (expr.kind !== "select" || expr.test) return undefined;
  const path = pathOf(expr.operand);
  return path === undefined ? undefined : `${path}.${expr.field}`;
}

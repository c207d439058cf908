import type { Comprehension, Expr, ExprNode } from "./ast.ts";
import type { Issue } from "./errors.ts";

/** The name of what comprehensions build up; no identifier of a user can be it. */
const ACCUMULATOR = "@result";

export interface MacroCall {
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  /** Where what it becomes is said to stand. */
  readonly at: number;
}

type Expand = (call: MacroCall) => Expr | Issue;

/** What a call is expanded to before it is checked; undefined when it is no macro. */
export function expandMacro(name: string, call: MacroCall): Expr | Issue | undefined {
  const key = `${call.target ? "." : ""}${name}/${call.args.length}`;
  return Object.hasOwn(MACROS, key) ? MACROS[key]?.(call) : undefined;
}

/** The same of `cel.bind(name, value, expression)`, which not all environments know. */
export function expandBinding(name: string, { target, args, at: place }: MacroCall): Expr | Issue | undefined {
  const isBinding = name === "bind" && args.length === 3 && target?.kind === "ident" && target.name === "cel";
  if (!isBinding) return undefined;
  const [variable, value, body] = args as readonly [Expr, Expr, Expr];
  if (variable.kind !== "ident")
    return { at: variable.at, message: "cel.bind() variable names must be simple identifiers" };
  return bound(place, { name: variable.name, value, body });
}

const at = (place: number, node: ExprNode): Expr => ({ ...node, at: place });
const call = (place: number, name: string, ...args: Expr[]): Expr => at(place, { kind: "call", name, args });
const accumulated = (place: number): Expr => at(place, { kind: "ident", name: ACCUMULATOR });
const literalBool = (place: number, value: boolean): Expr =>
  at(place, { kind: "literal", literal: { type: "bool", value } });
const literalInt = (place: number, value: bigint): Expr =>
  at(place, { kind: "literal", literal: { type: "int", value } });
const emptyList = (place: number): Expr => at(place, { kind: "list", elements: [], optional: new Set() });
const emptyMap = (place: number): Expr => at(place, { kind: "map", entries: [] });

type Plan = Pick<Comprehension, "start" | "condition" | "step" | "result">;

const PLANS = {
  all: (place: number, body: Expr): Plan => ({
    start: literalBool(place, true),
    condition: call(place, "@not_strictly_false", accumulated(place)),
    step: call(place, "_&&_", accumulated(place), body),
    result: accumulated(place),
  }),
  exists: (place: number, body: Expr): Plan => ({
    start: literalBool(place, false),
    condition: call(place, "@not_strictly_false", call(place, "!_", accumulated(place))),
    step: call(place, "_||_", accumulated(place), body),
    result: accumulated(place),
  }),
  one: (place: number, body: Expr): Plan => ({
    start: literalInt(place, 0n),
    condition: literalBool(place, true),
    step: chosen(place, body, call(place, "_+_", accumulated(place), literalInt(place, 1n))),
    result: call(place, "_==_", accumulated(place), literalInt(place, 1n)),
  }),
};

function chosen(place: number, filter: Expr | undefined, step: Expr): Expr {
  return filter ? call(place, "_?_:_", filter, step, accumulated(place)) : step;
}

function collected(place: number, start: Expr, step: Expr): Plan {
  return { start, condition: literalBool(place, true), step, result: accumulated(place) };
}

const append = (place: number, value: Expr): Expr => call(place, "@append", accumulated(place), value);

/** Takes the leading arguments as names and makes a comprehension of the rest. */
function over(count: 1 | 2, wording: string, plan: (place: number, rest: readonly Expr[]) => Plan): Expand {
  return ({ target, args, at: place }) => {
    const names: string[] = [];
    for (const arg of args.slice(0, count)) {
      if (arg.kind !== "ident") return { at: arg.at, message: wording };
      if (names.includes(arg.name)) return { at: arg.at, message: `duplicate variable name: ${arg.name}` };
      names.push(arg.name);
    }
    return at(place, {
      kind: "comprehension",
      range: target as Expr,
      names,
      accumulator: ACCUMULATOR,
      ...plan(place, args.slice(count)),
    });
  };
}

const SIMPLE = "argument must be a simple name";
const IDENTIFIER = "argument is not an identifier";
const one = (plan: (place: number, body: Expr) => Plan, count: 1 | 2) =>
  over(count, SIMPLE, (place, [body]) => plan(place, body as Expr));

/** The last of the rest is what is collected, one before it a filter. */
function collecting(rest: readonly Expr[]): { filter: Expr | undefined; value: Expr } {
  return rest.length > 1 ? { filter: rest[0], value: rest[1] as Expr } : { filter: undefined, value: rest[0] as Expr };
}

const toList = (place: number, rest: readonly Expr[]): Plan => {
  const { filter, value } = collecting(rest);
  return collected(place, emptyList(place), chosen(place, filter, append(place, value)));
};

/** `key` undefined: the value is a map of entries to take over. */
function toMap(place: number, rest: readonly Expr[], key: Expr | undefined): Plan {
  const { filter, value } = collecting(rest);
  const args = key ? [accumulated(place), key, value] : [accumulated(place), value];
  return collected(place, emptyMap(place), chosen(place, filter, call(place, "cel.@mapInsert", ...args)));
}

const has: Expand = ({ args: [arg], at: place }) =>
  arg?.kind === "select" && !arg.test
    ? { ...arg, test: true, at: place }
    : { at: (arg as Expr).at, message: "invalid argument to has() macro" };

const filter: Expand = (whole) =>
  over(1, IDENTIFIER, (place, [test]) =>
    collected(place, emptyList(place), chosen(place, test, append(place, whole.args[0] as Expr))),
  )(whole);

const transformMap: Expand = (whole) => over(2, SIMPLE, (place, rest) => toMap(place, rest, whole.args[0]))(whole);

/** A value under a name for a body: nothing is gone over, and the body is the result. */
function bound(
  place: number,
  { name, value, body }: { readonly name: string; readonly value: Expr; readonly body: Expr },
): Expr {
  return at(place, {
    kind: "comprehension",
    range: emptyList(place),
    names: ["#unused"],
    accumulator: name,
    start: value,
    condition: literalBool(place, false),
    step: at(place, { kind: "ident", name }),
    result: body,
  });
}

function ifThere(wrap: (place: number, value: Expr) => Expr): Expand {
  return ({ target, args: [name, body], at: place }) => {
    if (name?.kind !== "ident")
      return { at: (name as Expr).at, message: "optMap() variable name must be a simple identifier" };
    const operand = target as Expr;
    const member = (method: string): Expr => at(place, { kind: "call", name: method, target: operand, args: [] });
    const inner = bound(place, { name: name.name, value: member("value"), body: body as Expr });
    return call(place, "_?_:_", member("hasValue"), wrap(place, inner), call(place, "optional.none"));
  };
}

/** A name that nobody can write. */
const SORTED = "@__sortBy_input__";

/** Sorts by what the body makes of each element of a list, which is made once. */
const sortBy: Expand = ({ target, args, at: place }) => {
  const input = (): Expr => at(place, { kind: "ident", name: SORTED });
  const keys = over(1, IDENTIFIER, toList)({ target: input(), args, at: place });
  if (!("kind" in keys)) return keys;
  const body = at(place, { kind: "call", name: "@sortByAssociatedKeys", target: input(), args: [keys] });
  return bound(place, { name: SORTED, value: target as Expr, body });
};

const MACROS: Readonly<Record<string, Expand>> = {
  "has/1": has,
  ".all/2": one(PLANS.all, 1),
  ".all/3": one(PLANS.all, 2),
  ".exists/2": one(PLANS.exists, 1),
  ".exists/3": one(PLANS.exists, 2),
  ".exists_one/2": one(PLANS.one, 1),
  ".exists_one/3": one(PLANS.one, 2),
  ".existsOne/3": one(PLANS.one, 2),
  ".map/2": over(1, IDENTIFIER, toList),
  ".map/3": over(1, IDENTIFIER, toList),
  ".filter/2": filter,
  ".transformList/3": over(2, SIMPLE, toList),
  ".transformList/4": over(2, SIMPLE, toList),
  ".transformMap/3": transformMap,
  ".transformMap/4": transformMap,
  ".transformMapEntry/3": over(2, SIMPLE, (place, rest) => toMap(place, rest, undefined)),
  ".transformMapEntry/4": over(2, SIMPLE, (place, rest) => toMap(place, rest, undefined)),
  ".sortBy/2": sortBy,
  ".optMap/2": ifThere((place, value) => call(place, "optional.of", value)),
  ".optFlatMap/2": ifThere((_place, value) => value),
};

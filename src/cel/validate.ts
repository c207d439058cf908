import type { Expr } from "./ast.ts";
import type { Checked } from "./check.ts";
import { EvaluationError, type Issue } from "./errors.ts";
import { clausesOf, misfitOf, takes } from "./format.ts";
import { regexOf } from "./regex.ts";
import { parseDuration, parseTimestamp, timestampOf } from "./time.ts";
import { sameType, showType, type Type } from "./types.ts";

const SECOND = 1_000_000_000n;

/** What the checker lets through although it can never work: bad patterns and times, lists of mixed types. */
export function validate({ expr, types }: Checked): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (at: number, message: string): void => {
    issues.push({ at, message });
  };
  const visit = (node: Expr, isLoose: boolean): void => {
    if (node.kind === "call") validateCall(node, { types, report });
    if (!isLoose) validateMixed(node, types, report);
    const below = isLoose || (node.kind === "call" && node.name === "format");
    for (const child of childrenOf(node)) visit(child, below);
  };
  visit(expr, false);
  return issues;
}

const CONVERSIONS = new Set(["bool", "bytes", "double", "duration", "int", "string", "timestamp", "uint"]);
const SEARCHES = new Set(["find", "findAll"]);

/** What constant parts of an expression fail of whenever it is run; undefined when all is well. */
export function constantProblem(expr: Expr, run: (part: Expr) => void): string | undefined {
  if (expr.kind === "call" && isConstantCall(expr)) {
    try {
      run(expr);
    } catch (error) {
      if (error instanceof EvaluationError) return error.message;
      throw error;
    }
  }
  const unread = expr.kind === "call" ? patternProblem(expr) : undefined;
  if (unread !== undefined) return unread;
  for (const child of childrenOf(expr)) {
    const problem = constantProblem(child, run);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isConstantCall(expr: Call): boolean {
  if (isConversion(expr)) return isConstant(expr);
  const { name, target, args } = expr;
  return name === "matches" && args.length === 1 && isConstant(args[0]) && isConstant(target);
}

const isConversion = ({ name, target, args }: Call): boolean =>
  CONVERSIONS.has(name) && args.length === 1 && target === undefined;

function isConstant(expr: Expr | undefined): boolean {
  if (expr?.kind !== "call") return expr?.kind === "literal";
  return (expr.name === "dyn" || isConversion(expr)) && isConstant(expr.args[0]);
}

/** What is wrong with a pattern that is searched for, which is read once for all. */
function patternProblem({ name, target, args }: Call): string | undefined {
  const [pattern] = args;
  if (!SEARCHES.has(name) || !target || pattern?.kind !== "literal") return undefined;
  const text = pattern.literal.value;
  try {
    if (typeof text === "string") regexOf(text);
    return undefined;
  } catch (error) {
    if (error instanceof EvaluationError) return error.message;
    throw error;
  }
}

type Types = ReadonlyMap<Expr, Type>;
type Report = (at: number, message: string) => void;
type Call = Extract<Expr, { kind: "call" }>;

interface Reporting {
  readonly types: Types;
  readonly report: Report;
}

/** A call of `format` on a template that is written out, with a list that is. */
interface Format {
  readonly expr: Call;
  readonly template: string;
  readonly args: readonly Expr[];
}

function formatOf(expr: Call): Format | undefined {
  const { name, target, args } = expr;
  const [list] = args;
  if (name !== "format" || target?.kind !== "literal" || list?.kind !== "list" || args.length !== 1) return undefined;
  const template = target.literal.value;
  return typeof template === "string" ? { expr, template, args: list.elements } : undefined;
}

function childrenOf(node: Expr): readonly Expr[] {
  switch (node.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
      return [node.operand];
    case "call":
      return node.target ? [node.target, ...node.args] : node.args;
    case "list":
      return node.elements;
    case "map":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "struct":
      return node.fields.map(({ value }) => value);
    case "comprehension":
      return [node.range, node.start, node.condition, node.step, node.result];
    default:
      return node satisfies never;
  }
}

function validateCall(expr: Call, reporting: Reporting): void {
  const { name, args } = expr;
  const { report } = reporting;
  const last = args.at(-1);
  const format = formatOf(expr);
  if (format) validateFormat(format, reporting);
  if (last?.kind !== "literal") return;
  const { value } = last.literal;
  if (name === "matches" && typeof value === "string" && !isPattern(value)) report(last.at, "invalid matches argument");
  if (name === "timestamp" && args.length === 1 && !isTimestamp(value)) report(last.at, "invalid timestamp argument");
  if (name === "duration" && args.length === 1 && typeof value === "string" && !parseDuration(value))
    report(last.at, "invalid duration argument");
}

function isPattern(text: string): boolean {
  try {
    regexOf(text);
    return true;
  } catch {
    return false;
  }
}

function isTimestamp(value: unknown): boolean {
  if (typeof value === "string") return parseTimestamp(value) !== undefined;
  return typeof value !== "bigint" || timestampOf(value * SECOND) !== undefined;
}

/** Tells a template from arguments that are too many or too few, or of types that its clauses don't take. */
function validateFormat({ expr, template, args }: Format, { types, report }: Reporting): void {
  let used = 0;
  for (const { verb, problem } of clausesOf(template)) {
    const arg = args[used++];
    if (problem !== undefined) return report(expr.at, problem);
    if (arg === undefined) return report(expr.at, `index ${used - 1} out of range`);
    const misfit = verb === "s" ? unshown(arg, types) : takes(verb, typeOfArg(arg, types)) ? undefined : arg;
    if (misfit) return report(misfit.at, misfitOf(verb, nameOfKind(typeOfArg(misfit, types))));
  }
  if (args.length > used)
    report(expr.at, `too many arguments supplied to string.format (expected ${used}, got ${args.length})`);
}

/** What of an argument can't be shown as text: itself, or something in the list or map that it is written as. */
function unshown(arg: Expr, types: Types): Expr | undefined {
  if (!takes("s", typeOfArg(arg, types))) return arg;
  const parts =
    arg.kind === "list"
      ? arg.elements
      : arg.kind === "map"
        ? arg.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const part of parts) {
    const found = unshown(part, types);
    if (found) return found;
  }
  return undefined;
}

const typeOfArg = (arg: Expr, types: Types): Type => types.get(arg) as Type;

/** A type's name without what it is made of. */
const nameOfKind = ({ kind, name }: Type): string => (kind === "parameter" ? "dyn" : name);

/** Lists and maps that are written out have elements, keys and values of one type each. */
function validateMixed(node: Expr, types: Types, report: Report): void {
  const typeOf = (expr: Expr, isOptional = false): Typed => {
    const type = types.get(expr) as Type;
    return { at: expr.at, type: isOptional ? (type.parts[0] ?? type) : type };
  };
  if (node.kind === "list")
    validateAlike(
      node.elements.map((one, index) => typeOf(one, node.optional.has(index))),
      report,
    );
  if (node.kind !== "map") return;
  validateAlike(
    node.entries.map(({ key }) => typeOf(key)),
    report,
  );
  validateAlike(
    node.entries.map(({ value, optional }) => typeOf(value, optional)),
    report,
  );
}

interface Typed {
  readonly at: number;
  readonly type: Type;
}

function validateAlike([first, ...rest]: readonly Typed[], report: Report): void {
  const other = first && rest.find(({ type }) => !sameType(type, first.type));
  if (other) report(other.at, `expected type '${showType(first.type)}' but found '${showType(other.type)}'`);
}

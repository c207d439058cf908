import type { Expr } from "./ast.ts";
import type { Checked } from "./check.ts";
import { EvaluationError, type Issue } from "./errors.ts";
import { format } from "./format.ts";
import { regexOf } from "./regex.ts";
import { parseDuration, parseTimestamp, timestampOf } from "./time.ts";
import { sameType, showType, type Type } from "./types.ts";
import type { Value } from "./values.ts";

const SECOND = 1_000_000_000n;

/** What the checker lets through although it can never work: bad patterns and times, lists of mixed types. */
export function validate({ expr, types }: Checked): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (at: number, message: string) => issues.push({ at, message });
  const visit = (node: Expr, isLoose: boolean): void => {
    if (node.kind === "call") validateCall(node, report);
    if (!isLoose) validateMixed(node, types, report);
    const below = isLoose || (node.kind === "call" && node.name === "format");
    for (const child of childrenOf(node)) visit(child, below);
  };
  visit(expr, false);
  return issues;
}

const CONVERSIONS = new Set(["int", "uint", "double", "bool"]);

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
  for (const child of childrenOf(expr)) {
    const problem = constantProblem(child, run);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isConstantCall({ name, target, args }: Extract<Expr, { kind: "call" }>): boolean {
  const [first] = args;
  if (CONVERSIONS.has(name)) return args.length === 1 && first?.kind === "literal" && !target;
  return name === "matches" && args.length === 1 && isConstant(first) && isConstant(target);
}

function isConstant(expr: Expr | undefined): boolean {
  if (expr?.kind === "call" && expr.name === "dyn") return isConstant(expr.args[0]);
  return expr?.kind === "literal";
}

type Report = (at: number, message: string) => void;

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

function validateCall({ name, target, args }: Extract<Expr, { kind: "call" }>, report: Report): void {
  const last = args.at(-1);
  if (last?.kind !== "literal") {
    if (name === "format" && target?.kind === "literal" && last?.kind === "list") validateFormat(target, last, report);
    return;
  }
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

/** Tells a template from literal arguments that don't fit it. */
function validateFormat(
  { literal }: Extract<Expr, { kind: "literal" }>,
  { elements }: Extract<Expr, { kind: "list" }>,
  report: Report,
): void {
  const values = elements.map((one) => (one.kind === "literal" ? one.literal.value : undefined));
  if (typeof literal.value !== "string" || values.includes(undefined)) return;
  try {
    format(literal.value, values as Value[]);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    const place = elements.find((one) => one.kind === "literal" && one.literal.type === "double") ?? elements[0];
    if (place && error.message.startsWith("error during formatting")) report(place.at, error.message);
  }
}

function validateMixed(node: Expr, types: ReadonlyMap<Expr, Type>, report: Report): void {
  if (node.kind === "list") {
    const elements = node.elements.filter((_, index) => !node.optional.has(index));
    validateAlike(elements, types, report);
  }
  if (node.kind !== "map") return;
  validateAlike(
    node.entries.map(({ key }) => key),
    types,
    report,
  );
  validateAlike(
    node.entries.filter(({ optional }) => !optional).map(({ value }) => value),
    types,
    report,
  );
}

function validateAlike([first, ...rest]: readonly Expr[], types: ReadonlyMap<Expr, Type>, report: Report): void {
  const wanted = first && types.get(first);
  if (!wanted) return;
  const other = rest.find((one) => !sameType(types.get(one) as Type, wanted));
  if (!other) return;
  report(other.at, `expected type '${showType(wanted)}' but found '${showType(types.get(other) as Type)}'`);
}

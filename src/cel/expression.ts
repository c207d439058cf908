import { CALL_COST_MAX } from "./cost.ts";
import { type Checked, check } from "./check.ts";
import type { Environment } from "./environment.ts";
import { type Issue, showIssues } from "./errors.ts";
import { compile, type Program } from "./evaluate.ts";
import { parse } from "./parse.ts";
import type { Type } from "./types.ts";
import { constantProblem, validate } from "./validate.ts";

export interface Compiled {
  readonly source: string;
  readonly checked: Checked;
  /** What it evaluates to. */
  readonly type: Type;
  readonly program: Program;
}

/** Why a text is no expression, as clients see it. */
export interface Failure {
  readonly problem: string;
  /** Set when it is well formed, and of some type, but can never run. */
  readonly internal?: { readonly detail: string; readonly type: Type };
}

/** Reads, checks and compiles an expression. */
export function compileExpression(source: string, environment: Environment): Compiled | Failure {
  const { expr, issues } = parse(source, environment);
  if (!expr) return failure(source, issues);
  const { checked, issues: wrong } = check(expr, environment);
  if (!checked) return failure(source, wrong);
  const invalid = validate(checked);
  if (invalid.length > 0) return failure(source, invalid);
  const constant = constantProblem(expr, (part) => {
    compile({ ...checked, expr: part }).run(() => null, CALL_COST_MAX);
  });
  if (constant !== undefined) {
    const detail = `program instantiation failed: ${constant}`;
    return { problem: detail, internal: { detail, type: checked.type } };
  }
  return { source, checked, type: checked.type, program: compile(checked) };
}

function failure(source: string, issues: readonly Issue[]): Failure {
  return { problem: showIssues(source, issues) };
}

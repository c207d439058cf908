import { own } from "../../../base/index.ts";
import {
  BUDGET,
  CALL_COST_MAX,
  CostError,
  EvaluationError,
  Optional,
  type Program,
  showType,
  type Value,
} from "../../../cel/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { valueOf } from "./cel-types.ts";
import { leadsSomewhere } from "./field-path.ts";
import { type RuleTree, ruleTree } from "./rule-tree.ts";
import { correlated, isUnchanged, type Pair, pairAt, pairOf } from "./unchanged.ts";
import { type CompiledRule, compileProblem, rulesOf } from "./rules.ts";

type Json = Record<string, unknown>;

interface Place {
  readonly schema: JSONSchemaProps;
  readonly value: unknown;
  /** undefined when there was nothing here, or nothing that can be told to be the same. */
  readonly old: unknown;
  readonly path: string;
  readonly isRoot: boolean;
  readonly past: Past;
  readonly rules: RuleTree | undefined;
}

/** What a value is known to replace, and what the nearest value around it is. */
interface Past {
  readonly here?: Pair | undefined;
  readonly above?: Pair | undefined;
}

/** What is left to spend on one object. */
interface Run {
  budget: number;
  readonly errors: FieldError[];
  /** What is wrong with values that were left as they are: it is only warned of. */
  readonly kept: FieldError[];
}

/** Runs all rules of a schema on an object. */
export function runRules(schema: JSONSchemaProps, object: Json, old: Json | undefined): FieldError[] {
  return runOnObject(schema, object, old).errors;
}

/** What rules say of the parts of an object that an update leaves as they were. */
export function unchangedFaults(schema: JSONSchemaProps, object: Json, old: Json): FieldError[] {
  return runOnObject(schema, object, old).kept;
}

function runOnObject(schema: JSONSchemaProps, value: Json, old: Json | undefined): Run {
  const run: Run = { budget: BUDGET, errors: [], kept: [] };
  const past = old ? { here: { schema, value, old } } : {};
  visit({ schema, value, old, path: "", isRoot: true, past, rules: ruleTree(schema, true) }, run);
  return run;
}

/** Runs them on a default, which they see as something that hasn't changed. */
export function runRulesOnDefault(schema: JSONSchemaProps, path: string): FieldError[] {
  const isRoot = schema["x-kubernetes-embedded-resource"] === true;
  const value = schema.default;
  const run: Run = { budget: BUDGET, errors: [], kept: [] };
  visit({ schema, value, old: value, path, isRoot, past: {}, rules: ruleTree(schema, isRoot) }, run);
  return run.errors;
}

/** Whether what is wrong with a value was so before. */
function isKept({ here, above }: Past): boolean {
  const pair = here ?? above;
  return pair !== undefined && isUnchanged(pair);
}

function pastOf({ here, above }: Past, key: string): Past {
  if (!here) return { here, above };
  // Both are converted to the same type, so nobody can tell whether these have changed.
  if (!above && (key === "apiVersion" || key === "kind")) return {};
  return { here: pairOf(here, key), above: here };
}

function visit(place: Place, run: Run): void {
  const { value, rules } = place;
  if (value === null || value === undefined || !rules || run.budget < 0) return;
  runOwn(place, rules, run);
  if (Array.isArray(value)) visitItems(place, rules, run);
  else if (isObject(value)) visitFields(place, rules, run);
}

function visitItems({ schema, value, old, path, past }: Place, rules: RuleTree, run: Run): void {
  const items = value as readonly unknown[];
  const below = rules.items;
  if (!below) return;
  const before = Array.isArray(old) ? old : [];
  for (const [index, item] of items.entries()) {
    const inner = past.here ? { here: pairAt(past.here, index), above: past.here } : past;
    const found = correlated(schema, item, before);
    visit({ ...below, value: item, old: found, path: `${path}[${index}]`, past: inner, rules: below }, run);
  }
}

function visitFields({ value, old, path, past }: Place, { properties, values }: RuleTree, run: Run): void {
  const object = value as Json;
  const before: Json = isObject(old) ? old : {};
  const keys = properties.size > 0 || values ? Object.keys(object).sort() : [];
  const walk = (below: RuleTree | undefined, key: string, at: string) =>
    visit(
      { ...below!, value: object[key], old: own(before, key), path: at, past: pastOf(past, key), rules: below },
      run,
    );
  if (values) for (const key of keys) walk(values, key, `${path}[${key}]`);
  for (const key of keys) if (properties.has(key)) walk(properties.get(key), key, path ? `${path}.${key}` : key);
}

function runOwn(place: Place, { declaring }: RuleTree, run: Run): void {
  const { schema, value, old, isRoot } = place;
  if (!schema["x-kubernetes-validations"]?.length) return;
  const rules = rulesOf(schema, declaring, isRoot);
  if (!rules) {
    run.errors.push(invalidValue(place.path || "<nil>", schema.type ?? "", UNTYPED));
    return;
  }
  const self = valueOf(value, schema, isRoot);
  const oldSelf = old === undefined || old === null ? undefined : valueOf(old, schema, isRoot);
  for (const one of rules) {
    if (run.budget < 0) return;
    if (one.rule.rule.trim() === "") continue;
    if (one.isTransition && oldSelf === undefined && !one.rule.optionalOldSelf) continue;
    runRule(one, { place, self, oldSelf }, run);
  }
}

const UNTYPED = "rule compiler initialization error: failed to convert to declType for CEL validation rules";

interface Values {
  readonly place: Place;
  readonly self: Value;
  readonly oldSelf: Value | undefined;
}

function runRule(
  { rule, test, message, isTransition }: CompiledRule,
  { place, self, oldSelf }: Values,
  run: Run,
): void {
  const path = place.path === "" ? "<nil>" : place.path;
  const type = place.schema.type ?? "";
  const report = (detail: string) => run.errors.push({ path, type: "Invalid", value: type, detail });
  if (!("program" in test)) {
    report(`rule compile error: ${compileProblem(test)}`);
    return;
  }
  if (showType(test.type) !== "bool") {
    report("rule compile error: cel expression must evaluate to a bool");
    return;
  }
  const lookup = (name: string): Value => {
    if (name === "self") return self;
    return rule.optionalOldSelf ? new Optional(oldSelf) : (oldSelf ?? null);
  };
  // Messages see what was there before as it was, also those of rules that see it as something that may be there.
  const lookupOfMessage = (name: string): Value => {
    if (name === "self") return self;
    if (oldSelf === undefined) throw new EvaluationError(`no such attribute(s): ${name}`);
    return oldSelf;
  };
  try {
    if (spend(test.program, lookup, run) === true) return;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    if (error instanceof CostError) exceed(costOfRule(rule), report, run);
    else report(whatFailed(error, rule));
    return;
  }
  const plain = rule.message?.trim() ? rule.message.trim() : `failed rule: ${ruleText(rule)}`;
  let detail = plain;
  try {
    if (message && "program" in message && showType(message.type) === "string")
      detail = messageFrom(spend(message.program, lookupOfMessage, run)) ?? plain;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    if (error instanceof CostError) {
      exceed(costOfMessage(rule), report, run);
      return;
    }
  }
  // What did not change may go on breaking rules, but for those that compare.
  const broken = !isTransition && isKept(place.past) ? run.kept : run.errors;
  broken.push(failure(place, rule, detail));
}

function whatFailed({ message }: EvaluationError, rule: CompiledRule["rule"]): string {
  if (!message.startsWith("no such overload")) return `${message} evaluating rule: ${ruleText(rule)}`;
  const how = "call arguments did not match a supported operator, function or macro signature";
  return `'${message}': ${how} for rule: ${ruleText(rule)}`;
}

const ruleText = ({ message, rule }: CompiledRule["rule"]): string => message?.trim() || rule.trim();

/** Runs a program on what is left of the budget, and no more than one call may cost. */
function spend(program: Program, lookup: (name: string) => Value, run: Run): Value {
  const { value, cost } = program.run(lookup, Math.min(CALL_COST_MAX, run.budget));
  run.budget -= cost;
  return value;
}

/** What is told of an expression that costs more than one call may, or than is left for all. */
interface CostTexts {
  readonly call: string;
  readonly all: string;
}

const costOfRule = (rule: CompiledRule["rule"]): CostTexts => ({
  call: `'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`,
  all: "validation failed due to running out of cost budget, no further validation rules will be run",
});

const costOfMessage = ({ messageExpression }: CompiledRule["rule"]): CostTexts => ({
  call: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(messageExpression)}`,
  all: "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run",
});

function exceed(texts: CostTexts, report: (detail: string) => void, run: Run): void {
  report(run.budget > CALL_COST_MAX ? texts.call : texts.all);
  run.budget = -1;
}

const MESSAGE_LENGTH_MAX = 5 * 1024;

/** A message in one line; undefined for what is none. */
function messageFrom(value: Value): string | undefined {
  if (typeof value !== "string" || value.length > MESSAGE_LENGTH_MAX) return undefined;
  const text = value.trim();
  return text === "" || text.includes("\n") ? undefined : text;
}

function failure(place: Place, { reason, fieldPath }: CompiledRule["rule"], detail: string): FieldError {
  const value = shown(place);
  const isPath = fieldPath !== undefined && fieldPath !== "" && leadsSomewhere(fieldPath, place.schema);
  const path = isPath ? pathBelow(place.path, fieldPath) : place.path || "<nil>";
  switch (reason) {
    case "FieldValueRequired":
      return { path, type: "Required", detail };
    case "FieldValueForbidden":
      return { path, type: "Forbidden", detail };
    case "FieldValueDuplicate":
      return { path, type: "Duplicate", ...value, detail: "" };
    default:
      return { path, type: "Invalid", ...value, detail };
  }
}

/** Objects and lists aren't shown. */
function shown({ schema, value }: Place): { value: unknown } | { valueOmitted: true } {
  return schema.type === "object" || schema.type === "array" ? { valueOmitted: true } : { value };
}

/** `.a['b']` below a path; a leading dot joins. */
function pathBelow(path: string, fieldPath: string): string {
  const keys = fieldPath.replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_all, key: string) => `[${key.replace(/\\(.)/g, "$1")}]`);
  return path === "" ? keys.replace(/^\./, "") : `${path}${keys}`;
}

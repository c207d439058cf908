import { jsonEqual, own } from "../../../base/index.ts";
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
import { escapedName, isRecord, typeOfSchema, valueOf, visibleProperties } from "./cel-types.ts";
import { leadsSomewhere } from "./field-path.ts";
import { type CompiledRule, compileProblem, rulesOf } from "./rules.ts";

type Json = Record<string, unknown>;

interface Place {
  readonly schema: JSONSchemaProps;
  readonly value: unknown;
  /** undefined when there was nothing here, or nothing that can be told to be the same. */
  readonly old: unknown;
  readonly path: string;
  readonly isRoot: boolean;
}

/** What is left to spend on one object. */
interface Run {
  budget: number;
  readonly errors: FieldError[];
  /** Whether the object is changed, not made. */
  readonly isUpdate: boolean;
  /** Which values' rules are run, but for those that compare: they are run on changed ones' behalf. */
  readonly part: "changed" | "unchanged";
}

/** Runs all rules of a schema on an object. */
export function runRules(schema: JSONSchemaProps, object: Json, old: Json | undefined): FieldError[] {
  return runPart("changed", { schema, value: object, old, path: "", isRoot: true });
}

/** Runs them on a default, which they see as something that hasn't changed. */
export function runRulesOnDefault(schema: JSONSchemaProps, path: string): FieldError[] {
  const isRoot = schema["x-kubernetes-embedded-resource"] === true;
  const value = schema.default;
  const run: Run = { budget: BUDGET, errors: [], isUpdate: false, part: "changed" };
  visit({ schema, value, old: value, path, isRoot }, run);
  return run.errors;
}

/** What rules say of the parts of an object that an update leaves as they were. */
export function unchangedFaults(schema: JSONSchemaProps, object: Json, old: Json): FieldError[] {
  return runPart("unchanged", { schema, value: object, old, path: "", isRoot: true });
}

function runPart(part: Run["part"], place: Place): FieldError[] {
  const run: Run = { budget: BUDGET, errors: [], isUpdate: place.old !== undefined, part };
  if (hasRules(place.schema)) visit(place, run);
  return run.errors;
}

const withRules = new WeakMap<JSONSchemaProps, boolean>();

/** Whether there are rules here or below. */
export function hasRules(schema: JSONSchemaProps): boolean {
  let known = withRules.get(schema);
  if (known === undefined) {
    const { items, additionalProperties: values, properties = {} } = schema;
    const below = [...Object.values(properties), items, values].filter(isRecord);
    known = (schema["x-kubernetes-validations"]?.length ?? 0) > 0 || below.some(hasRules);
    withRules.set(schema, known);
  }
  return known;
}

function visit(place: Place, run: Run): void {
  const { schema, value } = place;
  if (value === null || value === undefined || !hasRules(schema) || run.budget < 0) return;
  runOwn(place, run);
  if (Array.isArray(value)) visitItems(place, value, run);
  else if (isObject(value)) visitFields(place, value, run);
}

function visitItems({ schema, old, path }: Place, items: readonly unknown[], run: Run): void {
  const below = schema.items;
  if (!isRecord(below)) return;
  const before = Array.isArray(old) ? old : [];
  // A list that is as it was has the items that it had.
  const isSame = run.isUpdate && jsonEqual(items, old);
  for (const [index, value] of items.entries()) {
    const found = isSame ? before[index] : correlated(schema, value, before);
    visit({ schema: below, value, old: found, path: `${path}[${index}]`, isRoot: false }, run);
  }
}

/** The item of before that has the same keys. */
function correlated(schema: JSONSchemaProps, value: unknown, before: readonly unknown[]): unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !isObject(value)) return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return before.find((one) => isObject(one) && keys.every((key) => jsonEqual(one[key], (value as Json)[key])));
}

function visitFields({ schema, old, path, isRoot }: Place, value: Json, run: Run): void {
  const before: Json = isObject(old) ? old : {};
  const { additionalProperties: values } = schema;
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  const properties = visibleProperties(schema, isResource);
  for (const key of Object.keys(value)) {
    const below = own(properties, key);
    if (below) {
      if (!isExposed(schema, key, below)) continue;
      visit(
        { schema: below, value: value[key], old: own(before, key), path: path ? `${path}.${key}` : key, isRoot: false },
        run,
      );
    } else if (isRecord(values))
      visit({ schema: values, value: value[key], old: own(before, key), path: `${path}[${key}]`, isRoot: false }, run);
  }
}

/** Whether rules may look at a field: of fields without a type, and of what has no fields, nothing is looked at. */
function isExposed(schema: JSONSchemaProps, key: string, field: JSONSchemaProps): boolean {
  const hasFields = schema.type === "object" && !isRecord(schema.additionalProperties);
  if (!hasFields && escapedName(key) !== undefined) return false;
  return typeOfSchema(field, "object", false) !== undefined;
}

function runOwn(place: Place, run: Run): void {
  const { schema, value, old, isRoot } = place;
  if (!schema["x-kubernetes-validations"]?.length) return;
  const rules = rulesOf(schema, isRoot);
  if (!rules) {
    run.errors.push(invalidValue(place.path || "<nil>", schema.type ?? "", UNTYPED));
    return;
  }
  const self = valueOf(value, schema, isRoot);
  const oldSelf = old === undefined || old === null ? undefined : valueOf(old, schema, isRoot);
  // What did not change may go on breaking rules, but for those that compare.
  const isSame = run.isUpdate && old !== undefined && jsonEqual(value, old);
  for (const one of rules) {
    if (run.budget < 0) return;
    if (one.rule.rule.trim() === "") continue;
    if ((isSame && !one.isTransition) !== (run.part === "unchanged")) continue;
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

function runRule({ rule, test, message }: CompiledRule, { place, self, oldSelf }: Values, run: Run): void {
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
    if (message && "program" in message) detail = messageFrom(spend(message.program, lookupOfMessage, run)) ?? plain;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    if (error instanceof CostError) {
      exceed(costOfMessage(rule), report, run);
      return;
    }
  }
  run.errors.push(failure(place, rule, detail));
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

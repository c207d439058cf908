import { showType } from "../../../cel/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue, notSupported, required } from "../../validation/errors.ts";
import type { JSONSchemaProps, ValidationRule } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";
import { leadsSomewhere } from "./field-path.ts";
import { type Cardinality, cardinalityBelow, RuleCosts } from "./rules.cost.ts";
import { type Declaring, elementsDeclaring, fieldDeclaring, isDeclaring, isEmbedded } from "./declared.ts";
import { type CompiledRule, rulesOf } from "./rules.ts";
import { structuralProblem } from "./structural.validate.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** Where a schema stands. */
interface Place {
  readonly schema: JSONSchemaProps;
  readonly path: string;
  readonly isRoot: boolean;
  /** The list above in which items of before and after can't be told to be the same. */
  readonly uncorrelated?: string;
  /** How many such values an object can have, as far as the schemas above say. */
  readonly cardinality: Cardinality;
  readonly costs: RuleCosts;
  /** Where something else is wrong. */
  readonly wrong: readonly string[];
  /** What is known of the type that rules see here: nothing where no schema from here up has any. */
  readonly typed: Typed | undefined;
}

/** What a value's type is declared by, or that it can't be told to rules. */
type Typed = { readonly declaring: Declaring } | "unconvertible";

/** What is wrong with how the rules of one schema are written, their expressions left aside. */
export function validateWrittenRules(schema: JSONSchemaProps, path: string): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).flatMap((rule, index) =>
    validateRule(rule, schema, `${path}.x-kubernetes-validations[${index}]`),
  );
}

/**
 * What is wrong with the expressions in the rules of a structural schema and all below it. Of a schema in which, or below
 * which, something else is wrong they are not looked at: `others`.
 */
export function validateRules(schema: JSONSchemaProps, path: string, others: readonly FieldError[]): FieldError[] {
  const costs = new RuleCosts();
  const wrong = others.map((error) => error.path);
  const errors = validatePlace({
    schema,
    path,
    isRoot: true,
    cardinality: 1,
    costs,
    wrong,
    typed: hasOwnRules(schema) ? typedBy(schema, true) : undefined,
  });
  return [...errors, ...costs.ofSchema(path)];
}

const hasOwnRules = (schema: JSONSchemaProps): boolean => (schema["x-kubernetes-validations"]?.length ?? 0) > 0;

const typedBy = (schema: JSONSchemaProps, isRoot: boolean): Typed =>
  isDeclaring(schema, isRoot) ? { declaring: schema } : "unconvertible";

/** The type below a place where it is known: what the schema above says of it counts, else what its own says. */
function typedBelow(place: Place, schema: JSONSchemaProps, name: string | undefined): Typed | undefined {
  const { typed } = place;
  if (typed === "unconvertible") return typed;
  if (!typed && !hasOwnRules(schema)) return undefined;
  if (typed && name === undefined) return { declaring: elementsDeclaring(typed.declaring) };
  const declaring = typed && name !== undefined ? fieldDeclaring(typed.declaring, name, place.isRoot) : undefined;
  return declaring ? { declaring } : typedBy(schema, isEmbedded(schema));
}

function validatePlace(place: Place): FieldError[] {
  const { schema, path, uncorrelated } = place;
  const { items, additionalProperties, properties = {} } = schema;
  const below = (
    one: JSONSchemaProps,
    name: string,
    { loose = uncorrelated, property }: { loose?: string | undefined; property?: string } = {},
  ) =>
    validatePlace({
      schema: one,
      path: `${path}.${name}`,
      isRoot: false,
      cardinality: cardinalityBelow(schema, place.cardinality),
      costs: place.costs,
      wrong: place.wrong,
      typed: typedBelow(place, one, property),
      ...(loose !== undefined && { uncorrelated: loose }),
    });
  const isMap = schema["x-kubernetes-list-type"] === "map";
  return [
    ...(isRecord(additionalProperties) ? below(additionalProperties, "additionalProperties") : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      below(property, `properties[${name}]`, { property: name }),
    ),
    ...(isRecord(items) ? below(items, "items", { loose: isMap ? uncorrelated : (uncorrelated ?? path) }) : []),
    ...validateOwn(place),
  ];
}

function validateOwn(place: Place): FieldError[] {
  const { schema, path, isRoot, typed } = place;
  const rules = schema["x-kubernetes-validations"] ?? [];
  const at = (index: number) => `${path}.x-kubernetes-validations[${index}]`;
  if (rules.length === 0 || place.wrong.some((one) => one.startsWith(`${path}.`))) return [];
  const compiled = typed && typed !== "unconvertible" ? rulesOf(schema, typed.declaring, isRoot) : undefined;
  if (!compiled)
    return [
      {
        path: `${path}.x-kubernetes-validations`,
        type: "Internal",
        detail: typed === "unconvertible" ? UNCONVERTIBLE : UNDECLARED,
      },
    ];
  const costed = { ...place, schema: (typed as Exclude<Typed, string>).declaring as JSONSchemaProps };
  return compiled.flatMap((one, index) => validateCompiled(one, at(index), costed));
}

const UNDECLARED = "failed to convert to declType for CEL validation rules";
const UNCONVERTIBLE =
  "internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations";

function validateRule(rule: ValidationRule, schema: JSONSchemaProps, path: string): FieldError[] {
  const { reason, messageExpression, fieldPath } = rule;
  const errors =
    rule.rule.trim() === ""
      ? [required(`${path}.rule`, "rule is not specified")]
      : validateMessage(rule, `${path}.message`);
  if (messageExpression && messageExpression.trim() === "")
    errors.push(required(`${path}.messageExpression`, "messageExpression must be non-empty if specified"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  if (fieldPath) errors.push(...validateFieldPath(fieldPath, schema, `${path}.fieldPath`));
  return errors;
}

function validateMessage({ rule, message }: ValidationRule, path: string): FieldError[] {
  if (message && message.trim() === "") return [invalidValue(path, message, "must be non-empty if specified")];
  if (message?.trim().includes("\n")) return [invalidValue(path, message, "must not contain line breaks")];
  if (!message && rule.trim().includes("\n"))
    return [required(path, "message must be specified if rule contains line breaks")];
  return [];
}

function validateFieldPath(fieldPath: string, schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (fieldPath.trim() === "") errors.push(invalidValue(path, fieldPath, "must be non-empty if specified"));
  else if (fieldPath.includes("\n")) errors.push(invalidValue(path, fieldPath, "must not contain line breaks"));
  // In a schema that says what it may not nothing is looked for.
  if (structuralProblem(schema) === undefined && !leadsSomewhere(fieldPath, schema))
    errors.push(invalidValue(path, fieldPath, "must be a valid path"));
  return errors;
}

/** A rule as Kubernetes shows it in errors. */
function shownRule({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: ValidationRule) {
  return {
    Rule: rule,
    Message: message ?? "",
    MessageExpression: messageExpression ?? "",
    Reason: reason ?? null,
    FieldPath: fieldPath ?? "",
    OptionalOldSelf: optionalOldSelf ?? null,
  };
}

function validateCompiled({ rule, test, message, isTransition }: CompiledRule, path: string, place: Place) {
  const errors = place.costs.ofRule(`${path}.rule`, test, place);
  const report = (field: string, detail: string) =>
    errors.push(invalidValue(`${path}.${field}`, shownRule(rule), detail));
  if ("problem" in test) report("rule", `compilation failed: ${test.problem}`);
  else if (!isText(showType(test.type), "bool")) report("rule", "cel expression must evaluate to a bool");
  if (message && "problem" in message)
    report("messageExpression", `messageExpression compilation failed: ${message.problem}`);
  else if (message && !isText(showType(message.type), "string"))
    report("messageExpression", "messageExpression must evaluate to a string");
  else if (message) errors.push(...place.costs.ofMessage(`${path}.messageExpression`, message, place));
  if (isTransition && place.uncorrelated !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated}`;
    errors.push(invalidValue(`${path}.rule`, rule.rule, detail));
  }
  if (!isTransition && rule.optionalOldSelf !== undefined) {
    const detail = "may not be set if oldSelf is not used in rule";
    errors.push(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, detail));
  }
  return errors;
}

/** Whether a type is what is wanted, or may turn out to be. */
const isText = (shown: string, wanted: string): boolean => shown === wanted;

import type { FieldError } from "../../kind.ts";
import { forbiddenField, notSupported, required } from "../../validation/errors.ts";
import type { JSONSchemaProps, ValidationRule } from "../v1/customresourcedefinition.types.ts";
import { isObject } from "../../../schema/index.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** Compiles the rules of one schema and tells what is wrong with them. */
export type CheckExpressions = (schema: JSONSchemaProps, path: string) => FieldError[];

/** Rules can't be run yet: a definition that has them says so instead of letting everything pass. */
const refuseExpressions: CheckExpressions = (schema, path) =>
  (schema["x-kubernetes-validations"] ?? []).map((_, index) =>
    forbiddenField(
      `${path}.x-kubernetes-validations[${index}].rule`,
      "x-kubernetes-validations are not implemented yet",
    ),
  );

/** What is wrong with the rules of a schema and all below it. */
export function validateRules(
  schema: JSONSchemaProps,
  path: string,
  check: CheckExpressions = refuseExpressions,
): FieldError[] {
  const { items, additionalProperties, properties = {} } = schema;
  const written = (schema["x-kubernetes-validations"] ?? []).flatMap((rule, index) =>
    validateRule(rule, `${path}.x-kubernetes-validations[${index}]`),
  );
  return [
    ...(isObject(additionalProperties)
      ? validateRules(additionalProperties, `${path}.additionalProperties`, check)
      : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      validateRules(property, `${path}.properties[${name}]`, check),
    ),
    ...(isObject(items) ? validateRules(items, `${path}.items`, check) : []),
    ...(written.length > 0 ? written : check(schema, path)),
  ];
}

function validateRule({ rule, message, reason }: ValidationRule, path: string): FieldError[] {
  if (rule.trim() === "") return [required(`${path}.rule`, "rule is not specified")];
  const errors: FieldError[] = [];
  if (!message && rule.includes("\n"))
    errors.push(required(`${path}.message`, "message must be specified if rule contains line breaks"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  return errors;
}

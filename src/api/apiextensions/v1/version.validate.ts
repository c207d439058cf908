import { own } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { duplicateValue, invalidValue, required, tooMany } from "../../validation/errors.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from "./customresourcedefinition.types.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const WARNING_MAX = 256;
const SELECTABLE_MAX = 8;

/** What is wrong with the warning of a deprecated version. */
export function validateDeprecation(path: string, deprecated: boolean, warning: string | undefined): FieldError[] {
  if (warning === undefined) return [];
  const problems: string[] = [];
  if (!deprecated) problems.push("can only be set for deprecated versions");
  if (warning === "") problems.push("must not be an empty string");
  if (warning.length > WARNING_MAX) problems.push(`must be <= ${WARNING_MAX} characters long`);
  const strange = [...warning].findIndex((one) => /[\p{C}\p{Zl}\p{Zp}]/u.test(one));
  if (strange >= 0) {
    const index = Buffer.byteLength([...warning].slice(0, strange).join(""));
    problems.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
  }
  return problems.map((detail) => ({ path, type: "Invalid", value: inJson(warning), detail }));
}

/** A text that messages show as JSON would, as those that are pointers in the original. */
function inJson(text: string): { readonly toJSON: () => string } {
  return { toJSON: () => text };
}

/** What is wrong with the subresources of a version. */
export function validateSubresources(path: string, subresources: CustomResourceSubresources | undefined): FieldError[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return [
    ...validateScalePath(`${path}.scale.specReplicasPath`, specReplicasPath, [".spec."]),
    ...validateScalePath(`${path}.scale.statusReplicasPath`, statusReplicasPath, [".status."]),
    ...(labelSelectorPath
      ? validateScalePath(`${path}.scale.labelSelectorPath`, labelSelectorPath, [".spec.", ".status."])
      : []),
  ];
}

function validateScalePath(path: string, value: string, prefixes: readonly string[]): FieldError[] {
  if (value === "") return [required(path)];
  const simple = validateSimplePath(path, value);
  if (simple.length > 0 || prefixes.some((prefix) => value.startsWith(prefix))) return simple;
  const where = prefixes.map((prefix) => prefix.slice(0, -1));
  return [
    invalidValue(
      path,
      value,
      `should be a json path under ${where.length > 1 ? `either ${where.join(" or ")}` : where[0]}`,
    ),
  ];
}

function validateSimplePath(path: string, value: string): FieldError[] {
  return value.startsWith(".") ? [] : [invalidValue(path, value, "must be a simple json path starting with .")];
}

/** What is wrong with the columns of a version. */
export function validateColumns(path: string, columns: readonly CustomResourceColumnDefinition[] = []): FieldError[] {
  return columns.flatMap(({ name, type, format, jsonPath }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    const mustBe = (values: readonly string[]) => `must be one of ${values.join(",")}`;
    if (!name) errors.push(required(`${at}.name`));
    if (!type) errors.push(required(`${at}.type`, mustBe(COLUMN_TYPES)));
    else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(`${at}.type`, type, mustBe(COLUMN_TYPES)));
    if (format && !COLUMN_FORMATS.includes(format))
      errors.push(invalidValue(`${at}.format`, format, mustBe(COLUMN_FORMATS)));
    if (!jsonPath) errors.push(required(`${at}.JSONPath`));
    else errors.push(...validateSimplePath(`${at}.JSONPath`, jsonPath));
    return errors;
  });
}

/** Of one version the original says the opposite of what it wants. */
const WITHOUT_SCHEMA = {
  all: "may only be set when validations.schema is included",
  version: "may only be set when `version.schema.openAPIV3Schema` is not included",
};

/** What is wrong with the fields that a version can be selected by. */
export function validateSelectableFields(
  path: string,
  fields: readonly SelectableField[] = [],
  schema: JSONSchemaProps | undefined,
): FieldError[] {
  if (fields.length === 0) return [];
  if (!schema) return [invalidValue(path, "", WITHOUT_SCHEMA[path.startsWith("spec.versions") ? "version" : "all"])];
  const seen = new Set<string>();
  const errors = fields.flatMap(({ jsonPath }, index) => {
    const at = `${path}[${index}].jsonPath`;
    if (!jsonPath) return [required(at)];
    const found = schemaAt(schema, jsonPath);
    if (typeof found === "string") return [invalidValue(at, jsonPath, `is an invalid path: ${found}`)];
    if (!["string", "boolean", "integer"].includes(found.type ?? "")) {
      const detail =
        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
      return [invalidValue(at, jsonPath, detail)];
    }
    if (seen.has(jsonPath)) return [duplicateValue(at, jsonPath)];
    seen.add(jsonPath);
    return [];
  });
  return errors.length === 0 && fields.length > SELECTABLE_MAX
    ? [tooMany(path, fields.length, SELECTABLE_MAX)]
    : errors;
}

/** The schema that a path leads to, or why it leads nowhere. */
function schemaAt(schema: JSONSchemaProps | undefined, path: string): JSONSchemaProps | string {
  const first = /^[^.[\]]+/.exec(path);
  if (first) return `expected [ or . but got: ${first[0]}`;
  let at = schema;
  const steps = [...path.matchAll(/\.([^.[]*)|\['((?:[^'\\]|\\.)*)'\]/g)];
  if (steps.map(([whole]) => whole).join("") !== path) return "does not refer to a valid field";
  for (const [, dotted, quoted] of steps) {
    const name = dotted ?? (quoted ?? "").replace(/\\(.)/g, "$1");
    const property = own(at?.properties, name);
    at = property ?? (isObject(at?.additionalProperties) ? (at.additionalProperties as JSONSchemaProps) : undefined);
  }
  return at ?? "does not refer to a valid field";
}

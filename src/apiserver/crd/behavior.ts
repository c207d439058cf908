import { jsonEqual, own } from "../../base/index.ts";
import {
  type CustomResourceDefinitionVersion,
  type FieldError,
  hasRules,
  invalidValue,
  type JSONSchemaProps,
  type KindBehavior,
  type KubeObject,
  messageOf,
  parseJsonPath,
  runRules,
  unchangedFaults,
  validateChangedValue,
  validateEmbedded,
  validateListTypes,
  validateValue,
} from "../../api/index.ts";
import { goText, isObject, rawDigits } from "../../schema/index.ts";
import { validateInnerMetadata } from "./inner-metadata.ts";
import { goType } from "./go-type.ts";

type Json = Record<string, unknown>;

/** Runs the rules of a schema. */
export type ValidateExpressions = (schema: JSONSchemaProps, object: Json, old: Json | undefined) => FieldError[];

/** What a custom kind does beside what its schema declares. */
export function customBehavior(
  schema: JSONSchemaProps,
  version: CustomResourceDefinitionVersion,
  validateExpressions: ValidateExpressions = runRules,
): KindBehavior<Json> {
  const { scale, status } = version.subresources ?? {};
  const scalePaths = scale ? [scale.specReplicasPath, scale.statusReplicasPath] : [];
  const selectorPaths = scale?.labelSelectorPath ? [scale.labelSelectorPath] : [];
  const validateUpdate = (object: Json, old: Json) =>
    unlessBlocked(
      schema,
      [
        ...validateChangedValue(schema, object, old),
        ...validateEmbedded(schema, object, validateInnerMetadata),
        ...negativeReplicas(object, scalePaths),
        ...unreadableSelectors(object, selectorPaths),
        ...validateChangedLists(schema, object, old),
      ],
      () => validateExpressions(schema, object, old),
    );
  return {
    generation: true,
    isNewGeneration: (object, old) => countsAsChange(object, old, status !== undefined),
    requiresVersion: true,
    looseFinalizers: "warned",
    ...(!status && { statusOnCreate: true, prepareUpdate: () => undefined }),
    prepareSubresourceUpdate: (subresource, object, old) => keepAllBut(subresource, object as Json, old),
    validate: (object) =>
      unlessBlocked(
        schema,
        [
          ...validateValue(schema, object),
          ...validateEmbedded(schema, object, validateInnerMetadata),
          ...negativeReplicas(object, scalePaths),
          ...unreadableSelectors(object, selectorPaths),
          ...validateListTypes(schema, object),
        ],
        () => validateExpressions(schema, object, undefined),
      ),
    validateUpdate,
    validateSubresourceUpdate: (_, object, old) => validateUpdate(object, old),
    validateStatusUpdate: (object, old) =>
      unlessBlocked(
        schema,
        [
          ...validateStatus(schema, object, old),
          ...negativeReplicas(object, scalePaths.slice(1)),
          ...unreadableSelectors(object, selectorPaths),
          ...validateChangedLists(schema, object, old),
        ],
        () => validateExpressions(schema, object, old),
      ),
    // What breaks rules and did not change is only warned of.
    validationWarnings: (object, old, errors) =>
      hasRules(schema) && !errors.some(({ type }) => BLOCKING.has(type))
        ? unchangedFaults(schema, object, old).map((error) => `${error.path}: ${messageOf(error)}`)
        : [],
    selectableFields: selectableFields(version),
  };
}

const BLOCKING = new Set<FieldError["type"]>(["NotSupported", "Required", "TooLong", "TooMany", "TypeInvalid"]);
const UNCHECKED =
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

/** Rules aren't run on what isn't even of the right form. */
function unlessBlocked(
  schema: JSONSchemaProps,
  errors: readonly FieldError[],
  runAll: () => FieldError[],
): FieldError[] {
  if (!hasRules(schema)) return [...errors];
  if (!errors.some(({ type }) => BLOCKING.has(type))) return [...errors, ...runAll()];
  return [...errors, { path: "<nil>", type: "Invalid", value: null, detail: UNCHECKED }];
}

/** Without a status of its own everything but metadata counts. */
function countsAsChange(object: Json, old: Json, hasStatus: boolean): boolean {
  const names = new Set([...Object.keys(object), ...Object.keys(old)]);
  return [...names].some(
    (name) => name !== "metadata" && !(hasStatus && name === "status") && !jsonEqual(own(object, name), own(old, name)),
  );
}

/** A subresource changes its own part; scale has its own path into the object. */
function keepAllBut(subresource: string, object: Json, old: Json): void {
  if (subresource !== "status") return;
  const before = structuredClone(old);
  for (const name of Object.keys({ ...object, ...before })) {
    if (name === "status" || name === "metadata") continue;
    const value = own(before, name);
    if (value === undefined) delete object[name];
    else object[name] = value;
  }
  const { managedFields } = object.metadata as Json;
  const { resourceVersion: _, managedFields: __, ...metadata } = before.metadata as Json;
  object.metadata = { ...metadata, ...(managedFields !== undefined && { managedFields }) };
}

/** Lists that had twins before may keep them. */
function validateChangedLists(schema: JSONSchemaProps, object: Json, old: Json): FieldError[] {
  const errors = validateListTypes(schema, object);
  return errors.length > 0 && validateListTypes(schema, old).length > 0 ? [] : errors;
}

function validateStatus(schema: JSONSchemaProps, object: Json, old: Json): FieldError[] {
  const status = schema.properties?.status;
  if (!status || object.status === undefined) return [];
  return old.status === undefined
    ? validateValue(status, object.status, { path: "status" })
    : validateChangedValue(status, object.status, old.status, { path: "status" });
}

function negativeReplicas(object: Json, paths: readonly string[]): FieldError[] {
  return paths.flatMap((path) => {
    const misfit = accessProblem(object, path, { type: "int64", fits: isWhole });
    if (misfit !== undefined) return [invalidValue(path, 0, `${path} accessor error: ${misfit}`)];
    const [value] = parseJsonPath(path).find(object);
    if (typeof value !== "number" || value >= 0) return [];
    return [invalidValue(path, value, "should be a non-negative integer")];
  });
}

function unreadableSelectors(object: Json, paths: readonly string[]): FieldError[] {
  return paths.flatMap((path) => {
    const misfit = accessProblem(object, path, { type: "string", fits: (value) => typeof value === "string" });
    return misfit === undefined ? [] : [invalidValue(path, "", `${path} accessor error: ${misfit}`)];
  });
}

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) || rawDigits(value) !== undefined;

interface Wanted {
  readonly type: string;
  readonly fits: (value: unknown) => boolean;
}

/** Why there can't be what is wanted at a path of names. */
function accessProblem(object: Json, path: string, { type, fits }: Wanted): string | undefined {
  const names = path.split(".").slice(1);
  let found: unknown = object;
  for (const name of names) {
    if (!isObject(found)) return `${goText(found)} is of the type ${goType(found)}, expected map[string]interface{}`;
    found = own(found, name);
    if (found === undefined) return undefined;
  }
  return fits(found) ? undefined : `${goText(found)} is of the type ${goType(found)}, expected ${type}`;
}

function selectableFields({ selectableFields: fields }: CustomResourceDefinitionVersion) {
  if (!fields || fields.length === 0) return {};
  return Object.fromEntries(
    fields.map(({ jsonPath }) => {
      const path = parseJsonPath(jsonPath);
      return [jsonPath.slice(1), (object: unknown) => textOf(path.find(object as KubeObject)[0])];
    }),
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null || isObject(value) || Array.isArray(value)) return "";
  return rawDigits(value) ?? String(value);
}

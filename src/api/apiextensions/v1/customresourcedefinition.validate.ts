import type { FieldError } from "../../kind.ts";
import { forbiddenField, invalidValue, oneOf, problemsAt, required } from "../../validation/errors.ts";
import { internalValue, type InternalShapes, movedAfter } from "../../validation/internal.ts";
import { dnsLabel1035Problems, dnsSubdomainProblems } from "../../validation/names.ts";
import { validateKeywords } from "../schema/definition.validate.ts";
import { validateDefaults } from "../schema/defaults.validate.ts";
import { validateRules } from "../schema/rules.validate.ts";
import { structuralProblem, validateStructural } from "../schema/structural.validate.ts";
import { commonParts, type SharedParts } from "./common-parts.ts";
import { validateConversion } from "./conversion.validate.ts";
import type { CustomResourceDefinition } from "./customresourcedefinition.ts";
import {
  type CustomResourceDefinitionNames,
  type CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from "./customresourcedefinition.types.ts";
import {
  validateColumns,
  validateDeprecation,
  validateSelectableFields,
  validateSubresources,
} from "./version.validate.ts";

/** A definition has its plural's and its group's name. */
export function definitionNameProblems({ spec }: CustomResourceDefinition, name: string): string[] {
  return name === `${spec.names.plural}.${spec.group}` ? [] : ['must be spec.names.plural+"."+spec.group'];
}

/** Everything that is wrong with a new definition, but for its metadata. */
export function validateDefinition(definition: CustomResourceDefinition): FieldError[] {
  return validateRest(definition, undefined);
}

/** Everything that is wrong with a changed definition. */
export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  return validateRest(definition, old);
}

/** What is wrong with a changed status. */
export function validateDefinitionStatus({ status }: CustomResourceDefinition): FieldError[] {
  return validateNames("status.acceptedNames", status.acceptedNames);
}

function validateRest(definition: CustomResourceDefinition, old: CustomResourceDefinition | undefined): FieldError[] {
  const { spec } = definition;
  return [
    ...validateSpec(spec),
    ...(old ? validateFixed(spec, old) : []),
    ...validateDefinitionStatus(definition),
    ...validateStoredVersions(definition.status.storedVersions, spec),
    ...validateApproval(definition, old),
    ...validatePreserve(spec, old?.spec),
  ];
}

function validateSpec(spec: CustomResourceDefinitionSpec): FieldError[] {
  const shared = commonParts(spec);
  return [
    ...validateGroup(spec.group),
    ...oneOf("spec.scope", spec.scope, ["Cluster", "Namespaced"]),
    ...validateSchemasPresent(spec),
    ...(spec.versions ?? []).flatMap((version, index) => validateVersion(version, `spec.versions[${index}]`, shared)),
    ...validateVersionSet(spec, shared),
    ...validateRequiredNames(spec.names),
    ...validateNames("spec.names", spec.names),
    ...validateSharedParts(shared),
    ...validateConversion(spec.conversion),
  ];
}

function validateGroup(group: string): FieldError[] {
  if (group === "") return [required("spec.group")];
  const problems = dnsSubdomainProblems(group);
  if (problems.length > 0) return [invalidValue("spec.group", group, problems.join(","))];
  return group.includes(".") ? [] : [invalidValue("spec.group", group, "should be a domain with at least one dot")];
}

function validateSchemasPresent({ versions }: CustomResourceDefinitionSpec): FieldError[] {
  return (versions ?? []).flatMap((version, index) =>
    version.schema?.openAPIV3Schema ? [] : [required(`spec.versions[${index}].schema.openAPIV3Schema`)],
  );
}

/** What a version says for itself; what all versions say alike is checked once. */
function validateVersion(version: CustomResourceDefinitionVersion, path: string, shared: SharedParts): FieldError[] {
  const { name, deprecated, deprecationWarning, schema, subresources, additionalPrinterColumns, selectableFields } =
    version;
  const problems = dnsLabel1035Problems(name);
  const status = (subresources ?? shared.subresources)?.status !== undefined;
  return [
    ...(problems.length > 0 ? [invalidValue(`${path}.name`, name, problems.join(","))] : []),
    ...validateDeprecation(`${path}.deprecationWarning`, deprecated === true, deprecationWarning),
    ...(shared.has.schema ? [] : validateSchema(`${path}.schema`, schema?.openAPIV3Schema, status)),
    ...(shared.has.subresources ? [] : validateSubresources(`${path}.subresources`, subresources)),
    ...(shared.has.columns ? [] : validateColumns(`${path}.additionalPrinterColumns`, additionalPrinterColumns)),
    ...(shared.has.selectableFields
      ? []
      : validateSelectableFields(
          `${path}.selectableFields`,
          selectableFields,
          // One that all versions share is none of this one's own.
          shared.has.schema ? undefined : schema?.openAPIV3Schema,
        )),
  ];
}

function validateSharedParts(shared: SharedParts): FieldError[] {
  const { schema, anyStatus } = shared;
  return [
    ...(schema ? validateSchema("spec.validation", schema, anyStatus) : []),
    ...validateSubresources("spec.subresources", shared.subresources),
    ...validateColumns("spec.additionalPrinterColumns", shared.columns),
    ...validateSelectableFields("spec.selectableFields", shared.selectableFields, schema),
  ];
}

/** Unversioned, a schema says earlier whether its value may be null. */
const SHAPES: InternalShapes = {
  [JSONSchemaProps.name]: {
    get order() {
      return movedAfter(JSONSchemaProps, { nullable: "type" });
    },
  },
};

function validateVersionSet(spec: CustomResourceDefinitionSpec, shared: SharedParts): FieldError[] {
  const versions = spec.versions ?? [];
  const errors: FieldError[] = [];
  const value = versions.map((version) =>
    internalValue(CustomResourceDefinitionVersion, shared.without(version), SHAPES),
  );
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    errors.push(invalidValue("spec.versions", value, "must contain unique version names"));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(
      invalidValue(
        "spec.versions",
        spec.versions ? value : null,
        "must have exactly one version marked as storage version",
      ),
    );
  const first = versions[0]?.name;
  const problems = first ? dnsLabel1035Problems(first) : [];
  return problems.length > 0 ? [...errors, invalidValue("spec.version", first, problems.join(","))] : errors;
}

function validateRequiredNames(names: CustomResourceDefinitionNames): FieldError[] {
  return (["plural", "singular", "kind", "listKind"] as const)
    .filter((name) => !names[name])
    .map((name) => required(`spec.names.${name}`));
}

function validateNames(path: string, names: CustomResourceDefinitionNames): FieldError[] {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const check = (name: string, value: string | undefined, prefix = "") => {
    const problems = value !== undefined ? dnsLabel1035Problems(prefix ? value.toLowerCase() : value) : [];
    return problems.length > 0 ? [invalidValue(`${path}.${name}`, value, prefix + problems.join(","))] : [];
  };
  const mixed = "may have mixed case, but should otherwise match: ";
  return [
    ...check("plural", plural || undefined),
    ...check("singular", singular || undefined),
    ...check("kind", kind || undefined, mixed),
    ...check("listKind", listKind || undefined, mixed),
    ...shortNames.flatMap((one, index) => check(`shortNames[${index}]`, one)),
    ...(kind && kind === listKind
      ? [invalidValue(`${path}.listKind`, listKind, "kind and listKind may not be the same")]
      : []),
    ...categories.flatMap((one, index) => check(`categories[${index}]`, one)),
  ];
}

const ROOT_KEYWORDS = (
  "description type format title maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems " +
  "minItems uniqueItems multipleOf required items properties externalDocs example x-kubernetes-preserve-unknown-fields x-kubernetes-validations"
).split(" ");
const ROOT_NAMES =
  "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

function validateSchema(path: string, schema: JSONSchemaProps | undefined, hasStatus: boolean): FieldError[] {
  if (!schema) return [];
  const at = `${path}.openAPIV3Schema`;
  const errors: FieldError[] = hasStatus ? validateRoot(schema, at) : [];
  if (schema.nullable) errors.push(forbiddenField(`${at}.nullable`, "nullable cannot be true at the root"));
  const keywords = validateKeywords(schema, at);
  const problem = structuralProblem(schema);
  if (problem !== undefined) {
    const others = [...errors, ...keywords];
    return others.length > 0 ? others : [invalidValue(at, "", problem)];
  }
  const structural = validateStructural(schema, at);
  const unfit = structural.length > 0 ? structural : validateDefaults(schema, at);
  // Only for a structural schema is it known of what types the values in its rules are.
  const rules = unfit.length > 0 ? [] : validateRules(schema, at, keywords);
  return [...errors, ...unfit, ...keywords, ...rules];
}

/** With a status of its own, the schema is split at its root, so that little else may stand there. */
function validateRoot(schema: JSONSchemaProps, path: string): FieldError[] {
  const rule = "of the root schema if the status subresource is enabled";
  if (schema.type && schema.type !== "object") {
    const detail = `only "object" is allowed as the type at the root of the schema if the status subresource is enabled`;
    return [invalidValue(`${path}.type`, schema.type, detail)];
  }
  const other = Object.keys(schema).find((name) => !ROOT_KEYWORDS.includes(name));
  if (other === undefined || other === "nullable") return [];
  return [invalidValue(path, schema, `only ${ROOT_NAMES} fields are allowed at the root ${rule}`)];
}

function validateFixed(spec: CustomResourceDefinitionSpec, old: CustomResourceDefinition): FieldError[] {
  const isEstablished = (old.status.conditions ?? []).some(
    ({ type, status }) => type === "Established" && status === "True",
  );
  const before = old.spec;
  const fixed: [string, unknown, unknown][] = [
    ...(isEstablished
      ? ([
          ["scope", spec.scope, before.scope],
          ["names.kind", spec.names.kind, before.names.kind],
        ] as [string, unknown, unknown][])
      : []),
    ["group", spec.group, before.group],
    ["names.plural", spec.names.plural, before.names.plural],
  ];
  return fixed
    .filter(([, now, then]) => now !== then)
    .map(([name, now]) => invalidValue(`spec.${name}`, now, "field is immutable"));
}

function validateStoredVersions(
  stored: readonly string[] | null | undefined,
  spec: CustomResourceDefinitionSpec,
): FieldError[] {
  const path = "status.storedVersions";
  if (!stored || stored.length === 0)
    return [invalidValue(path, stored ?? null, "must have at least one stored version")];
  const versions = spec.versions ?? [];
  const missing = versions
    // A second version of a name finds its stored one taken.
    .filter(
      ({ storage, name }, index) =>
        storage && (!stored.includes(name) || versions.slice(0, index).some((one) => one.name === name)),
    )
    .map(({ name }) => invalidValue(path, stored, `must have the storage version ${name}`));
  const left = stored.flatMap((name, index) => {
    if (versions.some((version) => version.name === name)) return [];
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    return [invalidValue(`${path}[${index}]`, name, detail)];
  });
  return [...missing, ...left];
}

const APPROVED = "api-approved.kubernetes.io";
const APPROVAL_HELP = "see https://github.com/kubernetes/enhancements/pull/1111";

/** Groups of the project itself need somebody's word. */
function validateApproval(
  { metadata, spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): FieldError[] {
  if (!isProtectedGroup(spec.group)) return [];
  const approval = metadata.annotations?.[APPROVED];
  if (old && approval === old.metadata.annotations?.[APPROVED]) return [];
  const path = `metadata.annotations[${APPROVED}]`;
  const must = `protected groups must have approval annotation "${APPROVED}"`;
  if (!approval) return [required(path, `${must}, ${APPROVAL_HELP}`)];
  if (approval.startsWith("unapproved") || /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.test(approval)) return [];
  return problemsAt(path, approval, [
    `${must} with either a URL or a reason starting with "unapproved", ${APPROVAL_HELP}`,
  ]);
}

function isProtectedGroup(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group);
}

function validatePreserve(
  { preserveUnknownFields }: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): FieldError[] {
  if (!preserveUnknownFields || old?.preserveUnknownFields) return [];
  const detail =
    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [invalidValue("spec.preserveUnknownFields", true, detail)];
}

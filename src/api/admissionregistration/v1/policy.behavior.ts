import { own } from "../../../base/index.ts";
import { selectorText } from "../../selector.ts";
import { ageColumn, integerColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column, FieldError, KindBehavior } from "../../kind.ts";
import { validateConditions } from "../../validation/conditions.ts";
import { duplicateValue, invalidValue, notSupported, oneOf, problemsAt, required } from "../../validation/errors.ts";
import { dnsSubdomainProblems, qualifiedNameProblems } from "../../validation/names.ts";
import { internalValue } from "../../validation/internal.ts";
import type { MutatingAdmissionPolicy } from "./mutatingadmissionpolicy.ts";
import type { MatchResources, Mutation, ParamKind } from "./mutatingadmissionpolicy.types.ts";
import type { MutatingAdmissionPolicyBinding } from "./mutatingadmissionpolicybinding.ts";
import { type PolicySource, policyExpressionErrors } from "./policy.expressions.ts";
import {
  setMatchDefaults,
  validateFailurePolicy,
  validateMatchConditions,
  validateMatchResources,
  validateParamKind,
  validateParamRef,
  validateVariables,
} from "./rules.validate.ts";
import type { ValidatingAdmissionPolicy } from "./validatingadmissionpolicy.ts";
import { AuditAnnotation, type Validation } from "./validatingadmissionpolicy.types.ts";
import type { ValidatingAdmissionPolicyBinding } from "./validatingadmissionpolicybinding.ts";

const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const ACTIONS = ["Audit", "Deny", "Warn"];
const MUTABLE_OPERATIONS = ["*", "CONNECT", "CREATE", "UPDATE"];
const ANNOTATIONS_MAX = 20;

const common = { generation: true, requiresVersion: true, looseFinalizers: true, metadataLooks: ["whole"] } as const;

/** What a validating policy's declaration can't say. */
export const validatingPolicyBehavior: KindBehavior<ValidatingAdmissionPolicy> = {
  ...common,
  statusMetadataLooks: [],
  setDefaults({ spec }) {
    spec.failurePolicy ??= "Fail";
    setMatchDefaults(spec.matchConstraints);
  },
  validate: ({ metadata, spec }) =>
    inOrder([
      ...validateShared(spec),
      ...validateVariables("spec.variables", spec.variables),
      ...validateOutcomes(metadata.name, spec),
      ...policyExpressionErrors(spec as PolicySource),
    ]),
  validateStatusUpdate: validateStatus,
};

function validateStatus({ status }: Pick<ValidatingAdmissionPolicy, "status">): FieldError[] {
  const path = "status.typeChecking.expressionWarnings";
  const warnings = (status.typeChecking?.expressionWarnings ?? []).flatMap(({ warning, fieldRef }, index) => [
    ...(warning ? [] : [required(`${path}[${index}].warning`)]),
    ...(fieldRef.trim() ? [] : [required(`${path}[${index}].fieldRef`)]),
  ]);
  return [...warnings, ...validateConditions("status.conditions", status.conditions)];
}

const SECTIONS = ["matchConditions", "variables", "validations", "auditAnnotations", "mutations", "reinvocationPolicy"];

/** Of what item what is looked at before all else of it, after that, and so on. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  matchConditions: [".expression", ".name"],
  validations: [".expression", ".messageExpression", ".message", ".reason"],
  mutations: [".expression"],
};

/** What is wrong with one item stands together, items in their order. */
function inOrder(errors: readonly FieldError[]): FieldError[] {
  const placeOf = ({ path, type }: FieldError): readonly [number, number, number] => {
    const [, section = "", index = "-1"] = /^spec\.(\w+)(?:\[(\d+)\])?/.exec(path) ?? [];
    if (!SECTIONS.includes(section)) return [-1, -1, -1];
    const order = own(WITHIN, section) ?? [];
    const rank = order.findIndex((end) => path.endsWith(end));
    return [SECTIONS.indexOf(section), Number(index), rank < 0 ? order.length + Number(type === "Duplicate") : rank];
  };
  return errors
    .map((error) => ({ error, place: placeOf(error) }))
    .sort(({ place: a }, { place: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
    .map(({ error }) => error);
}

/** What a mutating policy's declaration can't say. */
export const mutatingPolicyBehavior: KindBehavior<MutatingAdmissionPolicy> = {
  ...common,
  setDefaults({ spec }) {
    spec.failurePolicy ??= "Fail";
    setMatchDefaults(spec.matchConstraints);
  },
  validate: ({ spec }) => {
    const mutations = spec.mutations ?? [];
    return inOrder([
      ...validateShared(spec),
      ...validateMutable("spec.matchConstraints", spec.matchConstraints),
      ...validateVariables("spec.variables", spec.variables),
      ...(mutations.length === 0 ? [required("spec.mutations", "mutations must contain at least one item")] : []),
      ...mutations.flatMap((one, index) => validateMutation(one, `spec.mutations[${index}]`)),
      ...oneOf("spec.reinvocationPolicy", spec.reinvocationPolicy, ["IfNeeded", "Never"]),
      ...policyExpressionErrors({ ...spec, mutations } as PolicySource),
    ]);
  },
};

type Shared = Pick<
  ValidatingAdmissionPolicy["spec"],
  "failurePolicy" | "paramKind" | "matchConstraints" | "matchConditions"
>;

function validateShared({ failurePolicy, paramKind, matchConstraints, matchConditions }: Shared): FieldError[] {
  return [
    ...validateFailurePolicy("spec.failurePolicy", failurePolicy),
    ...(paramKind ? validateParamKind("spec.paramKind", paramKind) : []),
    ...validateConstraints(matchConstraints),
    ...validateMatchConditions("spec.matchConditions", matchConditions),
  ];
}

function validateConstraints(match: MatchResources | undefined): FieldError[] {
  if (!match) return [required("spec.matchConstraints")];
  const path = "spec.matchConstraints";
  const errors = validateMatchResources(path, match);
  return match.resourceRules?.length ? errors : [...errors, required(`${path}.resourceRules`)];
}

/** What is deleted can't be changed. */
function validateMutable(path: string, match: MatchResources | undefined): FieldError[] {
  return (match?.resourceRules ?? [])
    .flatMap(({ operations = [] }) => operations)
    .filter((operation) => !MUTABLE_OPERATIONS.includes(operation))
    .map((operation) => notSupported(`${path}.resourceRules.operations`, operation, MUTABLE_OPERATIONS));
}

function validateOutcomes(
  policy: string,
  { validations = [], auditAnnotations = [] }: ValidatingAdmissionPolicy["spec"],
): FieldError[] {
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = "validations or auditAnnotations must contain at least one item";
    return [required("spec.validations", detail), required("spec.auditAnnotations", detail)];
  }
  const errors = validations.flatMap((one, index) => validateValidation(one, `spec.validations[${index}]`));
  if (auditAnnotations.length > ANNOTATIONS_MAX) {
    const detail = `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`;
    const shown = auditAnnotations.map((one) => internalValue(AuditAnnotation, one));
    errors.push(invalidValue("spec.auditAnnotations", shown, detail));
  }
  auditAnnotations.forEach((one, index) => {
    const path = `spec.auditAnnotations[${index}]`;
    errors.push(...validateAnnotation(one, path, policy));
    if (auditAnnotations.findIndex(({ key }) => key === one.key) < index)
      errors.push(duplicateValue(`${path}.key`, one.key));
  });
  return errors;
}

function validateValidation(
  { expression, message, messageExpression, reason }: Validation,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (expression.trim() === "") errors.push(required(`${path}.expression`, "expression is not specified"));
  if (messageExpression && messageExpression.trim() === "")
    errors.push(invalidValue(`${path}.messageExpression`, messageExpression, "must be non-empty if specified"));
  if (message && message.trim() === "")
    errors.push(invalidValue(`${path}.message`, message, "must be non-empty if specified"));
  else if (message?.trim().includes("\n"))
    errors.push(invalidValue(`${path}.message`, message, "must not contain line breaks"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  return errors;
}

function validateAnnotation({ key, valueExpression }: AuditAnnotation, path: string, policy: string): FieldError[] {
  const whole = `${policy}/${key}`;
  const errors = !policy
    ? [invalidValue(`${path}.key`, key, "requires metadata.name be non-empty")]
    : problemsAt(`${path}.key`, whole, qualifiedNameProblems(whole));
  if (valueExpression.trim() === "")
    errors.push(required(`${path}.valueExpression`, "valueExpression is not specified"));
  return errors;
}

const SOURCES = { JSONPatch: "jsonPatch", ApplyConfiguration: "applyConfiguration" } as const;

function validateMutation(mutation: Mutation, path: string): FieldError[] {
  const { patchType } = mutation;
  if (!patchType) return [required(`${path}.patchType`)];
  if (!Object.hasOwn(SOURCES, patchType))
    return [notSupported(`${path}.patchType`, patchType, ["ApplyConfiguration", "JSONPatch"])];
  const own = SOURCES[patchType as keyof typeof SOURCES];
  const other = own === "jsonPatch" ? "applyConfiguration" : "jsonPatch";
  const errors: FieldError[] = [];
  const source = mutation[own];
  if (!source) errors.push(required(`${path}.${own}`, `must be specified when patchType is ${patchType}`));
  else if (!source.expression?.trim()) errors.push(required(`${path}.${own}.expression`));
  if (mutation[other])
    errors.push(invalidValue(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
  return errors;
}

/** What a validating binding's declaration can't say. */
export const validatingBindingBehavior: KindBehavior<ValidatingAdmissionPolicyBinding> = {
  ...common,
  setDefaults: ({ spec }) => setMatchDefaults(spec.matchResources),
  validate: ({ spec }) => [...validateBinding(spec), ...validateActions(spec.validationActions)],
};

/** What a mutating binding's declaration can't say. */
export const mutatingBindingBehavior: KindBehavior<MutatingAdmissionPolicyBinding> = {
  ...common,
  setDefaults: ({ spec }) => setMatchDefaults(spec.matchResources),
  validate: ({ spec }) => [...validateBinding(spec), ...validateMutable("spec.matchResources", spec.matchResources)],
};

type Binding = Pick<MutatingAdmissionPolicyBinding["spec"], "policyName" | "paramRef" | "matchResources">;

function validateBinding({ policyName = "", paramRef, matchResources }: Binding): FieldError[] {
  return [
    ...(policyName === ""
      ? [required("spec.policyName")]
      : problemsAt("spec.policyName", policyName, dnsSubdomainProblems(policyName))),
    ...validateParamRef("spec.paramRef", paramRef),
    ...(matchResources ? validateMatchResources("spec.matchResources", matchResources) : []),
  ];
}

function validateActions(actions: readonly string[] | undefined): FieldError[] {
  const path = "spec.validationActions";
  const all = actions ?? [];
  if (all.length === 0) return [required(path, "at least one validation action is required")];
  const errors = all.flatMap((action, index) => {
    const at = `${path}[${index}]`;
    if (!ACTIONS.includes(action)) return [notSupported(at, action, ACTIONS)];
    return all.indexOf(action) < index ? [duplicateValue(at, action)] : [];
  });
  if (all.includes("Deny") && all.includes("Warn")) {
    const detail =
      "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
    errors.push(invalidValue(path, all, detail));
  }
  return errors;
}

function kindText(kind: ParamKind | undefined): string {
  return kind ? `${kind.apiVersion}/${kind.kind}` : "<unset>";
}

export const validatingPolicyColumns: readonly Column<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  integerColumn("Validations", ({ spec }) => spec.validations?.length ?? 0),
  textColumn("ParamKind", ({ spec }) => kindText(spec.paramKind)),
  ageColumn,
];

export const mutatingPolicyColumns: readonly Column<MutatingAdmissionPolicy>[] = [
  nameColumn,
  integerColumn("Mutations", ({ spec }) => spec.mutations?.length ?? 0),
  textColumn("ParamKind", ({ spec }) => kindText(spec.paramKind)),
  ageColumn,
];

export const bindingColumns: readonly Column<MutatingAdmissionPolicyBinding>[] = [
  nameColumn,
  textColumn("PolicyName", ({ spec }) => spec.policyName ?? ""),
  textColumn("ParamRef", ({ spec: { paramRef } }) => {
    if (!paramRef) return "<unset>";
    if (!paramRef.name) return paramRef.selector ? selectorText(paramRef.selector) : "*";
    return paramRef.namespace ? `${paramRef.namespace}/${paramRef.name}` : paramRef.name;
  }),
  ageColumn,
];

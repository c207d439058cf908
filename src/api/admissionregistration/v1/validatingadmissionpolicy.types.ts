import { int64, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { MatchCondition, MatchResources, ParamKind, Variable } from "./mutatingadmissionpolicy.types.ts";
import { Condition } from "../../meta/v1/condition.ts";

export const ValidatingAdmissionPolicyStatus = struct(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus",
  () => ({
    observedGeneration: int64(1),
    typeChecking: ref(2, TypeChecking, { ptr: true }),
    conditions: list(3, Condition, { list: "map", keys: ["type"] }),
  }),
);
export interface ValidatingAdmissionPolicyStatus extends Infer<typeof ValidatingAdmissionPolicyStatus> {}

export const TypeChecking = struct("io.k8s.api.admissionregistration.v1.TypeChecking", () => ({
  expressionWarnings: list(1, ExpressionWarning, { list: "atomic" }),
}));
export interface TypeChecking extends Infer<typeof TypeChecking> {}

export const ExpressionWarning = struct("io.k8s.api.admissionregistration.v1.ExpressionWarning", () => ({
  fieldRef: string(2, { always: true, required: true }),
  warning: string(3, { always: true, required: true }),
}));
export interface ExpressionWarning extends Infer<typeof ExpressionWarning> {}

export const ValidatingAdmissionPolicySpec = struct(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec",
  () => ({
    paramKind: ref(1, ParamKind, { ptr: true }),
    matchConstraints: ref(2, MatchResources, { ptr: true }),
    validations: list(3, Validation, { list: "atomic" }),
    failurePolicy: string(4, { ptr: true, enum: ["Fail", "Ignore"] }),
    auditAnnotations: list(5, AuditAnnotation, { list: "atomic" }),
    matchConditions: list(6, MatchCondition, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
    variables: list(7, Variable, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  }),
);
export interface ValidatingAdmissionPolicySpec extends Infer<typeof ValidatingAdmissionPolicySpec> {}

export const AuditAnnotation = struct("io.k8s.api.admissionregistration.v1.AuditAnnotation", () => ({
  key: string(1, { always: true, required: true }),
  valueExpression: string(2, { always: true, required: true }),
}));
export interface AuditAnnotation extends Infer<typeof AuditAnnotation> {}

export const Validation = struct("io.k8s.api.admissionregistration.v1.Validation", () => ({
  expression: string(1, { always: true, required: true }),
  message: string(2),
  reason: string(3, { ptr: true }),
  messageExpression: string(4),
}));
export interface Validation extends Infer<typeof Validation> {}

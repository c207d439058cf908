import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  ValidatingAdmissionPolicyStatus,
  TypeChecking,
  ExpressionWarning,
  ValidatingAdmissionPolicySpec,
  AuditAnnotation,
  Validation,
  ValidatingAdmissionPolicy,
} from "./validatingadmissionpolicy.ts";

export const validatingadmissionpolicyDocs: readonly StructDoc[] = [
  doc(ValidatingAdmissionPolicyStatus, "What was found out about a policy.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    typeChecking: "What the check of the expressions' types found.",
    conditions: "Aspects of the policy's state.",
  }),
  doc(TypeChecking, "What the check of types found.", {
    expressionWarnings: "Expressions that look wrong.",
  }),
  doc(ExpressionWarning, "An expression that looks wrong.", {
    fieldRef: "Path of the expression, such as spec.validations[0].expression.",
    warning: "What is wrong, for each kind it is wrong for.",
  }),
  doc(ValidatingAdmissionPolicySpec, "What a policy asks of objects; needs validations or auditAnnotations.", {
    paramKind: "Kind of the objects that bindings give as parameters; absent for none.",
    matchConstraints: "Requests that the policy is for; a must.",
    validations: "Expressions that must be true.",
    failurePolicy:
      "What happens when the policy itself fails: Fail (default) refuses the request, Ignore skips the policy.",
    auditAnnotations: "Annotations for the audit event of the request; at most 20.",
    matchConditions: "Expressions that must all be true for the policy to run; at most 64.",
    variables: "Expressions with names, for the others to use as variables.NAME.",
  }),
  doc(AuditAnnotation, "An annotation for an audit event.", {
    key: "Key of the annotation, which the policy's name is put before.",
    valueExpression: "CEL for the value; null for no annotation.",
  }),
  doc(Validation, "Something that must be true.", {
    expression:
      "CEL that gives a boolean; knows object, oldObject, request, params, namespaceObject, variables, authorizer.",
    message: "What to say when it is false; needed if the expression has line breaks.",
    reason: "Reason in the answer: Invalid (default), Forbidden, Unauthorized or RequestEntityTooLarge.",
    messageExpression: "CEL for what to say; wins over message unless it fails.",
  }),
  ...kindDocs(ValidatingAdmissionPolicy, "Refuses or reports requests by expressions in CEL; needs a binding.", {
    spec: "What is asked, and when.",
    status: "What was found out about the policy.",
  }),
];

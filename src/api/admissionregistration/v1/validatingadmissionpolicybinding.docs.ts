import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicyBinding,
} from "./validatingadmissionpolicybinding.ts";

export const validatingadmissionpolicybindingDocs: readonly StructDoc[] = [
  doc(ValidatingAdmissionPolicyBindingSpec, "Which policy is in force, where, and what it does.", {
    policyName: "Name of the policy; while there is none, the binding has no effect.",
    paramRef: "Parameters for the policy; a must if it has a paramKind.",
    matchResources: "Requests that the binding is for, beside what the policy says; default all of the policy's.",
    validationActions: "What a false validation does: Deny, Warn, Audit; Deny and Warn not together.",
  }),
  ...kindDocs(ValidatingAdmissionPolicyBinding, "Puts a validating admission policy in force.", {
    spec: "Which policy, where, and what it does.",
  }),
];

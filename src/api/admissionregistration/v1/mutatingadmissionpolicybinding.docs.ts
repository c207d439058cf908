import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  MutatingAdmissionPolicyBindingSpec,
  ParamRef,
  MutatingAdmissionPolicyBinding,
} from "./mutatingadmissionpolicybinding.ts";

export const mutatingadmissionpolicybindingDocs: readonly StructDoc[] = [
  doc(MutatingAdmissionPolicyBindingSpec, "Which policy is in force, where, and with which parameters.", {
    policyName: "Name of the policy.",
    paramRef: "Parameters for the policy; a must if it has a paramKind.",
    matchResources: "Requests that the binding is for, beside what the policy says; default all of the policy's.",
  }),
  doc(ParamRef, "The objects with parameters; either name or selector is set.", {
    name: "Name of the object.",
    namespace: "Namespace of the objects; default that of the object in the request.",
    selector: "Labels of the objects; the policy runs once for each.",
    parameterNotFoundAction: "What happens if there is none: Allow skips the policy, Deny counts as a failure. A must.",
  }),
  ...kindDocs(MutatingAdmissionPolicyBinding, "Puts a mutating admission policy in force.", {
    spec: "Which policy, where, and with which parameters.",
  }),
];

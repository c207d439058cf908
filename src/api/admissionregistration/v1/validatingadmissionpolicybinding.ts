import { list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { MatchResources } from "./mutatingadmissionpolicy.ts";
import { ParamRef } from "./mutatingadmissionpolicybinding.ts";

export const ValidatingAdmissionPolicyBindingSpec = struct(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec",
  () => ({
    policyName: string(1, { required: true, rules: ["required"] }),
    paramRef: ref(2, ParamRef, { ptr: true }),
    matchResources: ref(3, MatchResources, { ptr: true }),
    validationActions: list(4, scalar.string, {
      required: true,
      list: "set",
      element: { enum: ["Audit", "Deny", "Warn"] },
      rules: ["required"],
    }),
  }),
);
export interface ValidatingAdmissionPolicyBindingSpec extends Infer<typeof ValidatingAdmissionPolicyBindingSpec> {}

export const ValidatingAdmissionPolicyBinding = kind({
  name: "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding",
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  categories: ["api-extensions"],
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, ValidatingAdmissionPolicyBindingSpec, { required: true }),
  }),
});
export interface ValidatingAdmissionPolicyBinding extends InferKind<typeof ValidatingAdmissionPolicyBinding> {}

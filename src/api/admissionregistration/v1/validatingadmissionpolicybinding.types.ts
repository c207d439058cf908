import { list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { MatchResources } from "./mutatingadmissionpolicy.types.ts";
import { ParamRef } from "./mutatingadmissionpolicybinding.types.ts";

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

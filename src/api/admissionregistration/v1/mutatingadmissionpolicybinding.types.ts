import { ref, string, struct, type Infer } from "../../../schema/index.ts";
import { MatchResources } from "./mutatingadmissionpolicy.types.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const MutatingAdmissionPolicyBindingSpec = struct(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec",
  () => ({
    policyName: string(1),
    paramRef: ref(2, ParamRef, { ptr: true }),
    matchResources: ref(3, MatchResources, { ptr: true }),
  }),
);
export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof MutatingAdmissionPolicyBindingSpec> {}

export const ParamRef = struct(
  "io.k8s.api.admissionregistration.v1.ParamRef",
  () => ({
    name: string(1),
    namespace: string(2),
    selector: ref(3, LabelSelector, { ptr: true }),
    parameterNotFoundAction: string(4, { ptr: true }),
  }),
  { atomic: true },
);
export interface ParamRef extends Infer<typeof ParamRef> {}

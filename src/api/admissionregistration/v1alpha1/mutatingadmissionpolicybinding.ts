import { ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { MatchResources } from "./mutatingadmissionpolicy.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";
import { MutatingAdmissionPolicyBinding as Stable } from "../v1/mutatingadmissionpolicybinding.ts";
import { storedAs } from "../../storage.ts";

const MutatingAdmissionPolicyBindingSpec = struct(
  "io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicyBindingSpec",
  () => ({
    policyName: string(1),
    paramRef: ref(2, ParamRef, { ptr: true }),
    matchResources: ref(3, MatchResources, { ptr: true }),
  }),
);
export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof MutatingAdmissionPolicyBindingSpec> {}

const ParamRef = struct(
  "io.k8s.api.admissionregistration.v1alpha1.ParamRef",
  () => ({
    name: string(1),
    namespace: string(2),
    selector: ref(3, LabelSelector, { ptr: true }),
    parameterNotFoundAction: string(4, { ptr: true, enum: ["Allow", "Deny"] }),
  }),
  { atomic: true },
);
export interface ParamRef extends Infer<typeof ParamRef> {}

export const MutatingAdmissionPolicyBinding = kind({
  name: "io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding",
  group: "admissionregistration.k8s.io",
  version: "v1alpha1",
  kind: "MutatingAdmissionPolicyBinding",
  plural: "mutatingadmissionpolicybindings",
  categories: ["api-extensions"],
  scope: "Cluster",
  rules: {
    deprecation:
      "admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBinding is deprecated in v1.35+, unavailable in v1.38+",
  },
  storage: () => storedAs(Stable),
  storageVersion: "v1beta1",
  fields: () => ({
    spec: ref(2, MutatingAdmissionPolicyBindingSpec),
  }),
});
export interface MutatingAdmissionPolicyBinding extends InferKind<typeof MutatingAdmissionPolicyBinding> {}

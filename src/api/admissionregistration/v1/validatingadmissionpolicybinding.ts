import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ValidatingAdmissionPolicyBindingSpec } from "./validatingadmissionpolicybinding.types.ts";

export * from "./validatingadmissionpolicybinding.types.ts";

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

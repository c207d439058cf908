import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { MutatingAdmissionPolicyBindingSpec } from "./mutatingadmissionpolicybinding.types.ts";

export * from "./mutatingadmissionpolicybinding.types.ts";

export const MutatingAdmissionPolicyBinding = kind({
  name: "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding",
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingAdmissionPolicyBinding",
  storageVersion: "v1beta1",
  plural: "mutatingadmissionpolicybindings",
  categories: ["api-extensions"],
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, MutatingAdmissionPolicyBindingSpec),
  }),
});
export interface MutatingAdmissionPolicyBinding extends InferKind<typeof MutatingAdmissionPolicyBinding> {}

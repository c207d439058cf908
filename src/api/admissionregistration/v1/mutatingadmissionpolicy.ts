import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { MutatingAdmissionPolicySpec } from "./mutatingadmissionpolicy.types.ts";

export * from "./mutatingadmissionpolicy.types.ts";

export const MutatingAdmissionPolicy = kind({
  name: "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy",
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingAdmissionPolicy",
  storageVersion: "v1beta1",
  plural: "mutatingadmissionpolicies",
  categories: ["api-extensions"],
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, MutatingAdmissionPolicySpec),
  }),
});
export interface MutatingAdmissionPolicy extends InferKind<typeof MutatingAdmissionPolicy> {}

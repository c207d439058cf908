import { ref } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyStatus } from "./validatingadmissionpolicy.types.ts";

export * from "./validatingadmissionpolicy.types.ts";

export const ValidatingAdmissionPolicy = kind({
  name: "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy",
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicy",
  plural: "validatingadmissionpolicies",
  categories: ["api-extensions"],
  scope: "Cluster",
  rules: { statusKeeps: KEPT_WITH_STATUS },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, ValidatingAdmissionPolicySpec),
    status: ref(3, ValidatingAdmissionPolicyStatus),
  }),
});
export interface ValidatingAdmissionPolicy extends InferKind<typeof ValidatingAdmissionPolicy> {}

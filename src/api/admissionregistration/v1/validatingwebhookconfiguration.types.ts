import { int32, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { MatchCondition, RuleWithOperations } from "./mutatingadmissionpolicy.types.ts";
import { WebhookClientConfig } from "./mutatingwebhookconfiguration.types.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const ValidatingWebhook = struct("io.k8s.api.admissionregistration.v1.ValidatingWebhook", () => ({
  name: string(1, { always: true, required: true }),
  clientConfig: ref(2, WebhookClientConfig, { required: true }),
  rules: list(3, RuleWithOperations, { list: "atomic" }),
  failurePolicy: string(4, { ptr: true, enum: ["Fail", "Ignore"] }),
  matchPolicy: string(9, { ptr: true, enum: ["Equivalent", "Exact"] }),
  namespaceSelector: ref(5, LabelSelector, { ptr: true }),
  objectSelector: ref(10, LabelSelector, { ptr: true }),
  sideEffects: string(6, {
    ptr: true,
    always: true,
    required: true,
    enum: ["None", "NoneOnDryRun", "Some", "Unknown"],
  }),
  timeoutSeconds: int32(7, { ptr: true }),
  admissionReviewVersions: list(8, scalar.string, { always: true, required: true, list: "atomic" }),
  matchConditions: list(11, MatchCondition, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
}));
export interface ValidatingWebhook extends Infer<typeof ValidatingWebhook> {}

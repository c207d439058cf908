import { bytes, int32, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { MatchCondition, RuleWithOperations } from "./mutatingadmissionpolicy.types.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const MutatingWebhook = struct("io.k8s.api.admissionregistration.v1.MutatingWebhook", () => ({
  name: string(1, { always: true, required: true }),
  clientConfig: ref(2, WebhookClientConfig, { required: true }),
  rules: list(3, RuleWithOperations, { list: "atomic" }),
  failurePolicy: string(4, { ptr: true, enum: ["Fail", "Ignore"] }),
  matchPolicy: string(9, { ptr: true, enum: ["Equivalent", "Exact"] }),
  namespaceSelector: ref(5, LabelSelector, { ptr: true }),
  objectSelector: ref(11, LabelSelector, { ptr: true }),
  sideEffects: string(6, {
    ptr: true,
    always: true,
    required: true,
    enum: ["None", "NoneOnDryRun", "Some", "Unknown"],
  }),
  timeoutSeconds: int32(7, { ptr: true }),
  admissionReviewVersions: list(8, scalar.string, { always: true, required: true, list: "atomic" }),
  reinvocationPolicy: string(10, { ptr: true, enum: ["IfNeeded", "Never"] }),
  matchConditions: list(12, MatchCondition, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
}));
export interface MutatingWebhook extends Infer<typeof MutatingWebhook> {}

export const WebhookClientConfig = struct("io.k8s.api.admissionregistration.v1.WebhookClientConfig", () => ({
  url: string(3, { ptr: true }),
  service: ref(1, ServiceReference, { ptr: true }),
  caBundle: bytes(2),
}));
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const ServiceReference = struct("io.k8s.api.admissionregistration.v1.ServiceReference", () => ({
  namespace: string(1, { always: true, required: true }),
  name: string(2, { always: true, required: true }),
  path: string(3, { ptr: true }),
  port: int32(4, { ptr: true }),
}));
export interface ServiceReference extends Infer<typeof ServiceReference> {}

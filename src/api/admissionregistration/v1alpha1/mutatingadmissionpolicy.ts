import { list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { RuleWithOperations } from "../v1/mutatingadmissionpolicy.types.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";
import { MutatingAdmissionPolicy as Stable } from "../v1/mutatingadmissionpolicy.ts";
import { storedAs } from "../../storage.ts";

const MutatingAdmissionPolicySpec = struct(
  "io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicySpec",
  () => ({
    paramKind: ref(1, ParamKind, { ptr: true }),
    matchConstraints: ref(2, MatchResources, { ptr: true }),
    variables: list(3, Variable, { list: "atomic" }),
    mutations: list(4, Mutation, { list: "atomic" }),
    failurePolicy: string(5, { ptr: true, enum: ["Fail", "Ignore"] }),
    matchConditions: list(6, MatchCondition, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
    reinvocationPolicy: string(7, { enum: ["IfNeeded", "Never"] }),
  }),
);
export interface MutatingAdmissionPolicySpec extends Infer<typeof MutatingAdmissionPolicySpec> {}

const MatchCondition = struct("io.k8s.api.admissionregistration.v1alpha1.MatchCondition", () => ({
  name: string(1, { always: true, required: true }),
  expression: string(2, { always: true, required: true }),
}));
export interface MatchCondition extends Infer<typeof MatchCondition> {}

const Mutation = struct("io.k8s.api.admissionregistration.v1alpha1.Mutation", () => ({
  patchType: string(2, {
    always: true,
    required: true,
    enum: ["ApplyConfiguration", "JSONPatch"],
    rules: ["unionDiscriminator"],
  }),
  applyConfiguration: ref(3, ApplyConfiguration, { ptr: true }),
  jsonPatch: ref(4, JSONPatch, { ptr: true }),
}));
export interface Mutation extends Infer<typeof Mutation> {}

const JSONPatch = struct("io.k8s.api.admissionregistration.v1alpha1.JSONPatch", () => ({
  expression: string(1),
}));
export interface JSONPatch extends Infer<typeof JSONPatch> {}

const ApplyConfiguration = struct("io.k8s.api.admissionregistration.v1alpha1.ApplyConfiguration", () => ({
  expression: string(1),
}));
export interface ApplyConfiguration extends Infer<typeof ApplyConfiguration> {}

const Variable = struct("io.k8s.api.admissionregistration.v1alpha1.Variable", () => ({
  name: string(1, { always: true, required: true }),
  expression: string(2, { always: true, required: true }),
}));
export interface Variable extends Infer<typeof Variable> {}

export const MatchResources = struct(
  "io.k8s.api.admissionregistration.v1alpha1.MatchResources",
  () => ({
    namespaceSelector: ref(1, LabelSelector, { ptr: true }),
    objectSelector: ref(2, LabelSelector, { ptr: true }),
    resourceRules: list(3, NamedRuleWithOperations, { list: "atomic" }),
    excludeResourceRules: list(4, NamedRuleWithOperations, { list: "atomic" }),
    matchPolicy: string(7, { ptr: true, enum: ["Equivalent", "Exact"] }),
  }),
  { atomic: true },
);
export interface MatchResources extends Infer<typeof MatchResources> {}

const NamedRuleWithOperations = struct(
  "io.k8s.api.admissionregistration.v1alpha1.NamedRuleWithOperations",
  () => ({
    resourceNames: list(1, scalar.string, { list: "atomic" }),
    ruleWithOperations: ref(2, RuleWithOperations, { always: true, inline: true }),
  }),
  { atomic: true },
);
export interface NamedRuleWithOperations extends Infer<typeof NamedRuleWithOperations> {}

const ParamKind = struct(
  "io.k8s.api.admissionregistration.v1alpha1.ParamKind",
  () => ({
    apiVersion: string(1),
    kind: string(2),
  }),
  { atomic: true },
);
export interface ParamKind extends Infer<typeof ParamKind> {}

export const MutatingAdmissionPolicy = kind({
  name: "io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicy",
  group: "admissionregistration.k8s.io",
  version: "v1alpha1",
  kind: "MutatingAdmissionPolicy",
  plural: "mutatingadmissionpolicies",
  categories: ["api-extensions"],
  scope: "Cluster",
  rules: {
    deprecation:
      "admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy is deprecated in v1.35+, unavailable in v1.38+",
  },
  storage: () => storedAs(Stable),
  storageVersion: "v1beta1",
  fields: () => ({
    spec: ref(2, MutatingAdmissionPolicySpec),
  }),
});
export interface MutatingAdmissionPolicy extends InferKind<typeof MutatingAdmissionPolicy> {}

import { boolean, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const SubjectRulesReviewStatus = struct("io.k8s.api.authorization.v1.SubjectRulesReviewStatus", () => ({
  resourceRules: list(1, ResourceRule, { always: true, required: true, list: "atomic" }),
  nonResourceRules: list(2, NonResourceRule, { always: true, required: true, list: "atomic" }),
  incomplete: boolean(3, { always: true, required: true }),
  evaluationError: string(4),
}));
export interface SubjectRulesReviewStatus extends Infer<typeof SubjectRulesReviewStatus> {}

export const NonResourceRule = struct("io.k8s.api.authorization.v1.NonResourceRule", () => ({
  verbs: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  nonResourceURLs: list(2, scalar.string, { list: "atomic" }),
}));
export interface NonResourceRule extends Infer<typeof NonResourceRule> {}

export const ResourceRule = struct("io.k8s.api.authorization.v1.ResourceRule", () => ({
  verbs: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  apiGroups: list(2, scalar.string, { list: "atomic" }),
  resources: list(3, scalar.string, { list: "atomic" }),
  resourceNames: list(4, scalar.string, { list: "atomic" }),
}));
export interface ResourceRule extends Infer<typeof ResourceRule> {}

export const SelfSubjectRulesReviewSpec = struct("io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec", () => ({
  namespace: string(1),
}));
export interface SelfSubjectRulesReviewSpec extends Infer<typeof SelfSubjectRulesReviewSpec> {}

export const SelfSubjectRulesReview = kind({
  name: "io.k8s.api.authorization.v1.SelfSubjectRulesReview",
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  scope: "Cluster",
  verbs: ["create"],
  fields: () => ({
    spec: ref(2, SelfSubjectRulesReviewSpec, { required: true }),
    status: ref(3, SubjectRulesReviewStatus),
  }),
});
export interface SelfSubjectRulesReview extends InferKind<typeof SelfSubjectRulesReview> {}

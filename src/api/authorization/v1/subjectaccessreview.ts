import { boolean, list, listOf, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { FieldSelectorRequirement } from "../../meta/v1/fieldselectorrequirement.ts";
import { LabelSelectorRequirement } from "../../meta/v1/labelselector.ts";

export const SubjectAccessReviewStatus = struct("io.k8s.api.authorization.v1.SubjectAccessReviewStatus", () => ({
  allowed: boolean(1, { always: true, required: true }),
  denied: boolean(4),
  reason: string(2),
  evaluationError: string(3),
}));
export interface SubjectAccessReviewStatus extends Infer<typeof SubjectAccessReviewStatus> {}

export const SubjectAccessReviewSpec = struct("io.k8s.api.authorization.v1.SubjectAccessReviewSpec", () => ({
  resourceAttributes: ref(1, ResourceAttributes, { ptr: true }),
  nonResourceAttributes: ref(2, NonResourceAttributes, { ptr: true }),
  user: string(3),
  groups: list(4, scalar.string, { list: "atomic" }),
  extra: map(5, listOf(scalar.string)),
  uid: string(6),
}));
export interface SubjectAccessReviewSpec extends Infer<typeof SubjectAccessReviewSpec> {}

export const NonResourceAttributes = struct("io.k8s.api.authorization.v1.NonResourceAttributes", () => ({
  path: string(1),
  verb: string(2),
}));
export interface NonResourceAttributes extends Infer<typeof NonResourceAttributes> {}

export const ResourceAttributes = struct("io.k8s.api.authorization.v1.ResourceAttributes", () => ({
  namespace: string(1),
  verb: string(2),
  group: string(3),
  version: string(4),
  resource: string(5),
  subresource: string(6),
  name: string(7),
  fieldSelector: ref(8, FieldSelectorAttributes, { ptr: true }),
  labelSelector: ref(9, LabelSelectorAttributes, { ptr: true }),
}));
export interface ResourceAttributes extends Infer<typeof ResourceAttributes> {}

export const LabelSelectorAttributes = struct("io.k8s.api.authorization.v1.LabelSelectorAttributes", () => ({
  rawSelector: string(1),
  requirements: list(2, LabelSelectorRequirement, { list: "atomic" }),
}));
export interface LabelSelectorAttributes extends Infer<typeof LabelSelectorAttributes> {}

export const FieldSelectorAttributes = struct("io.k8s.api.authorization.v1.FieldSelectorAttributes", () => ({
  rawSelector: string(1),
  requirements: list(2, FieldSelectorRequirement, { list: "atomic" }),
}));
export interface FieldSelectorAttributes extends Infer<typeof FieldSelectorAttributes> {}

export const SubjectAccessReview = kind({
  name: "io.k8s.api.authorization.v1.SubjectAccessReview",
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  scope: "Cluster",
  verbs: ["create"],
  fields: () => ({
    spec: ref(2, SubjectAccessReviewSpec, { required: true }),
    status: ref(3, SubjectAccessReviewStatus),
  }),
});
export interface SubjectAccessReview extends InferKind<typeof SubjectAccessReview> {}

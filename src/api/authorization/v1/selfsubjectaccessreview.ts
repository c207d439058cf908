import { ref, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { NonResourceAttributes, ResourceAttributes, SubjectAccessReviewStatus } from "./subjectaccessreview.ts";

export const SelfSubjectAccessReviewSpec = struct("io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec", () => ({
  resourceAttributes: ref(1, ResourceAttributes, { ptr: true }),
  nonResourceAttributes: ref(2, NonResourceAttributes, { ptr: true }),
}));
export interface SelfSubjectAccessReviewSpec extends Infer<typeof SelfSubjectAccessReviewSpec> {}

export const SelfSubjectAccessReview = kind({
  name: "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  scope: "Cluster",
  verbs: ["create"],
  fields: () => ({
    spec: ref(2, SelfSubjectAccessReviewSpec, { required: true }),
    status: ref(3, SubjectAccessReviewStatus),
  }),
});
export interface SelfSubjectAccessReview extends InferKind<typeof SelfSubjectAccessReview> {}

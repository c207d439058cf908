import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { SubjectAccessReviewSpec, SubjectAccessReviewStatus } from "./subjectaccessreview.ts";

export const LocalSubjectAccessReview = kind({
  name: "io.k8s.api.authorization.v1.LocalSubjectAccessReview",
  group: "authorization.k8s.io",
  version: "v1",
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  scope: "Namespaced",
  verbs: ["create"],
  fields: () => ({
    spec: ref(2, SubjectAccessReviewSpec, { required: true }),
    status: ref(3, SubjectAccessReviewStatus),
  }),
});
export interface LocalSubjectAccessReview extends InferKind<typeof LocalSubjectAccessReview> {}

import { ref, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { UserInfo } from "./tokenreview.ts";

export const SelfSubjectReviewStatus = struct("io.k8s.api.authentication.v1.SelfSubjectReviewStatus", () => ({
  userInfo: ref(1, UserInfo),
}));
export interface SelfSubjectReviewStatus extends Infer<typeof SelfSubjectReviewStatus> {}

export const SelfSubjectReview = kind({
  name: "io.k8s.api.authentication.v1.SelfSubjectReview",
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  scope: "Cluster",
  verbs: ["create"],
  fields: () => ({
    status: ref(2, SelfSubjectReviewStatus),
  }),
});
export interface SelfSubjectReview extends InferKind<typeof SelfSubjectReview> {}

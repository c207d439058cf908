import { boolean, list, listOf, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const TokenReviewStatus = struct("io.k8s.api.authentication.v1.TokenReviewStatus", () => ({
  authenticated: boolean(1),
  user: ref(2, UserInfo),
  audiences: list(4, scalar.string, { list: "atomic" }),
  error: string(3),
}));
export interface TokenReviewStatus extends Infer<typeof TokenReviewStatus> {}

export const UserInfo = struct("io.k8s.api.authentication.v1.UserInfo", () => ({
  username: string(1),
  uid: string(2),
  groups: list(3, scalar.string, { list: "atomic" }),
  extra: map(4, listOf(scalar.string)),
}));
export interface UserInfo extends Infer<typeof UserInfo> {}

export const TokenReviewSpec = struct("io.k8s.api.authentication.v1.TokenReviewSpec", () => ({
  token: string(1, { required: true }),
  audiences: list(2, scalar.string, { list: "atomic" }),
}));
export interface TokenReviewSpec extends Infer<typeof TokenReviewSpec> {}

export const TokenReview = kind({
  name: "io.k8s.api.authentication.v1.TokenReview",
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  scope: "Cluster",
  verbs: ["create"],
  fields: () => ({
    spec: ref(2, TokenReviewSpec, { required: true }),
    status: ref(3, TokenReviewStatus),
  }),
});
export interface TokenReview extends InferKind<typeof TokenReview> {}

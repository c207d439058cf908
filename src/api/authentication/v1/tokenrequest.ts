import { int64, list, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

export const TokenRequest = struct("io.k8s.api.authentication.v1.TokenRequest", () => ({
  ...typeMeta(),
  metadata: ref(1, ObjectMeta),
  spec: ref(2, TokenRequestSpec),
  status: ref(3, TokenRequestStatus),
}));
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const TokenRequestStatus = struct("io.k8s.api.authentication.v1.TokenRequestStatus", () => ({
  token: string(1, { always: true }),
  expirationTimestamp: time(2, { always: true }),
}));
export interface TokenRequestStatus extends Infer<typeof TokenRequestStatus> {}

export const TokenRequestSpec = struct("io.k8s.api.authentication.v1.TokenRequestSpec", () => ({
  audiences: list(1, scalar.string, { always: true, list: "atomic" }),
  expirationSeconds: int64(4, { ptr: true, always: true }),
  boundObjectRef: ref(3, BoundObjectReference, { ptr: true, always: true }),
}));
export interface TokenRequestSpec extends Infer<typeof TokenRequestSpec> {}

export const BoundObjectReference = struct("io.k8s.api.authentication.v1.BoundObjectReference", () => ({
  kind: string(1),
  apiVersion: string(2),
  name: string(3),
  uid: string(4),
}));
export interface BoundObjectReference extends Infer<typeof BoundObjectReference> {}

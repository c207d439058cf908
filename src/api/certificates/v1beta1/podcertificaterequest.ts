import { bytes, int32, list, map, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";

export const PodCertificateRequestStatus = struct(
  "io.k8s.api.certificates.v1beta1.PodCertificateRequestStatus",
  () => ({
    conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
    certificateChain: string(2),
    notBefore: time(4, { ptr: true }),
    beginRefreshAt: time(5, { ptr: true }),
    notAfter: time(6, { ptr: true }),
  }),
);
export interface PodCertificateRequestStatus extends Infer<typeof PodCertificateRequestStatus> {}

export const PodCertificateRequestSpec = struct("io.k8s.api.certificates.v1beta1.PodCertificateRequestSpec", () => ({
  signerName: string(1, { always: true, required: true }),
  podName: string(2, { always: true, required: true }),
  podUID: string(3, { always: true, required: true }),
  serviceAccountName: string(4, { always: true, required: true }),
  serviceAccountUID: string(5, { always: true, required: true }),
  nodeName: string(6, { always: true, required: true }),
  nodeUID: string(7, { always: true, required: true }),
  maxExpirationSeconds: int32(8, { ptr: true, default: 86400 }),
  pkixPublicKey: bytes(9, { always: true }),
  proofOfPossession: bytes(10, { always: true }),
  stubPKCS10Request: bytes(12, { always: true, required: true }),
  unverifiedUserAnnotations: map(11, scalar.string),
}));
export interface PodCertificateRequestSpec extends Infer<typeof PodCertificateRequestSpec> {}

export const PodCertificateRequest = kind({
  name: "io.k8s.api.certificates.v1beta1.PodCertificateRequest",
  group: "certificates.k8s.io",
  version: "v1beta1",
  kind: "PodCertificateRequest",
  plural: "podcertificaterequests",
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, PodCertificateRequestSpec, { required: true }),
    status: ref(3, PodCertificateRequestStatus),
  }),
});
export interface PodCertificateRequest extends InferKind<typeof PodCertificateRequest> {}

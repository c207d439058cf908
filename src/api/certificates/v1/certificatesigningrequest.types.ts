import { bytes, int32, list, listOf, map, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";

export const CertificateSigningRequestStatus = struct(
  "io.k8s.api.certificates.v1.CertificateSigningRequestStatus",
  () => ({
    conditions: list(1, CertificateSigningRequestCondition, {
      list: "map",
      keys: ["type"],
      rules: [
        "listType=map",
        "listMapKey=type",
        "customUnique",
        "optional",
        'item(type: "Approved")=zeroOrOneOfMember',
        'item(type: "Denied")=zeroOrOneOfMember',
      ],
    }),
    certificate: bytes(2),
  }),
);
export interface CertificateSigningRequestStatus extends Infer<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequestCondition = struct(
  "io.k8s.api.certificates.v1.CertificateSigningRequestCondition",
  () => ({
    type: string(1, { always: true, required: true }),
    status: string(6, { always: true, required: true }),
    reason: string(2),
    message: string(3),
    lastUpdateTime: time(4),
    lastTransitionTime: time(5),
  }),
);
export interface CertificateSigningRequestCondition extends Infer<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestSpec = struct("io.k8s.api.certificates.v1.CertificateSigningRequestSpec", () => ({
  request: bytes(1, { always: true, required: true }),
  signerName: string(7, { always: true, required: true }),
  expirationSeconds: int32(8, { ptr: true }),
  usages: list(5, scalar.string, {
    list: "atomic",
    element: {
      enum: [
        "any",
        "cert sign",
        "client auth",
        "code signing",
        "content commitment",
        "crl sign",
        "data encipherment",
        "decipher only",
        "digital signature",
        "email protection",
        "encipher only",
        "ipsec end system",
        "ipsec tunnel",
        "ipsec user",
        "key agreement",
        "key encipherment",
        "microsoft sgc",
        "netscape sgc",
        "ocsp signing",
        "s/mime",
        "server auth",
        "signing",
        "timestamping",
      ],
    },
  }),
  username: string(2),
  uid: string(3),
  groups: list(4, scalar.string, { list: "atomic" }),
  extra: map(6, listOf(scalar.string)),
}));
export interface CertificateSigningRequestSpec extends Infer<typeof CertificateSigningRequestSpec> {}

import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { CertificateSigningRequestSpec, CertificateSigningRequestStatus } from "./certificatesigningrequest.types.ts";

export * from "./certificatesigningrequest.types.ts";

export const CertificateSigningRequest = kind({
  name: "io.k8s.api.certificates.v1.CertificateSigningRequest",
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  shortNames: ["csr"],
  rules: {
    resets: {
      "": ["spec", "status"],
      status: ["spec", "status.conditions"],
      approval: ["spec", "status.certificate"],
    },
  },
  scope: "Cluster",
  subresources: [
    { name: "approval", verbs: ["get", "patch", "update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, CertificateSigningRequestSpec, { required: true }),
    status: ref(3, CertificateSigningRequestStatus),
  }),
});
export interface CertificateSigningRequest extends InferKind<typeof CertificateSigningRequest> {}

import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  CertificateSigningRequestStatus,
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
  CertificateSigningRequest,
} from "./certificatesigningrequest.ts";

export const certificatesigningrequestDocs: readonly StructDoc[] = [
  doc(CertificateSigningRequestStatus, "What became of a request for a certificate.", {
    conditions: "Approved, Denied or Failed; without any, nobody has decided yet.",
    certificate: "The certificate and those that lead to its root, in PEM, once it is issued.",
  }),
  doc(CertificateSigningRequestCondition, "A decision about a request, or a failure.", {
    ...CONDITION,
    type: "Approved, Denied or Failed; Approved and Denied exclude each other and stay.",
    lastUpdateTime: "When the condition was last written.",
  }),
  doc(CertificateSigningRequestSpec, "Which certificate is asked for; it cannot change.", {
    request: "The request in PKCS#10, as PEM, in base64.",
    signerName: "Who should sign, such as kubernetes.io/kube-apiserver-client.",
    expirationSeconds:
      "Seconds that the certificate should be good for, at least 600; the signer may decide otherwise.",
    usages: "What the key is for, such as digital signature and client auth; signers say which they allow.",
    username: "Who asked; set by the server.",
    uid: "Id of who asked; set by the server.",
    groups: "Groups of who asked; set by the server.",
    extra: "What else is known of who asked; set by the server.",
  }),
  ...kindDocs(
    CertificateSigningRequest,
    "Asks a signer for a certificate; somebody approves, then the signer issues it.",
    {
      spec: "Which certificate is asked for, and by whom.",
      status: "What became of it.",
    },
  ),
];

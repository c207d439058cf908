import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  PodCertificateRequestStatus,
  PodCertificateRequestSpec,
  PodCertificateRequest,
} from "./podcertificaterequest.ts";

export const podcertificaterequestDocs: readonly StructDoc[] = [
  doc(PodCertificateRequestStatus, "What became of a request for a pod's certificate.", {
    conditions: "Issued, Denied or Failed, once it is decided.",
    certificateChain: "The certificate and those that lead to its root, in PEM.",
    notBefore: "When the certificate begins to be good.",
    beginRefreshAt: "When the kubelet should begin to ask for a new one.",
    notAfter: "When the certificate expires.",
  }),
  doc(PodCertificateRequestSpec, "Which certificate is asked for, and for which pod.", {
    signerName: "Who should sign.",
    podName: "Name of the pod.",
    podUID: "UID of the pod.",
    serviceAccountName: "Service account of the pod.",
    serviceAccountUID: "UID of the service account.",
    nodeName: "Node of the pod.",
    nodeUID: "UID of the node.",
    maxExpirationSeconds: "Longest life of the certificate in seconds, 3600 to 7862400; default 86400.",
    pkixPublicKey: "Public key in PKIX form; use stubPKCS10Request.",
    proofOfPossession: "Signature over the pod's UID that shows that the kubelet has the key; use stubPKCS10Request.",
    stubPKCS10Request: "Request in PKCS#10 that holds the public key and shows that the kubelet has the private one.",
    unverifiedUserAnnotations:
      "Keys and values of the pod's volume, for the signer; anybody who makes pods can write them.",
  }),
  ...kindDocs(PodCertificateRequest, "A kubelet's request for a certificate for a pod.", {
    spec: "Which certificate is asked for.",
    status: "What became of it.",
  }),
];

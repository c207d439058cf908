import type { KindBehavior } from "../../kind.ts";
import type { ClusterTrustBundle } from "./clustertrustbundle.ts";
import type { PodCertificateRequest } from "./podcertificaterequest.ts";

export const clusterTrustBundleBehavior: KindBehavior<ClusterTrustBundle> = {
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName ?? "" },
};

export const podCertificateRequestBehavior: KindBehavior<PodCertificateRequest> = {
  selectsNamespace: false,
  selectableFields: {
    "spec.signerName": ({ spec }) => spec.signerName,
    "spec.podName": ({ spec }) => spec.podName,
    "spec.nodeName": ({ spec }) => spec.nodeName,
  },
};

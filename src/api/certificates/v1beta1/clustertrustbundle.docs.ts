import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { ClusterTrustBundleSpec, ClusterTrustBundle } from "./clustertrustbundle.ts";

export const clustertrustbundleDocs: readonly StructDoc[] = [
  doc(ClusterTrustBundleSpec, "Certificates to trust.", {
    signerName: "Signer whose certificates the bundle is for; it cannot change. The bundle's name must begin with it.",
    trustBundle: "Certificates of authorities in PEM, without doubles; at most 1 MiB.",
  }),
  ...kindDocs(ClusterTrustBundle, "Certificates of authorities, for all pods to trust.", {
    spec: "The certificates.",
  }),
];

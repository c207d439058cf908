import { ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ClusterTrustBundle as Stable } from "../v1beta1/clustertrustbundle.ts";
import { storedAs } from "../../storage.ts";

const ClusterTrustBundleSpec = struct("io.k8s.api.certificates.v1alpha1.ClusterTrustBundleSpec", () => ({
  signerName: string(1),
  trustBundle: string(2, { always: true, required: true }),
}));
export interface ClusterTrustBundleSpec extends Infer<typeof ClusterTrustBundleSpec> {}

export const ClusterTrustBundle = kind({
  name: "io.k8s.api.certificates.v1alpha1.ClusterTrustBundle",
  group: "certificates.k8s.io",
  version: "v1alpha1",
  kind: "ClusterTrustBundle",
  plural: "clustertrustbundles",
  scope: "Cluster",
  rules: {
    deprecation: "certificates.k8s.io/v1alpha1 ClusterTrustBundle is deprecated in v1.34+, unavailable in v1.37+",
  },
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, ClusterTrustBundleSpec, { required: true }),
  }),
});
export interface ClusterTrustBundle extends InferKind<typeof ClusterTrustBundle> {}

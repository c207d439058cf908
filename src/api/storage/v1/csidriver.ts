import { boolean, int64, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const CSIDriverSpec = struct("io.k8s.api.storage.v1.CSIDriverSpec", () => ({
  attachRequired: boolean(1, { ptr: true }),
  podInfoOnMount: boolean(2, { ptr: true }),
  volumeLifecycleModes: list(3, scalar.string, { list: "set" }),
  storageCapacity: boolean(4, { ptr: true, gates: ["CSIStorageCapacity"] }),
  fsGroupPolicy: string(5, { ptr: true }),
  tokenRequests: list(6, TokenRequest, { list: "atomic" }),
  requiresRepublish: boolean(7, { ptr: true }),
  seLinuxMount: boolean(8, { ptr: true, gates: ["SELinuxMountReadWriteOncePod"] }),
  nodeAllocatableUpdatePeriodSeconds: int64(9, { ptr: true, gates: ["MutableCSINodeAllocatableCount"] }),
  serviceAccountTokenInSecrets: boolean(10, { ptr: true, gates: ["CSIServiceAccountTokenSecrets"] }),
  preventPodSchedulingIfMissing: boolean(11, { ptr: true, gates: ["VolumeLimitScaling"] }),
}));
export interface CSIDriverSpec extends Infer<typeof CSIDriverSpec> {}

export const TokenRequest = struct("io.k8s.api.storage.v1.TokenRequest", () => ({
  audience: string(1, { always: true, required: true }),
  expirationSeconds: int64(2, { ptr: true }),
}));
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const CSIDriver = kind({
  name: "io.k8s.api.storage.v1.CSIDriver",
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIDriver",
  plural: "csidrivers",
  rules: { returnsDeleted: true },
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, CSIDriverSpec, { required: true }),
  }),
});
export interface CSIDriver extends InferKind<typeof CSIDriver> {}

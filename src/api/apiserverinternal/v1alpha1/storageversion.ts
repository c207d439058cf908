import { int64, list, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";

export const StorageVersionStatus = struct("io.k8s.api.apiserverinternal.v1alpha1.StorageVersionStatus", () => ({
  storageVersions: list(1, ServerStorageVersion, { list: "map", keys: ["apiServerID"] }),
  commonEncodingVersion: string(2, { ptr: true }),
  conditions: list(3, StorageVersionCondition, { list: "map", keys: ["type"] }),
}));
export interface StorageVersionStatus extends Infer<typeof StorageVersionStatus> {}

export const StorageVersionCondition = struct("io.k8s.api.apiserverinternal.v1alpha1.StorageVersionCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  observedGeneration: int64(3),
  lastTransitionTime: time(4),
  reason: string(5, { always: true, required: true }),
  message: string(6, { required: true }),
}));
export interface StorageVersionCondition extends Infer<typeof StorageVersionCondition> {}

export const ServerStorageVersion = struct("io.k8s.api.apiserverinternal.v1alpha1.ServerStorageVersion", () => ({
  apiServerID: string(1, { required: true }),
  encodingVersion: string(2, { required: true }),
  decodableVersions: list(3, scalar.string, { required: true, list: "set" }),
  servedVersions: list(4, scalar.string, { list: "set" }),
}));
export interface ServerStorageVersion extends Infer<typeof ServerStorageVersion> {}

export const StorageVersionSpec = struct("io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec", () => ({}));
export interface StorageVersionSpec extends Infer<typeof StorageVersionSpec> {}

export const StorageVersion = kind({
  name: "io.k8s.api.apiserverinternal.v1alpha1.StorageVersion",
  group: "internal.apiserver.k8s.io",
  version: "v1alpha1",
  kind: "StorageVersion",
  plural: "storageversions",
  scope: "Cluster",
  rules: { statusKeeps: KEPT_WITH_STATUS },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  requiresMetadata: true,
  fields: () => ({
    spec: ref(2, StorageVersionSpec),
    status: ref(3, StorageVersionStatus),
  }),
});
export interface StorageVersion extends InferKind<typeof StorageVersion> {}

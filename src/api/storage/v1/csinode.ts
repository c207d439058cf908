import { int32, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const CSINodeSpec = struct("io.k8s.api.storage.v1.CSINodeSpec", () => ({
  drivers: list(1, CSINodeDriver, {
    always: true,
    required: true,
    list: "map",
    keys: ["name"],
    patch: ["merge"],
    mergeKey: "name",
  }),
}));
export interface CSINodeSpec extends Infer<typeof CSINodeSpec> {}

export const CSINodeDriver = struct("io.k8s.api.storage.v1.CSINodeDriver", () => ({
  name: string(1, { always: true, required: true }),
  nodeID: string(2, { always: true, required: true }),
  topologyKeys: list(3, scalar.string, { always: true, list: "atomic" }),
  allocatable: ref(4, VolumeNodeResources, { ptr: true }),
}));
export interface CSINodeDriver extends Infer<typeof CSINodeDriver> {}

export const VolumeNodeResources = struct("io.k8s.api.storage.v1.VolumeNodeResources", () => ({
  count: int32(1, { ptr: true }),
}));
export interface VolumeNodeResources extends Infer<typeof VolumeNodeResources> {}

export const CSINode = kind({
  name: "io.k8s.api.storage.v1.CSINode",
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSINode",
  plural: "csinodes",
  rules: { returnsDeleted: true },
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, CSINodeSpec, { required: true }),
  }),
});
export interface CSINode extends InferKind<typeof CSINode> {}

import { quantity, ref, string } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const CSIStorageCapacity = kind({
  name: "io.k8s.api.storage.v1.CSIStorageCapacity",
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  scope: "Namespaced",
  fields: () => ({
    nodeTopology: ref(2, LabelSelector, { ptr: true }),
    storageClassName: string(3, { always: true, required: true }),
    capacity: quantity(4, { ptr: true }),
    maximumVolumeSize: quantity(5, { ptr: true }),
  }),
});
export interface CSIStorageCapacity extends InferKind<typeof CSIStorageCapacity> {}

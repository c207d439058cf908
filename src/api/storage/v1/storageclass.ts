import { boolean, list, map, scalar, string } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { TopologySelectorTerm } from "../../core/v1/topologyselectorterm.ts";

export const StorageClass = kind({
  name: "io.k8s.api.storage.v1.StorageClass",
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  rules: { returnsDeleted: true },
  shortNames: ["sc"],
  scope: "Cluster",
  fields: () => ({
    provisioner: string(2, { always: true, required: true, rules: ["required", "immutable"] }),
    parameters: map(3, scalar.string, { rules: ["immutable", "optional"] }),
    reclaimPolicy: string(4, { ptr: true, enum: ["Delete", "Recycle", "Retain"], rules: ["immutable", "optional"] }),
    mountOptions: list(5, scalar.string, { list: "atomic" }),
    allowVolumeExpansion: boolean(6, { ptr: true }),
    volumeBindingMode: string(7, {
      ptr: true,
      enum: ["Immediate", "WaitForFirstConsumer"],
      rules: ["immutable", "optional"],
    }),
    allowedTopologies: list(8, TopologySelectorTerm, { list: "atomic" }),
  }),
});
export interface StorageClass extends InferKind<typeof StorageClass> {}

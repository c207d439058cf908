import { map, scalar, string } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const VolumeAttributesClass = kind({
  name: "io.k8s.api.storage.v1.VolumeAttributesClass",
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttributesClass",
  plural: "volumeattributesclasses",
  rules: { returnsDeleted: true },
  shortNames: ["vac"],
  scope: "Cluster",
  fields: () => ({
    driverName: string(2, { always: true, required: true }),
    parameters: map(3, scalar.string),
  }),
});
export interface VolumeAttributesClass extends InferKind<typeof VolumeAttributesClass> {}

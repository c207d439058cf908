import { map, scalar, string } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { VolumeAttributesClass as Stable } from "../v1/volumeattributesclass.ts";
import { storedAs } from "../../storage.ts";

export const VolumeAttributesClass = kind({
  name: "io.k8s.api.storage.v1beta1.VolumeAttributesClass",
  group: "storage.k8s.io",
  version: "v1beta1",
  kind: "VolumeAttributesClass",
  plural: "volumeattributesclasses",
  shortNames: ["vac"],
  scope: "Cluster",
  rules: {
    deprecation:
      "storage.k8s.io/v1beta1 VolumeAttributesClass is deprecated in v1.34+, unavailable in v1.37+; use storage.k8s.io/v1 VolumeAttributesClass",
  },
  storage: () => storedAs(Stable),
  fields: () => ({
    driverName: string(2, { always: true, required: true }),
    parameters: map(3, scalar.string),
  }),
});
export interface VolumeAttributesClass extends InferKind<typeof VolumeAttributesClass> {}

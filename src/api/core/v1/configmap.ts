import { boolean, map, scalar } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const ConfigMap = kind({
  name: "io.k8s.api.core.v1.ConfigMap",
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  scope: "Namespaced",
  fields: () => ({
    immutable: boolean(4, { ptr: true }),
    data: map(2, scalar.string),
    binaryData: map(3, scalar.bytes),
  }),
});
export interface ConfigMap extends InferKind<typeof ConfigMap> {}

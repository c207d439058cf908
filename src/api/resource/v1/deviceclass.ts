import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { DeviceClassSpec } from "./deviceclass.types.ts";

export * from "./deviceclass.types.ts";

export const DeviceClass = kind({
  name: "io.k8s.api.resource.v1.DeviceClass",
  group: "resource.k8s.io",
  version: "v1",
  kind: "DeviceClass",
  plural: "deviceclasses",
  rules: { returnsDeleted: true },
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, DeviceClassSpec, { required: true }),
  }),
});
export interface DeviceClass extends InferKind<typeof DeviceClass> {}

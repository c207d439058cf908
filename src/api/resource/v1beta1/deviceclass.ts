import { inVersion, ref, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { DeviceClass as Stable } from "../v1/deviceclass.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/deviceclass.types.ts";

const DeviceClassSpec = inVersion(stable.DeviceClassSpec, "v1beta1");
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

const DeviceConfiguration = inVersion(stable.DeviceConfiguration, "v1beta1");
export interface DeviceConfiguration extends Infer<typeof DeviceConfiguration> {}

export const DeviceSelector = inVersion(stable.DeviceSelector, "v1beta1");
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const DeviceClass = kind({
  name: "io.k8s.api.resource.v1beta1.DeviceClass",
  group: "resource.k8s.io",
  version: "v1beta1",
  kind: "DeviceClass",
  plural: "deviceclasses",
  scope: "Cluster",
  rules: { deprecation: "resource.k8s.io/v1beta1 DeviceClass is deprecated in v1.35+, unavailable in v1.38+" },
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, DeviceClassSpec, { required: true }),
  }),
});
export interface DeviceClass extends InferKind<typeof DeviceClass> {}

import { list, raw, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { DeviceClass as Stable } from "../v1/deviceclass.ts";
import { storedAs } from "../../storage.ts";

export const DeviceClassSpec = struct("io.k8s.api.resource.v1beta2.DeviceClassSpec", () => ({
  selectors: list(1, DeviceSelector, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  config: list(2, DeviceClassConfiguration, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  extendedResourceName: string(4, {
    ptr: true,
    gates: ["DRAExtendedResource"],
    rules: ["optional", "format=k8s-extended-resource-name"],
  }),
}));
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

export const DeviceClassConfiguration = struct("io.k8s.api.resource.v1beta2.DeviceClassConfiguration", () => ({
  deviceConfiguration: ref(1, DeviceConfiguration, { always: true, inline: true }),
}));
export interface DeviceClassConfiguration extends Infer<typeof DeviceClassConfiguration> {}

export const DeviceConfiguration = struct("io.k8s.api.resource.v1beta2.DeviceConfiguration", () => ({
  opaque: ref(1, OpaqueDeviceConfiguration, { ptr: true, rules: ["oneOf=ConfigurationType", "optional"] }),
}));
export interface DeviceConfiguration extends Infer<typeof DeviceConfiguration> {}

export const OpaqueDeviceConfiguration = struct("io.k8s.api.resource.v1beta2.OpaqueDeviceConfiguration", () => ({
  driver: string(1, {
    always: true,
    required: true,
    rules: ["required", "maxLength=63", "format=k8s-long-name-caseless"],
  }),
  parameters: raw(2, { always: true, required: true }),
}));
export interface OpaqueDeviceConfiguration extends Infer<typeof OpaqueDeviceConfiguration> {}

export const DeviceSelector = struct("io.k8s.api.resource.v1beta2.DeviceSelector", () => ({
  cel: ref(1, CELDeviceSelector, { ptr: true, rules: ["oneOf=SelectorType"] }),
}));
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const CELDeviceSelector = struct("io.k8s.api.resource.v1beta2.CELDeviceSelector", () => ({
  expression: string(1, { always: true, required: true }),
}));
export interface CELDeviceSelector extends Infer<typeof CELDeviceSelector> {}

export const DeviceClass = kind({
  name: "io.k8s.api.resource.v1beta2.DeviceClass",
  group: "resource.k8s.io",
  version: "v1beta2",
  kind: "DeviceClass",
  plural: "deviceclasses",
  scope: "Cluster",
  storage: () => storedAs(Stable),
  behavior: () => Stable.behavior as never,
  fields: () => ({
    spec: ref(2, DeviceClassSpec, { required: true }),
  }),
});
export interface DeviceClass extends InferKind<typeof DeviceClass> {}

import { list, raw, ref, string, struct, type Infer } from "../../../schema/index.ts";

export const DeviceClassSpec = struct("io.k8s.api.resource.v1.DeviceClassSpec", () => ({
  selectors: list(1, DeviceSelector, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  config: list(2, DeviceClassConfiguration, { list: "atomic", rules: ["optional", "maxItems=32"] }),
  extendedResourceName: string(4, {
    ptr: true,
    gates: ["DRAExtendedResource"],
    rules: ["optional", "format=k8s-extended-resource-name"],
  }),
}));
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

export const DeviceClassConfiguration = struct("io.k8s.api.resource.v1.DeviceClassConfiguration", () => ({
  deviceConfiguration: ref(1, DeviceConfiguration, { always: true, inline: true }),
}));
export interface DeviceClassConfiguration extends Infer<typeof DeviceClassConfiguration> {}

export const DeviceConfiguration = struct("io.k8s.api.resource.v1.DeviceConfiguration", () => ({
  opaque: ref(1, OpaqueDeviceConfiguration, { ptr: true, rules: ["oneOf=ConfigurationType", "optional"] }),
}));
export interface DeviceConfiguration extends Infer<typeof DeviceConfiguration> {}

export const OpaqueDeviceConfiguration = struct("io.k8s.api.resource.v1.OpaqueDeviceConfiguration", () => ({
  driver: string(1, {
    always: true,
    required: true,
    rules: ["required", "format=k8s-long-name-caseless", "maxLength=63"],
  }),
  parameters: raw(2, { always: true, required: true }),
}));
export interface OpaqueDeviceConfiguration extends Infer<typeof OpaqueDeviceConfiguration> {}

export const DeviceSelector = struct("io.k8s.api.resource.v1.DeviceSelector", () => ({
  cel: ref(1, CELDeviceSelector, { ptr: true, rules: ["oneOf=SelectorType"] }),
}));
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const CELDeviceSelector = struct("io.k8s.api.resource.v1.CELDeviceSelector", () => ({
  expression: string(1, { always: true, required: true }),
}));
export interface CELDeviceSelector extends Infer<typeof CELDeviceSelector> {}

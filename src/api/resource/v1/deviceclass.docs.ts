import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  DeviceClassSpec,
  DeviceClassConfiguration,
  DeviceConfiguration,
  OpaqueDeviceConfiguration,
  DeviceSelector,
  CELDeviceSelector,
  DeviceClass,
} from "./deviceclass.ts";

export const deviceclassDocs: readonly StructDoc[] = [
  doc(DeviceClassSpec, "Which devices are in a class, and how they are set up.", {
    selectors: "Conditions that devices must all meet; at most 32.",
    config: "Settings for drivers, which apply to every device of the class; at most 32.",
    extendedResourceName:
      "Name under which pods can ask for the devices as an extended resource, in requests and limits.",
  }),
  doc(DeviceClassConfiguration, "Settings that a class has for a driver.", {}),
  doc(DeviceConfiguration, "Settings for a driver; exactly one member is set.", {
    opaque: "Settings in the driver's own form.",
  }),
  doc(OpaqueDeviceConfiguration, "Settings in a driver's own form.", {
    driver: "Name of the driver that the settings are for.",
    parameters: "The settings, an object with apiVersion and kind; at most 10 KiB.",
  }),
  doc(DeviceSelector, "A condition on devices; exactly one member is set.", {
    cel: "An expression that says whether a device fits.",
  }),
  doc(CELDeviceSelector, "A condition in CEL.", {
    expression: "CEL that gives a boolean; knows device, with driver, attributes and capacity.",
  }),
  ...kindDocs(DeviceClass, "A kind of device on offer, for resource claims to name.", {
    spec: "Which devices, and how they are set up.",
  }),
];

import { doc, type StructDoc } from "../../doc.ts";
import { DeviceRequest } from "./resourceclaim.ts";

export const resourceclaimDocs: readonly StructDoc[] = [
  doc(DeviceRequest, "Devices that are wanted; either deviceClassName or firstAvailable is set.", {
    name: "Name of the request, a DNS label.",
    deviceClassName: "Device class to take devices from.",
    selectors: "Conditions that devices must all meet, beside those of the class.",
    allocationMode: "ExactCount (default) for count devices, or All that match.",
    count: "Devices that are wanted with ExactCount; default 1.",
    adminAccess: "Asks for devices whoever uses them, to look after them; the namespace must be labelled for it.",
    firstAvailable: "Alternatives, of which the first that can be had is taken; at most 8.",
    tolerations: "Taints of devices that the request puts up with.",
    capacity: "Capacity that each device must have left.",
  }),
];

import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { DeviceTaintRuleStatus, DeviceTaintRuleSpec, DeviceTaintSelector, DeviceTaintRule } from "./devicetaintrule.ts";

export const devicetaintruleDocs: readonly StructDoc[] = [
  doc(DeviceTaintRuleStatus, "What a taint rule did.", {
    conditions: "Aspects of the rule's state, such as EvictionInProgress.",
  }),
  doc(DeviceTaintRuleSpec, "Which devices get which taint.", {
    deviceSelector: "Which devices; all members must match. Absent, no device does; empty, every one.",
    taint: "The taint.",
  }),
  doc(DeviceTaintSelector, "Chooses devices; what is absent matches all.", {
    driver: "Name of the driver.",
    pool: "Name of the pool.",
    device: "Name of the device.",
  }),
  ...kindDocs(DeviceTaintRule, "Puts a taint on devices, whatever their driver says.", {
    spec: "The taint, and the devices it is put on.",
    status: "What the rule did.",
  }),
];

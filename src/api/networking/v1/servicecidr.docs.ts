import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { ServiceCIDR, ServiceCIDRStatus, ServiceCIDRSpec } from "./servicecidr.ts";

export const servicecidrDocs: readonly StructDoc[] = [
  ...kindDocs(ServiceCIDR, "Address ranges that services get their addresses from.", {
    spec: "The ranges.",
    status: "Whether the ranges are in use.",
  }),
  doc(ServiceCIDRStatus, "Whether ranges are in use.", {
    conditions: "Aspects of the ranges' state, such as Ready.",
  }),
  doc(ServiceCIDRSpec, "Address ranges for services.", {
    cidrs: "One or two ranges, of different IP families.",
  }),
];

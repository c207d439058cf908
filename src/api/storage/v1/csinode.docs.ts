import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { CSINode, CSINodeSpec, CSINodeDriver, VolumeNodeResources } from "./csinode.ts";

export const csinodeDocs: readonly StructDoc[] = [
  ...kindDocs(CSINode, "Which CSI drivers a node has; its name is the node's.", {
    spec: "The drivers.",
  }),
  doc(CSINodeSpec, "The drivers of a node.", {
    drivers: "One entry for each driver; may be empty.",
  }),
  doc(CSINodeDriver, "A driver on a node.", {
    name: "Name of the driver.",
    nodeID: "What the driver calls the node.",
    topologyKeys: "Labels of nodes by which the driver tells where volumes can be reached.",
    allocatable: "How many volumes the node can have.",
  }),
  doc(VolumeNodeResources, "How many volumes of a driver a node can have.", {
    count: "Volumes at most, each counted once; absent for no limit.",
  }),
];

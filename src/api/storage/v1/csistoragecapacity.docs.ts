import { kindDocs, type StructDoc } from "../../doc.ts";
import { CSIStorageCapacity } from "./csistoragecapacity.ts";

export const csistoragecapacityDocs: readonly StructDoc[] = [
  ...kindDocs(CSIStorageCapacity, "How much storage of one class a driver has left in one place.", {
    nodeTopology: "Labels of the nodes that reach the storage; absent for none, empty for all.",
    storageClassName: "Name of the storage class; it cannot change.",
    capacity: "Storage that is left; absent if unknown.",
    maximumVolumeSize: "Size of the largest volume that can be made; absent if unknown.",
  }),
];

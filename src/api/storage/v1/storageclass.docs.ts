import { kindDocs, type StructDoc } from "../../doc.ts";
import { StorageClass } from "./storageclass.ts";

export const storageclassDocs: readonly StructDoc[] = [
  ...kindDocs(
    StorageClass,
    "A kind of storage on offer, and how volumes of it are made; nearly nothing of it can change.",
    {
      provisioner: "Name of the driver that makes volumes.",
      parameters: "What the driver wants to know to make volumes; at most 512 entries.",
      reclaimPolicy: "What happens to a volume when its claim is gone: Delete (default) or Retain.",
      mountOptions: "Options for mounting, which nobody checks before; a wrong one makes the mount fail.",
      allowVolumeExpansion: "Whether volumes may grow; default false.",
      volumeBindingMode:
        "When a volume is made: Immediate (default), or WaitForFirstConsumer once a pod that uses it is placed.",
      allowedTopologies: "Places where volumes may be made; default all that the driver reaches.",
    },
  ),
];

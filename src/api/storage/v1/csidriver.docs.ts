import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { CSIDriver, CSIDriverSpec, TokenRequest } from "./csidriver.ts";

export const csidriverDocs: readonly StructDoc[] = [
  ...kindDocs(CSIDriver, "What the cluster must know of a CSI driver; its name is the driver's.", {
    spec: "What the driver needs and can do.",
  }),
  doc(CSIDriverSpec, "What a CSI driver needs and can do.", {
    attachRequired:
      "Whether volumes must be attached to a node before they are mounted; default true. It cannot change.",
    podInfoOnMount: "Whether the driver wants to know the pod that a volume is mounted for; default false.",
    volumeLifecycleModes:
      "Volumes that the driver has: Persistent (default) and Ephemeral, for csi volumes in pods. It cannot change.",
    storageCapacity:
      "Whether the scheduler must see enough CSIStorageCapacity before it places pods with new volumes; default false.",
    fsGroupPolicy: "Whether fsGroup changes owners: ReadWriteOnceWithFSType (default), File for always, or None.",
    tokenRequests: "Tokens of the pod's service account that the driver wants when it mounts a volume.",
    requiresRepublish:
      "Whether the driver wants to mount again from time to time, for volumes that change; default false.",
    seLinuxMount: "Whether volumes can be mounted with an SELinux label of their own; default false.",
    nodeAllocatableUpdatePeriodSeconds:
      "Seconds between updates of how many volumes a node can have, at least 10; default none.",
    serviceAccountTokenInSecrets:
      "Whether tokens are handed over among the secrets instead of the volume context; default false.",
    preventPodSchedulingIfMissing:
      "Whether pods with the driver's volumes stay off nodes without it; default false. Needs the feature gate VolumeLimitScaling.",
  }),
  doc(TokenRequest, "A token that a driver wants.", {
    audience: "Who the token is for; empty for the API server.",
    expirationSeconds: "Seconds that the token is good for, at least 600; default 3600.",
  }),
];

import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { PersistentVolume, PersistentVolumeStatus, PersistentVolumeSpec } from "./persistentvolume.ts";

export const persistentvolumeDocs: readonly StructDoc[] = [
  ...kindDocs(PersistentVolume, "Storage that is there for claims; it outlives the pods that use it.", {
    spec: "What the storage is, and who may have it.",
    status: "Whether the volume is free, in use or given back.",
  }),
  doc(PersistentVolumeStatus, "Where a volume is in its life.", {
    phase:
      "Pending, Available, Bound to a claim, Released when the claim is gone, or Failed when it could not be cleaned.",
    message: "Why the volume is in this phase, for people.",
    reason: "Why the volume failed, in one word.",
    lastPhaseTransitionTime: "When the phase last changed.",
  }),
  doc(PersistentVolumeSpec, "What a volume is, and who may have it.", {
    capacity: "Size of the volume, as storage.",
    accessModes: "Ways in which the volume can be used: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.",
    claimRef: "Claim that the volume is bound to; set it to keep the volume for a certain claim.",
    persistentVolumeReclaimPolicy:
      "What happens when the claim is gone: Retain (default of volumes made by hand), Delete or Recycle (deprecated).",
    storageClassName: "Storage class of the volume; only claims of the class get it.",
    mountOptions: "Options for mounting, which nobody checks before; a wrong one makes the mount fail.",
    volumeMode: "Filesystem (default), or Block for a raw device.",
    nodeAffinity: "Which nodes can reach the volume.",
    volumeAttributesClassName: "Class with the volume's changeable settings; must be the claim's to be bound.",
  }),
];

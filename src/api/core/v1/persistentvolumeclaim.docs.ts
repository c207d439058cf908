import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
  ModifyVolumeStatus,
  PersistentVolumeClaimCondition,
} from "./persistentvolumeclaim.ts";

export const persistentvolumeclaimDocs: readonly StructDoc[] = [
  ...kindDocs(PersistentVolumeClaim, "A request for storage, bound to a persistent volume that meets it.", {
    spec: "How much storage is wanted, and of which kind.",
    status: "What the claim got.",
  }),
  doc(PersistentVolumeClaimStatus, "What a claim got.", {
    phase: "Pending until it is bound, Bound, or Lost when its volume is gone.",
    accessModes: "Ways in which the volume can be used.",
    capacity: "Size of the volume.",
    conditions: "State of a change of size or settings.",
    allocatedResources: "Size that is set aside while the volume grows; counts against quotas.",
    allocatedResourceStatuses: "How far the growth of each resource is, such as ControllerResizeInProgress.",
    currentVolumeAttributesClassName: "Class whose settings are in force.",
    modifyVolumeStatus: "How far a change to another class is; absent when there is none.",
  }),
  doc(ModifyVolumeStatus, "A change of a volume's settings.", {
    targetVolumeAttributesClassName: "Class whose settings are being applied.",
    status: "Pending while the class is missing, InProgress, or Infeasible when the driver refused.",
  }),
  doc(PersistentVolumeClaimCondition, "One aspect of a claim's state.", {
    ...CONDITION,
    type: "Which aspect it is, such as Resizing or FileSystemResizePending.",
    lastProbeTime: "When the condition was last looked at.",
  }),
];

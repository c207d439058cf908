import { list, map, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { PersistentVolumeClaimSpec } from "./volume.ts";

export const PersistentVolumeClaimStatus = struct("io.k8s.api.core.v1.PersistentVolumeClaimStatus", () => ({
  phase: string(1, { enum: ["Bound", "Lost", "Pending"] }),
  accessModes: list(2, scalar.string, {
    list: "atomic",
    element: { enum: ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"] },
  }),
  capacity: map(3, scalar.quantity),
  conditions: list(4, PersistentVolumeClaimCondition, {
    list: "map",
    keys: ["type"],
    patch: ["merge"],
    mergeKey: "type",
  }),
  allocatedResources: map(5, scalar.quantity),
  allocatedResourceStatuses: map(7, scalar.string, {
    atomic: false,
    element: {
      enum: [
        "ControllerResizeInProgress",
        "ControllerResizeInfeasible",
        "NodeResizeInProgress",
        "NodeResizeInfeasible",
        "NodeResizePending",
      ],
    },
  }),
  currentVolumeAttributesClassName: string(8, { ptr: true, gates: ["VolumeAttributesClass"] }),
  modifyVolumeStatus: ref(9, ModifyVolumeStatus, { ptr: true, gates: ["VolumeAttributesClass"] }),
}));
export interface PersistentVolumeClaimStatus extends Infer<typeof PersistentVolumeClaimStatus> {}

export const ModifyVolumeStatus = struct("io.k8s.api.core.v1.ModifyVolumeStatus", () => ({
  targetVolumeAttributesClassName: string(1),
  status: string(2, { always: true, required: true, enum: ["InProgress", "Infeasible", "Pending"] }),
}));
export interface ModifyVolumeStatus extends Infer<typeof ModifyVolumeStatus> {}

export const PersistentVolumeClaimCondition = struct("io.k8s.api.core.v1.PersistentVolumeClaimCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
}));
export interface PersistentVolumeClaimCondition extends Infer<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaim = kind({
  name: "io.k8s.api.core.v1.PersistentVolumeClaim",
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  rules: { returnsDeleted: true },
  shortNames: ["pvc"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, PersistentVolumeClaimSpec),
    status: ref(3, PersistentVolumeClaimStatus),
  }),
});
export interface PersistentVolumeClaim extends InferKind<typeof PersistentVolumeClaim> {}

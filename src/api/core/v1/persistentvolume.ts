import { list, map, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { VolumeNodeAffinity } from "./affinity.ts";
import { ObjectReference } from "./references.ts";
import { PersistentVolumeSource } from "./volume.ts";

export const PersistentVolumeStatus = struct("io.k8s.api.core.v1.PersistentVolumeStatus", () => ({
  phase: string(1, { enum: ["Available", "Bound", "Failed", "Pending", "Released"] }),
  message: string(2),
  reason: string(3),
  lastPhaseTransitionTime: time(4, { ptr: true }),
}));
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

export const PersistentVolumeSpec = struct("io.k8s.api.core.v1.PersistentVolumeSpec", () => ({
  capacity: map(1, scalar.quantity),
  persistentVolumeSource: ref(2, PersistentVolumeSource, { always: true, inline: true }),
  accessModes: list(3, scalar.string, {
    list: "atomic",
    element: { enum: ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"] },
  }),
  claimRef: ref(4, ObjectReference, { ptr: true, atomic: false }),
  persistentVolumeReclaimPolicy: string(5, { enum: ["Delete", "Recycle", "Retain"] }),
  storageClassName: string(6),
  mountOptions: list(7, scalar.string, { list: "atomic" }),
  volumeMode: string(8, { ptr: true, enum: ["Block", "Filesystem"] }),
  nodeAffinity: ref(9, VolumeNodeAffinity, { ptr: true }),
  volumeAttributesClassName: string(10, { ptr: true, gates: ["VolumeAttributesClass"] }),
}));
export interface PersistentVolumeSpec extends Infer<typeof PersistentVolumeSpec> {}

export const PersistentVolume = kind({
  name: "io.k8s.api.core.v1.PersistentVolume",
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  rules: { returnsDeleted: true },
  shortNames: ["pv"],
  scope: "Cluster",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, PersistentVolumeSpec),
    status: ref(3, PersistentVolumeStatus),
  }),
});
export interface PersistentVolume extends InferKind<typeof PersistentVolume> {}

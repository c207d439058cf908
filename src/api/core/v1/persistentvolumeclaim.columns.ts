import { ageColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { accessModesText, CLASS_ANNOTATION } from "./volumetext.ts";
import type { PersistentVolumeClaim } from "./persistentvolumeclaim.ts";

export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  textColumn("Status", ({ metadata, status }) => (metadata.deletionTimestamp ? "Terminating" : status.phase)),
  textColumn("Volume", ({ spec }) => spec.volumeName ?? ""),
  // What it holds is known once it has a volume.
  textColumn("Capacity", ({ spec, status }) => (spec.volumeName ? (status.capacity?.storage ?? "0") : "")),
  textColumn("Access Modes", ({ spec, status }) => (spec.volumeName ? accessModesText(status.accessModes) : "")),
  textColumn(
    "StorageClass",
    ({ metadata, spec }) => metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? "",
  ),
  textColumn("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
  ageColumn,
  wide(textColumn("VolumeMode", ({ spec }) => spec.volumeMode ?? "<unset>")),
];

import { ageColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { accessModesText, CLASS_ANNOTATION } from "./volumetext.ts";
import type { PersistentVolume } from "./persistentvolume.ts";

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  textColumn("Capacity", ({ spec }) => spec.capacity?.storage ?? "0"),
  textColumn("Access Modes", ({ spec }) => accessModesText(spec.accessModes)),
  textColumn("Reclaim Policy", ({ spec }) => spec.persistentVolumeReclaimPolicy),
  textColumn("Status", ({ metadata, status }) => (metadata.deletionTimestamp ? "Terminating" : status.phase)),
  textColumn("Claim", ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace ?? ""}/${claimRef.name}` : "")),
  textColumn(
    "StorageClass",
    ({ metadata, spec }) => metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? "",
  ),
  textColumn("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
  textColumn("Reason", ({ status }) => status.reason ?? ""),
  ageColumn,
  wide(textColumn("VolumeMode", ({ spec }) => spec.volumeMode ?? "<unset>")),
];

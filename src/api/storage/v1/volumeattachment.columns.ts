import { ageColumn, booleanColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { VolumeAttachment } from "./volumeattachment.ts";

export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  { ...textColumn("Attacher", ({ spec }) => spec.attacher), format: "name" },
  textColumn("PV", ({ spec }) => spec.source.persistentVolumeName ?? ""),
  textColumn("Node", ({ spec }) => spec.nodeName),
  booleanColumn("Attached", ({ status }) => status.attached ?? false),
  ageColumn,
];

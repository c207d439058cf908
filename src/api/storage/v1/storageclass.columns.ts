import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { isDefaultClass } from "./defaultclass.ts";
import type { StorageClass } from "./storageclass.ts";

export const storageClassColumns: readonly Column<StorageClass>[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) => (isDefaultClass({ metadata }) ? `${metadata.name} (default)` : metadata.name),
  },
  textColumn("Provisioner", ({ provisioner }) => provisioner),
  textColumn("ReclaimPolicy", ({ reclaimPolicy }) => reclaimPolicy ?? "Delete"),
  textColumn("VolumeBindingMode", ({ volumeBindingMode }) => volumeBindingMode ?? "Immediate"),
  textColumn("AllowVolumeExpansion", ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
  ageColumn,
];

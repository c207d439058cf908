import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { VolumeAttributesClass } from "./volumeattributesclass.ts";

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  nameColumn,
  textColumn("DriverName", ({ driverName }) => driverName),
  ageColumn,
];

import { ageColumn, integerColumn, nameColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { CSINode } from "./csinode.ts";

export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn,
  integerColumn("Drivers", ({ spec }) => (spec.drivers ?? []).length),
  ageColumn,
];

import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Secret } from "./secret.ts";

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  textColumn("Type", ({ type }) => type ?? ""),
  textColumn("Data", ({ data }) => Object.keys(data ?? {}).length),
  ageColumn,
];

import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Namespace } from "./namespace.ts";

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  textColumn("Status", ({ status }) => status.phase),
  ageColumn,
];

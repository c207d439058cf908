import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { RuntimeClass } from "./runtimeclass.ts";

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  nameColumn,
  textColumn("Handler", ({ handler }) => handler),
  ageColumn,
];

import { ageColumn, booleanColumn, integerColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { PriorityClass } from "./priorityclass.ts";

/** What `kubectl get priorityclasses` shows. */
export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  integerColumn("Value", ({ value }) => value),
  booleanColumn("Global-Default", ({ globalDefault }) => globalDefault ?? false),
  ageColumn,
  textColumn("PreemptionPolicy", ({ preemptionPolicy }) => preemptionPolicy ?? ""),
];

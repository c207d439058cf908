import { ageColumn, integerColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { PodDisruptionBudget } from "./poddisruptionbudget.ts";

/** What `kubectl get poddisruptionbudgets` shows. */
export const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  textColumn("Min Available", ({ spec }) => String(spec.minAvailable ?? "N/A")),
  textColumn("Max Unavailable", ({ spec }) => String(spec.maxUnavailable ?? "N/A")),
  integerColumn("Allowed Disruptions", ({ status }) => status.disruptionsAllowed ?? 0),
  ageColumn,
];

import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { APIService } from "./apiservice.ts";

/** What API services show: who answers, and whether it does. */
export const apiServiceColumns: readonly Column<APIService>[] = [
  nameColumn,
  textColumn("Service", ({ spec: { service } }) =>
    service ? `${service.namespace ?? ""}/${service.name ?? ""}` : "Local",
  ),
  textColumn("Available", availability),
  ageColumn,
];

function availability({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === "Available");
  if (!condition) return "Unknown";
  return condition.status === "True" ? "True" : `${condition.status} (${condition.reason ?? ""})`;
}

import { nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ComponentStatus } from "./componentstatus.ts";

export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  nameColumn,
  textColumn("Status", (component) => {
    const status = healthOf(component)?.status;
    return status === "True" ? "Healthy" : status === "False" ? "Unhealthy" : "Unknown";
  }),
  textColumn("Message", (component) => healthOf(component)?.message ?? ""),
  textColumn("Error", (component) => healthOf(component)?.error ?? ""),
];

function healthOf({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === "Healthy");
}

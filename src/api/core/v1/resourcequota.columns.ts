import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ResourceQuota } from "./resourcequota.ts";

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  textColumn("Request", (quota) => usageText(quota, (resource) => !resource.startsWith("limits"))),
  textColumn("Limit", (quota) => usageText(quota, (resource) => resource.startsWith("limits"))),
  ageColumn,
];

function usageText({ status: { hard = {}, used = {} } }: ResourceQuota, wanted: (resource: string) => boolean): string {
  return Object.keys(hard)
    .filter(wanted)
    .sort()
    .map((resource) => `${resource}: ${used[resource] ?? "0"}/${hard[resource]}`)
    .join(", ");
}

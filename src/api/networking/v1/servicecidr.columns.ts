import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ServiceCIDR } from "./servicecidr.ts";

export const serviceCIDRColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  textColumn("CIDRs", ({ spec }) => (spec.cidrs ?? []).join(",")),
  ageColumn,
];

import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Lease } from "./lease.ts";

/** What `kubectl get leases` shows. */
export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  textColumn("Holder", ({ spec }) => spec.holderIdentity ?? ""),
  ageColumn,
];

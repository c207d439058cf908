import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { formatLabelSelector } from "../../selector.ts";
import type { NetworkPolicy } from "./networkpolicy.ts";

export const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn,
  textColumn("Pod-Selector", ({ spec }) => formatLabelSelector(spec.podSelector ?? {}) || "<none>"),
  ageColumn,
];

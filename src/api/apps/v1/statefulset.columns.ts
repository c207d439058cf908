import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { wideContainerColumns } from "../../core/v1/podtemplate.columns.ts";
import type { StatefulSet } from "./statefulset.ts";

/** What `kubectl get statefulsets` shows. */
export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  textColumn("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  ageColumn,
  ...wideContainerColumns(({ spec }: StatefulSet) => spec.template),
];

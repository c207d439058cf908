import { ageColumn, integerColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { formatLabelSelector } from "../../selector.ts";
import { wideContainerColumns } from "../../core/v1/podtemplate.columns.ts";
import type { ReplicaSet } from "./replicaset.ts";

/** What `kubectl get replicasets` shows. */
export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  integerColumn("Desired", ({ spec }) => spec.replicas ?? 0),
  integerColumn("Current", ({ status }) => status.replicas),
  integerColumn("Ready", ({ status }) => status.readyReplicas ?? 0),
  ageColumn,
  ...wideContainerColumns(({ spec }: ReplicaSet) => spec.template),
  wide(textColumn("Selector", ({ spec }: ReplicaSet) => formatLabelSelector(spec.selector) || "<none>")),
];

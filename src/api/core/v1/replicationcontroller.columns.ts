import { ageColumn, integerColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { labelText, wideContainerColumns } from "./podtemplate.columns.ts";
import type { ReplicationController } from "./replicationcontroller.ts";

/** What `kubectl get replicationcontrollers` shows. */
export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  integerColumn("Desired", ({ spec }) => spec.replicas ?? 0),
  integerColumn("Current", ({ status }) => status.replicas),
  integerColumn("Ready", ({ status }) => status.readyReplicas ?? 0),
  ageColumn,
  ...wideContainerColumns(({ spec }: ReplicationController) => spec.template),
  wide(textColumn("Selector", ({ spec }: ReplicationController) => labelText(spec.selector))),
];

import { ageColumn, integerColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { formatLabelSelector } from "../../selector.ts";
import { labelText, wideContainerColumns } from "../../core/v1/podtemplate.columns.ts";
import type { DaemonSet } from "./daemonset.ts";

/** What `kubectl get daemonsets` shows. */
export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  integerColumn("Desired", ({ status }) => status.desiredNumberScheduled),
  integerColumn("Current", ({ status }) => status.currentNumberScheduled),
  integerColumn("Ready", ({ status }) => status.numberReady),
  integerColumn("Up-to-date", ({ status }) => status.updatedNumberScheduled ?? 0),
  integerColumn("Available", ({ status }) => status.numberAvailable ?? 0),
  textColumn("Node Selector", ({ spec }) => labelText(spec.template.spec.nodeSelector)),
  ageColumn,
  ...wideContainerColumns(({ spec }: DaemonSet) => spec.template),
  wide(textColumn("Selector", ({ spec }: DaemonSet) => formatLabelSelector(spec.selector) || "<none>")),
];

import { ageColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { formatLabelSelector } from "../../selector.ts";
import { wideContainerColumns } from "../../core/v1/podtemplate.columns.ts";
import type { Deployment } from "./deployment.ts";

/** What `kubectl get deployments` shows. */
export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  textColumn("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  textColumn("Up-to-date", ({ status }) => status.updatedReplicas ?? 0),
  textColumn("Available", ({ status }) => status.availableReplicas ?? 0),
  ageColumn,
  ...wideContainerColumns(({ spec }: Deployment) => spec.template),
  wide(textColumn("Selector", ({ spec }: Deployment) => formatLabelSelector(spec.selector))),
];

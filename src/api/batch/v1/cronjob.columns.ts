import { age, ageColumn, booleanColumn, integerColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { wideContainerColumns } from "../../core/v1/podtemplate.columns.ts";
import { formatLabelSelector } from "../../selector.ts";
import type { CronJob } from "./cronjob.ts";

/** What `kubectl get cronjobs` shows. */
export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  textColumn("Schedule", ({ spec }) => spec.schedule),
  textColumn("Timezone", ({ spec }) => spec.timeZone ?? "<none>"),
  booleanColumn("Suspend", ({ spec }) => (spec.suspend === undefined ? "<unset>" : spec.suspend ? "True" : "False")),
  integerColumn("Active", ({ status }) => (status.active ?? []).length),
  textColumn("Last Schedule", ({ status }, now) =>
    status.lastScheduleTime ? age(status.lastScheduleTime, now) : "<none>",
  ),
  ageColumn,
  ...wideContainerColumns(({ spec }: CronJob) => spec.jobTemplate.spec.template),
  wide(textColumn("Selector", selectorText)),
];

function selectorText({ spec }: CronJob): string {
  const { selector } = spec.jobTemplate.spec;
  return (selector ? formatLabelSelector(selector) : "") || "<none>";
}

import { parseTime } from "../../../base/index.ts";
import { age, ageColumn, humanDuration, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { wideContainerColumns } from "../../core/v1/podtemplate.columns.ts";
import { formatLabelSelector } from "../../selector.ts";
import type { Job } from "./job.ts";

/** What `kubectl get jobs` shows. */
export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  textColumn("Status", statusText),
  textColumn("Completions", completionsText),
  textColumn("Duration", durationText),
  ageColumn,
  ...wideContainerColumns(({ spec }: Job) => spec.template),
  wide(
    textColumn("Selector", ({ spec }: Job) => (spec.selector ? formatLabelSelector(spec.selector) : "") || "<none>"),
  ),
];

function statusText({ metadata, status }: Job): string {
  const is = (type: string) => (status.conditions ?? []).some((one) => one.type === type && one.status === "True");
  if (is("Complete")) return "Complete";
  if (is("Failed")) return "Failed";
  if (metadata.deletionTimestamp) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(is) ?? "Running";
}

function completionsText({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: number): string {
  const { startTime, completionTime } = status;
  if (!startTime) return "";
  return completionTime ? humanDuration(parseTime(completionTime) - parseTime(startTime)) : age(startTime, now);
}

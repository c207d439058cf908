import { parseTime, jsonEqual } from "../../../base/index.ts";
import type { FieldError } from "../../kind.ts";
import { duplicateValue, invalidValue, invalidWithoutValue, nonNegative, required } from "../../validation/index.ts";
import { countIndexes, sharedIndex } from "./indexes.ts";
import type { Job, JobStatus } from "./job.ts";

/** What an update of a job's status may say. What was wrong before may stay as long as it isn't touched. */
export function validateJobStatusUpdate(job: Job, old: Job): FieldError[] {
  const update = updateOf(job, old);
  return [
    ...validateCounts(job.status),
    ...validateTerminalConditions(update),
    ...validateFinished(update),
    ...validateIndexes(update),
    ...validatePods(update),
    ...validateProgress(update),
  ];
}

interface Update {
  readonly job: Job;
  readonly old: Job;
  readonly status: JobStatus;
  /** Whether a condition is true now. */
  readonly is: (type: string) => boolean;
  /** Whether a field of the status has changed. */
  readonly changed: (...fields: readonly (keyof JobStatus)[]) => boolean;
  /** Whether one of these conditions has become true or false. */
  readonly turned: (...types: readonly string[]) => boolean;
  readonly isFinished: boolean;
  readonly turnedFinished: boolean;
}

function isTrue({ status }: Job, type: string): boolean {
  return (status.conditions ?? []).some((condition) => condition.type === type && condition.status === "True");
}

function updateOf(job: Job, old: Job): Update {
  const isFinished = isTrue(job, "Complete") || isTrue(job, "Failed");
  return {
    job,
    old,
    status: job.status,
    is: (type) => isTrue(job, type),
    changed: (...fields) => fields.some((field) => !jsonEqual(job.status[field], old.status[field])),
    turned: (...types) => types.some((type) => isTrue(job, type) !== isTrue(old, type)),
    isFinished,
    turnedFinished: isFinished !== (isTrue(old, "Complete") || isTrue(old, "Failed")),
  };
}

function validateCounts(status: JobStatus): FieldError[] {
  const errors = (["active", "succeeded", "failed", "ready", "terminating"] as const).flatMap((field) =>
    nonNegative(`status.${field}`, status[field]),
  );
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"] as const) {
    (status.uncountedTerminatedPods?.[list] ?? []).forEach((uid, index) => {
      const path = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === "") errors.push(invalidValue(path, uid, "must not be empty"));
      else if (seen.has(uid)) errors.push(duplicateValue(path, uid));
      seen.add(uid);
    });
  }
  return errors;
}

/** The outcome is one, and is announced before it is final. */
function validateTerminalConditions({ status, is, turned, changed }: Update): FieldError[] {
  const path = "status.conditions";
  const { completionTime, startTime } = status;
  const errors: FieldError[] = [];
  const unless = (wrong: boolean, detail: string) => {
    if (wrong) errors.push(invalidWithoutValue(path, detail));
  };
  if (turned("Complete", "Failed"))
    unless(is("Complete") && is("Failed"), "cannot set Complete=True and Failed=true conditions");
  if (turned("Complete", "FailureTarget"))
    unless(is("Complete") && is("FailureTarget"), "cannot set Complete=True and FailureTarget=true conditions");
  if (turned("Complete") || changed("completionTime")) {
    const detail = "cannot set completionTime when there is no Complete=True condition";
    if (completionTime && !is("Complete")) errors.push(invalidValue("status.completionTime", completionTime, detail));
    if (!completionTime && is("Complete"))
      errors.push(required("status.completionTime", "completionTime is required for Complete jobs"));
  }
  if (changed("startTime", "completionTime") && startTime && completionTime && isBefore(completionTime, startTime))
    errors.push(invalidValue("status.completionTime", completionTime, "completionTime cannot be set before startTime"));
  if (turned("Failed", "FailureTarget"))
    unless(
      is("Failed") && !is("FailureTarget"),
      "cannot set Failed=True condition without the FailureTarget=true condition",
    );
  if (turned("Complete", "SuccessCriteriaMet"))
    unless(
      is("Complete") && !is("SuccessCriteriaMet"),
      "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
    );
  return errors;
}

function isBefore(time: string, other: string): boolean {
  return parseTime(time) < parseTime(other);
}

/** Nothing of a finished job still runs. */
function validateFinished({ status, isFinished, turnedFinished, changed }: Update): FieldError[] {
  if (!isFinished) return [];
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status;
  const errors: FieldError[] = [];
  if (active > 0 && (turnedFinished || changed("active")))
    errors.push(invalidValue("status.active", active, "active>0 is invalid for finished job"));
  if (!startTime && (turnedFinished || changed("startTime")))
    errors.push(required("status.startTime", "startTime is required for finished job"));
  const uncountedCount = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0);
  if (uncountedCount > 0 && (turnedFinished || changed("uncountedTerminatedPods"))) {
    const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
    const detail = "uncountedTerminatedPods needs to be empty for finished job";
    errors.push(invalidValue("status.uncountedTerminatedPods", shown, detail));
  }
  return errors;
}

function validateIndexes({ job, status, changed }: Update): FieldError[] {
  const { completions, backoffLimitPerIndex, completionMode } = job.spec;
  const { completedIndexes = "", failedIndexes } = status;
  const errors: FieldError[] = [];
  const check = (field: "completedIndexes" | "failedIndexes", text: string) => {
    const counted = countIndexes(text, completions ?? 0);
    if (completions !== undefined && "problem" in counted)
      errors.push(invalidValue(`status.${field}`, text, `error parsing ${field}: ${counted.problem}`));
  };
  if (changed("completedIndexes")) check("completedIndexes", completedIndexes);
  if (changed("failedIndexes") && backoffLimitPerIndex !== undefined && failedIndexes !== undefined)
    check("failedIndexes", failedIndexes);
  if (changed("completedIndexes") && completedIndexes !== "" && completionMode !== "Indexed") {
    const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
    errors.push(invalidValue("status.completedIndexes", completedIndexes, detail));
  }
  if (changed("failedIndexes") && failedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    const detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
    errors.push(invalidValue("status.failedIndexes", failedIndexes, detail));
  }
  if (changed("failedIndexes", "completedIndexes") && completions !== undefined && failedIndexes !== undefined) {
    const shared = errors.length === 0 ? sharedIndex(completedIndexes, failedIndexes) : undefined;
    const detail = `failedIndexes and completedIndexes overlap at index: ${shared}`;
    if (shared !== undefined) errors.push(invalidValue("status.failedIndexes", failedIndexes, detail));
  }
  return errors;
}

function validatePods({ status, isFinished, turnedFinished, changed, is }: Update): FieldError[] {
  const { terminating = 0, ready = 0, active = 0 } = status;
  const errors: FieldError[] = [];
  if (isFinished && terminating > 0 && (turnedFinished || changed("terminating")))
    errors.push(invalidValue("status.terminating", terminating, "terminating>0 is invalid for finished job"));
  if (ready > active && changed("ready", "active"))
    errors.push(invalidValue("status.ready", ready, "cannot set more ready pods than active"));
  for (const type of ["Failed", "FailureTarget"])
    if (is("SuccessCriteriaMet") && is(type))
      errors.push(
        invalidWithoutValue("status.conditions", `cannot set SuccessCriteriaMet=True and ${type}=true conditions`),
      );
  return errors;
}

const TERMINAL = ["Failed", "Complete", "FailureTarget"];

/** A job only moves forward. */
function validateProgress({ job, old, status, is, changed }: Update): FieldError[] {
  const errors: FieldError[] = [];
  for (const type of TERMINAL)
    if (isTrue(old, type) && !is(type))
      errors.push(invalidWithoutValue("status.conditions", `cannot disable the terminal ${type}=True condition`));
  const { completions, parallelism, completionMode, suspend } = job.spec;
  const less = (field: "failed" | "succeeded") => (status[field] ?? 0) < (old.status[field] ?? 0);
  if (less("failed"))
    errors.push(invalidValue("status.failed", status.failed ?? 0, "cannot decrease the failed counter"));
  // Indexed jobs that want as many completions as they run at once may be scaled down.
  const isElastic = completionMode === "Indexed" && completions === parallelism;
  if (less("succeeded") && !isElastic)
    errors.push(invalidValue("status.succeeded", status.succeeded ?? 0, "cannot decrease the succeeded counter"));
  const { completionTime, startTime = null } = status;
  if (completionTime && old.status.completionTime && changed("completionTime"))
    errors.push(invalidValue("status.completionTime", completionTime, "field is immutable"));
  if (old.status.startTime && changed("startTime") && !suspend) {
    const detail = "field is immutable for unsuspended job once set";
    errors.push(invalidValue("status.startTime", startTime, detail));
  }
  return errors;
}

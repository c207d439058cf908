import { isTimeZone } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { dropDisabledTemplateFields } from "../../core/v1/pod/index.ts";
import { podNameWarnings } from "../../core/v1/podtemplate.rules.ts";
import { invalidValue, nonNegative, notSupported, oneOf, required } from "../../validation/index.ts";
import { CronError, parseCron } from "./cron.ts";
import type { CronJob } from "./cronjob.ts";
import { setJobTemplateDefaults } from "./jobspec.defaults.ts";
import { validateJobSpec } from "./jobspec.validate.ts";
import { jobSpecWarnings } from "./jobspec.warnings.ts";

/** A job's name is that of its cron job, a dash and ten digits. */
const NAME_MAX = 52;

const warningsOfSpec = jobSpecWarnings("spec.jobTemplate.spec", ({ spec }: CronJob) => spec.jobTemplate.spec);

/** What a cron job's declaration can't say. */
export const cronJobBehavior: KindBehavior<CronJob> = {
  statusMetadataLooks: [],
  prepareCreate: ({ spec }) => dropDisabledTemplateFields(spec.jobTemplate.spec.template),
  prepareUpdate: ({ spec }, old) =>
    dropDisabledTemplateFields(spec.jobTemplate.spec.template, old.spec.jobTemplate.spec.template),
  setDefaults({ spec }) {
    spec.concurrencyPolicy ||= "Allow";
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    setJobTemplateDefaults(spec.jobTemplate.spec);
  },
  validate: (cronJob) => [...validateSpec(cronJob), ...validateName(cronJob.metadata.name)],
  validateUpdate: (cronJob, old) => validateSpec(cronJob, old),
  warnings: (cronJob, old) => [...(old ? [] : podNameWarnings(cronJob.metadata)), ...warningsOfSpec(cronJob, old)],
};

function validateName(name = ""): FieldError[] {
  return name.length > NAME_MAX
    ? [invalidValue("metadata.name", name, `must be no more than ${NAME_MAX} characters`)]
    : [];
}

function validateSpec({ spec }: CronJob, old?: CronJob): FieldError[] {
  return [
    ...validateSchedule(spec.schedule),
    ...nonNegative("spec.startingDeadlineSeconds", spec.startingDeadlineSeconds),
    // A time zone that this server doesn't know any more may stay.
    ...(old && old.spec.timeZone === spec.timeZone ? [] : validateTimeZone(spec.timeZone)),
    ...oneOf("spec.concurrencyPolicy", spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"]),
    ...validateJobTemplate(spec, old),
    ...nonNegative("spec.successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit),
    ...nonNegative("spec.failedJobsHistoryLimit", spec.failedJobsHistoryLimit),
  ];
}

function validateSchedule(schedule: string): FieldError[] {
  const path = "spec.schedule";
  if (!schedule) return [required(path)];
  const errors: FieldError[] = [];
  try {
    parseCron(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    errors.push(invalidValue(path, schedule, error.message));
  }
  if (schedule.includes("TZ"))
    errors.push(invalidValue(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  return errors;
}

function validateTimeZone(timeZone: string | undefined): FieldError[] {
  const path = "spec.timeZone";
  if (timeZone === undefined) return [];
  if (timeZone === "") return [invalidValue(path, timeZone, "timeZone must be nil or non-empty string")];
  const errors: FieldError[] = [];
  if (timeZone.toLowerCase() === "local") {
    const detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    errors.push(invalidValue(path, timeZone, detail));
  }
  if (timeZone !== "Local" && !isTimeZone(timeZone))
    errors.push(invalidValue(path, timeZone, `unknown time zone ${timeZone}`));
  return errors;
}

/** Selectors are generated for every job that is made. */
function validateJobTemplate({ jobTemplate }: CronJob["spec"], old: CronJob | undefined): FieldError[] {
  const path = "spec.jobTemplate.spec";
  const { selector, manualSelector } = jobTemplate.spec;
  const errors = validateJobSpec(path, jobTemplate.spec, old?.spec.jobTemplate.spec.template);
  if (selector) errors.push(invalidValue(`${path}.selector`, selector, "`selector` will be auto-generated"));
  if (manualSelector) errors.push(notSupported(`${path}.manualSelector`, manualSelector, ["nil", "false"]));
  return errors;
}

import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { setPodSpecDefaults } from "../../core/v1/pod/defaults.ts";
import { validatePodSpec } from "../../core/v1/pod/validate.ts";
import type { Job } from "./job.ts";

/** What a job's declaration can't say; the server names its pods by uid unless the job selects them itself. */
export const jobBehavior: KindBehavior<Job> = {
  prepareCreate(job) {
    job.status = {} as Mutable<Job>["status"];
    if (!job.spec.manualSelector) labelByUid(job);
  },
  setDefaults({ spec, metadata }) {
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2147483647;
    spec.completionMode ??= "NonIndexed";
    spec.suspend ??= false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
    spec.manualSelector ??= undefined as never;
    if (spec.manualSelector === undefined) delete spec.manualSelector;
    if (metadata.labels === undefined && spec.template.metadata.labels)
      metadata.labels = { ...spec.template.metadata.labels };
    setPodSpecDefaults(spec.template.spec);
  },
  validate: validateJob,
  validateUpdate: (job, old) => [...validateJob(job), ...immutable(job, old)],
  selectableFields: { "status.successful": (job) => String(job.status.succeeded ?? 0) },
  defaultPropagation: "orphan",
};

function labelByUid(job: Mutable<Job>): void {
  const { uid, name, generateName } = job.metadata as { uid: string; name: string; generateName?: string };
  const labels = { ...job.spec.template.metadata.labels };
  labels["batch.kubernetes.io/controller-uid"] = uid;
  labels["batch.kubernetes.io/job-name"] = name || (generateName ?? "");
  labels["controller-uid"] = uid;
  labels["job-name"] = name || (generateName ?? "");
  if (!job.metadata.labels && job.spec.template.metadata.labels)
    job.metadata.labels = { ...job.spec.template.metadata.labels };
  job.spec.template.metadata.labels = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  job.spec.selector ??= { matchLabels: { "batch.kubernetes.io/controller-uid": uid } } as never;
}

function validateJob({ spec }: Job): FieldError[] {
  const errors: FieldError[] = [];
  const natural = [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
  ] as const;
  for (const field of natural) {
    if ((spec[field] ?? 0) < 0)
      errors.push({
        path: `spec.${field}`,
        type: "Invalid",
        value: spec[field],
        detail: "must be greater than or equal to 0",
      });
  }
  if (spec.completionMode === "Indexed" && spec.completions === undefined) {
    errors.push({ path: "spec.completions", type: "Required", detail: "when completion mode is Indexed" });
  }
  errors.push(...validatePodSpec("spec.template.spec", spec.template.spec));
  const { restartPolicy } = spec.template.spec;
  if (restartPolicy !== "OnFailure" && restartPolicy !== "Never") {
    errors.push({
      path: "spec.template.spec.restartPolicy",
      type: "Required",
      detail: 'valid values: "OnFailure", "Never"',
    });
  }
  return errors;
}

function immutable(job: Job, old: Job): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["selector", "completionMode", "podFailurePolicy"] as const) {
    if (JSON.stringify(job.spec[field]) !== JSON.stringify(old.spec[field]))
      errors.push({ path: `spec.${field}`, type: "Invalid", value: job.spec[field], detail: "field is immutable" });
  }
  if (!old.spec.suspend && JSON.stringify(job.spec.template) !== JSON.stringify(old.spec.template)) {
    errors.push({ path: "spec.template", type: "Invalid", value: job.spec.template, detail: "field is immutable" });
  }
  return errors;
}

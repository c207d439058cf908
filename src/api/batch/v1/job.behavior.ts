import { own, jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { dropDisabledTemplateFields } from "../../core/v1/pod/index.ts";
import { podNameWarnings, validateSelected } from "../../core/v1/podtemplate.rules.ts";
import { dnsLabelProblems, invalidValue, required, validateLabelSelector } from "../../validation/index.ts";
import { labelSelectorMatches } from "../../selector.ts";
import type { Job } from "./job.ts";
import { validateJobStatusUpdate } from "./jobstatus.validate.ts";
import { setJobDefaults } from "./jobspec.defaults.ts";
import { validateJobSpecUpdate } from "./jobspec.update.ts";
import { validateJobSpec } from "./jobspec.validate.ts";
import { jobSpecWarnings } from "./jobspec.warnings.ts";

const UID_LABEL = "batch.kubernetes.io/controller-uid";
const NAME_LABEL = "batch.kubernetes.io/job-name";
const LEGACY_UID_LABEL = "controller-uid";
const LEGACY_NAME_LABEL = "job-name";
const GENERATED_LABELS = [UID_LABEL, NAME_LABEL, LEGACY_UID_LABEL, LEGACY_NAME_LABEL];

const warningsOfSpec = jobSpecWarnings("spec", ({ spec }: Job) => spec);

/** What a job's declaration can't say; the server names its pods by uid unless the job selects them itself. */
export const jobBehavior: KindBehavior<Job> = {
  metadataLooks: "placed",
  defaultPropagation: "orphan",
  propagationWarning:
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
  prepareCreate(job) {
    dropDisabledTemplateFields(job.spec.template);
    if (!job.spec.manualSelector) generateSelector(job);
  },
  prepareUpdate(job, old) {
    dropDisabledTemplateFields(job.spec.template, old.spec.template);
    setLabelDefaults(job);
  },
  prepareStatusUpdate: setLabelDefaults,
  setDefaults(job) {
    if (!hasGeneratedLabels(job)) setLabelDefaults(job);
    setJobDefaults(job.spec);
  },
  settleCreate: setLabelDefaults,
  // Its labels, where it had none but those that the server generated for its pods.
  isCompletedByReading: ({ metadata, spec: { template } }) =>
    jsonEqual(metadata.labels, template.metadata.labels) &&
    Object.keys(metadata.labels ?? {}).every((name) => GENERATED_LABELS.includes(name)),
  settleUpdate: setLabelDefaults,
  validate: (job) => validateJob(job),
  validateUpdate: (job, old, metadata) => [
    ...metadata.whole,
    ...validateJob(job, old),
    ...metadata.change,
    ...validateSelectingSpec(job, old),
    ...validateJobSpecUpdate(job, old),
  ],
  validateStatusUpdate: validateJobStatusUpdate,
  unselectableField: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
  selectableFields: { "status.successful": (job) => String(job.status.succeeded ?? 0) },
  warnings: (job, old) => [...(old ? [] : podNameWarnings(job.metadata)), ...warningsOfSpec(job, old)],
};

/** A job without labels has those of its pods; the generated ones too, but only once it is stored. */
function setLabelDefaults({ spec, metadata }: Mutable<Job>): void {
  const { labels } = spec.template.metadata;
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

function hasGeneratedLabels({ spec, metadata }: Mutable<Job>): boolean {
  return metadata.uid !== undefined && spec.template.metadata.labels?.[UID_LABEL] === metadata.uid;
}

/** Labels the pods with the job's uid and name, and selects them by the uid. */
function generateSelector({ metadata, spec }: Mutable<Job>): void {
  const { uid, name = "" } = metadata;
  const { labels } = spec.template.metadata;
  // A job that got its labels from the template shares them.
  const areShared = labels !== undefined && jsonEqual(labels, metadata.labels);
  const generated = { [LEGACY_NAME_LABEL]: name, [NAME_LABEL]: name, [LEGACY_UID_LABEL]: uid, [UID_LABEL]: uid };
  spec.template.metadata.labels = { ...generated, ...labels };
  if (areShared) metadata.labels = { ...spec.template.metadata.labels };
  spec.selector ??= {};
  spec.selector.matchLabels = { [UID_LABEL]: uid, ...spec.selector.matchLabels };
}

function validateJob(job: Job, old?: Job): FieldError[] {
  const { metadata, spec } = job;
  const errors = [...validateGeneratedSelector(job), ...validateSelectingSpec(job, old)];
  if (spec.completionMode === "Indexed" && spec.completions !== undefined && spec.completions > 0) {
    const longest = `${metadata.name ?? ""}-${spec.completions - 1}`;
    if (dnsLabelProblems(longest).length > 0) {
      const detail = `will not able to create pod with invalid DNS label: ${longest}`;
      errors.push(invalidValue("metadata.name", metadata.name ?? "", detail));
    }
  }
  return errors;
}

function validateSelectingSpec({ spec }: Job, old: Job | undefined): FieldError[] {
  const { selector } = spec;
  const errors = validateJobSpec("spec", spec, old?.spec.template);
  if (selector) errors.push(...validateLabelSelector("spec.selector", selector));
  else errors.push(required("spec.selector"));
  if (validateLabelSelector("", selector).length > 0) return errors;
  return [...errors, ...validateSelected("spec.template", spec.template, selector)];
}

/** What the server generates may not be changed or contradicted. */
function validateGeneratedSelector({ metadata, spec }: Job): FieldError[] {
  const { selector, manualSelector, template } = spec;
  if (manualSelector || !selector) return [];
  const { uid, name = "" } = metadata;
  const expected = { [LEGACY_UID_LABEL]: uid, [LEGACY_NAME_LABEL]: name, [UID_LABEL]: uid, [NAME_LABEL]: name };
  const { labels = {} } = template.metadata;
  const errors = Object.entries(expected).flatMap(([key, value]): FieldError[] => {
    const path = `spec.template.metadata.labels[${key}]`;
    const detail = `must be '${value}'`;
    if (own(labels, key) === undefined) return [required(path, detail)];
    return own(labels, key) === value ? [] : [invalidValue(path, labels, detail)];
  });
  if (validateLabelSelector("", selector).length === 0 && !labelSelectorMatches(selector, expected))
    errors.push(invalidValue("spec.selector", selector, "`selector` not auto-generated"));
  return errors;
}

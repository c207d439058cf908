import type { Mutable } from "../../kind.ts";
import { setPodTemplateDefaults } from "../../core/v1/pod/index.ts";
import type { JobSpec } from "./jobspec.ts";

/** Defaults that a job's spec has in a cron job too. */
export function setJobTemplateDefaults(spec: Mutable<JobSpec>): void {
  for (const { onPodConditions = [] } of spec.podFailurePolicy?.rules ?? [])
    for (const pattern of onPodConditions) pattern.status ||= "True";
  setPodTemplateDefaults(spec.template);
}

const UNLIMITED = 2_147_483_647;

/** Defaults of a job's spec. */
export function setJobDefaults(spec: Mutable<JobSpec>): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  // Failures of single indexes are limited by themselves.
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED;
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  spec.manualSelector ??= false;
  setJobTemplateDefaults(spec);
}

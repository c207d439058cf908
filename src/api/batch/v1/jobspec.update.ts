import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, Mutable } from "../../kind.ts";
import { shownPodTemplate } from "../../core/v1/pod/index.ts";
import type { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import { IMMUTABLE, internalValue, invalidValue } from "../../validation/index.ts";
import type { Job } from "./job.ts";
import { type JobSpec, PodFailurePolicy, SuccessPolicy } from "./jobspec.ts";

type Shown = (value: never) => unknown;

/** What never changes, in the order in which it is told; values that are whole structs with how they are shown. */
const CONSTANT: readonly (readonly [keyof JobSpec, Shown?])[] = [
  ["completionMode"],
  ["podFailurePolicy", (value: PodFailurePolicy) => internalValue(PodFailurePolicy, value)],
  ["backoffLimitPerIndex"],
  ["managedBy"],
  ["successPolicy", (value: SuccessPolicy) => internalValue(SuccessPolicy, value)],
];

/** What of a job may not change. */
export function validateJobSpecUpdate({ spec }: Job, old: Job): FieldError[] {
  const stays = (field: keyof JobSpec, shown?: Shown): FieldError[] => {
    if (jsonEqual(spec[field], old.spec[field])) return [];
    const value = spec[field] === undefined ? null : (shown?.(spec[field] as never) ?? spec[field]);
    return [invalidValue(`spec.${field}`, value, IMMUTABLE)];
  };
  return [
    ...(isElastic(spec) ? completionsFollow(spec, old.spec) : stays("completions")),
    ...stays("selector"),
    ...templateStays(spec.template, old),
    ...CONSTANT.flatMap(([field, shown]) => stays(field, shown)),
  ];
}

/** Whether more or fewer completions may be wanted later. */
function isElastic({ completionMode }: JobSpec): boolean {
  return completionMode === "Indexed";
}

function completionsFollow({ completions, parallelism }: JobSpec, old: JobSpec): FieldError[] {
  return completions === undefined || completions === old.completions || completions === parallelism
    ? []
    : [invalidValue("spec.completions", completions, "can only be modified in tandem with spec.parallelism")];
}

function templateStays(template: PodTemplateSpec, old: Job): FieldError[] {
  const allowed = isAtRest(old) ? withScheduling(old.spec.template, template) : old.spec.template;
  return jsonEqual(template, allowed) ? [] : [invalidValue("spec.template", shownPodTemplate(template), IMMUTABLE)];
}

/** A job that was seen suspended, without pods: where its pods will run may still be decided. */
function isAtRest({ spec, status }: Job): boolean {
  const isSuspended = status.conditions?.some(({ type, status }) => type === "Suspended" && status === "True");
  return spec.suspend === true && isSuspended === true && (status.active ?? 0) === 0;
}

/** The old template with everything of the new one that may change at rest. */
function withScheduling(old: PodTemplateSpec, template: PodTemplateSpec): PodTemplateSpec {
  const result = structuredClone(old) as Mutable<PodTemplateSpec>;
  const wanted = template as Mutable<PodTemplateSpec>;
  copyFields(result.metadata, wanted.metadata, ["labels", "annotations"]);
  copyFields(result.spec, wanted.spec, ["nodeSelector", "tolerations", "schedulingGates"]);
  const affinity = { ...result.spec.affinity };
  copyFields(affinity, wanted.spec.affinity ?? {}, ["nodeAffinity"]);
  if (Object.keys(affinity).length > 0 || wanted.spec.affinity) result.spec.affinity = affinity;
  else delete result.spec.affinity;
  for (const list of ["containers", "initContainers"] as const)
    result.spec[list]?.forEach((container, index) => {
      const other = wanted.spec[list]?.[index];
      if (other?.name === container.name) container.resources = other.resources;
    });
  return result as PodTemplateSpec;
}

function copyFields<T extends object>(target: T, source: Partial<T>, fields: readonly (keyof T)[]): void {
  for (const field of fields) {
    if (source[field] === undefined) delete target[field];
    else target[field] = source[field] as T[keyof T];
  }
}

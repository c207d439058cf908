import type { FieldError, Mutable } from "../../../kind.ts";
import { forbiddenField, validateAnnotations, validateLabels } from "../../../validation/index.ts";
import type { PodTemplateSpec } from "../podtemplatespec.ts";
import { setPodSpecDefaults } from "./defaults.ts";
import { dropDisabledFields } from "./disabled.ts";
import { validatePodAnnotations } from "./metadata.ts";
import { profileMismatches } from "./profiles.ts";
import { validatePodSpec } from "./validate.ts";
import { templateSpecWarnings } from "./warnings.ts";

/** Defaults of the pods that a template makes, as the template's own kind fills them in. */
export function setPodTemplateDefaults(template: Mutable<PodTemplateSpec>): void {
  setPodSpecDefaults(template.spec);
}

/** Everything that is wrong with a template of pods at `path`; an update passes what was there before. */
export function validatePodTemplateSpec(path: string, template: PodTemplateSpec, old?: PodTemplateSpec): FieldError[] {
  const { metadata, spec } = template;
  const errors = [
    ...validateLabels(`${path}.labels`, metadata.labels),
    ...validateAnnotations(`${path}.annotations`, metadata.annotations),
    ...validatePodAnnotations(`${path}.annotations`, metadata.annotations, spec),
    ...validatePodSpec(`${path}.spec`, spec, { old: old?.spec }),
    ...profileMismatches(`${path}.spec`, spec, metadata.annotations),
  ];
  if (spec.ephemeralContainers?.length)
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"));
  return errors;
}

/** Takes out of a template what belongs to features that are off; an update keeps what was there before. */
export function dropDisabledTemplateFields(template: Mutable<PodTemplateSpec>, old?: PodTemplateSpec): void {
  dropDisabledFields(template.spec, old?.spec);
}

/** Texts of the warnings about a template at `path`. */
export function podTemplateWarnings(path: string, { metadata, spec }: PodTemplateSpec): string[] {
  return templateSpecWarnings(path, spec, metadata.annotations);
}

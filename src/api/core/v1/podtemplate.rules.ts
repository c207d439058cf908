import type { FieldError, Mutable } from "../../kind.ts";
import { labelSelectorMatches } from "../../selector.ts";
import { forbiddenField, invalidValue, notSupported, validateAnnotations, validateLabels } from "../../validation/index.ts";
import type { LabelSelector } from "../../meta/v1/labelselector.ts";
import type { PodTemplateSpec } from "./podtemplatespec.ts";
import { setPodSpecDefaults } from "./podspec.defaults.ts";
import { validatePodSpec } from "./podspec.validate.ts";

/** Defaults of a template for pods. */
export function setPodTemplateDefaults(template: Mutable<PodTemplateSpec>): void {
  setPodSpecDefaults(template.spec);
}

/** Everything that is wrong with a template for pods, whoever holds it. */
export function validatePodTemplate(path: string, template: PodTemplateSpec): FieldError[] {
  const { metadata, spec } = template;
  const errors = [
    ...validateLabels(`${path}.labels`, metadata.labels),
    ...validateAnnotations(`${path}.annotations`, metadata.annotations),
    ...validatePodSpec(spec, `${path}.spec`),
  ];
  if (spec.ephemeralContainers?.length)
    errors.push(
      forbiddenField(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"),
    );
  return errors;
}

/** The template's pods must be those that the selector picks; undefined selects none. */
export function validateSelected(
  path: string,
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
): FieldError[] {
  const { labels } = template.metadata;
  if (selector && labelSelectorMatches(selector, labels ?? {})) return [];
  return [invalidValue(`${path}.metadata.labels`, labels ?? null, "`selector` does not match template `labels`")];
}

/** Pods that a controller replaces always restart, and have no deadline. */
export function validateLastingPods(path: string, { spec }: PodTemplateSpec, owner: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.restartPolicy !== "Always")
    errors.push(notSupported(`${path}.spec.restartPolicy`, spec.restartPolicy, ["Always"]));
  if (spec.activeDeadlineSeconds !== undefined)
    errors.push(
      forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${owner} is not Supported`),
    );
  return errors;
}

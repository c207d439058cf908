import type { KindBehavior } from "../../kind.ts";
import { dropDisabledTemplateFields, setPodTemplateDefaults, validatePodTemplateSpec } from "./pod/index.ts";
import type { PodTemplate } from "./podtemplate.ts";
import { templateWarnings } from "./podtemplate.rules.ts";

/** What a pod template's declaration can't say. */
export const podTemplateBehavior: KindBehavior<PodTemplate> = {
  generation: true,
  prepareCreate: ({ template }) => dropDisabledTemplateFields(template),
  prepareUpdate: ({ template }, old) => dropDisabledTemplateFields(template, old.template),
  setDefaults: ({ template }) => setPodTemplateDefaults(template),
  validate: ({ template }) => validatePodTemplateSpec("template", template),
  validateUpdate: ({ template }, old) => validatePodTemplateSpec("template", template, old.template),
  warnings: templateWarnings("template", ({ template }: PodTemplate) => template),
};

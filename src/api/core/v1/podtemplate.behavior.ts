import type { KindBehavior } from "../../kind.ts";
import type { PodTemplate } from "./podtemplate.ts";
import { setPodTemplateDefaults, validatePodTemplate } from "./podtemplate.rules.ts";

/** What a pod template's declaration can't say. */
export const podTemplateBehavior: KindBehavior<PodTemplate> = {
  generation: true,
  setDefaults: ({ template }) => setPodTemplateDefaults(template),
  validate: ({ template }) => validatePodTemplate("template", template),
};

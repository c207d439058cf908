/**
 * What the declarations of pods and pod templates can't say: defaults, rules and warnings. Kinds with a template use
 * template.ts only; a pod's own behaviour is beside this folder, in pod.behavior.ts. Start at validate.ts.
 */
export {
  dropDisabledTemplateFields,
  podTemplateWarnings,
  setPodTemplateDefaults,
  validatePodTemplateSpec,
} from "./template.ts";
export { validatePodAnnotations } from "./metadata.ts";
export { shownPodTemplate } from "./internal.ts";
export { persistentSources } from "./persistent-sources.ts";
export { validateNodeSelector } from "./affinity.ts";
export { validateCsiDriverName } from "./volume-storage.ts";

import type { FieldError, KindBehavior } from "../../kind.ts";
import { invalidValue, nonNegative, validateReplicaCounts } from "../../validation/index.ts";
import {
  dropDisabledTemplateFields,
  setPodTemplateDefaults,
  validatePodTemplateSpec,
} from "../../core/v1/pod/index.ts";
import {
  podNameWarnings,
  templateWarnings,
  validateLastingPods,
  validateSelected,
} from "../../core/v1/podtemplate.rules.ts";
import type { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import type { ReplicaSet, ReplicaSetSpec } from "./replicaset.ts";
import { isBrokenSelector, selectorStays, validateSelector } from "./selecting.ts";

/** What a replica set's declaration can't say. */
export const replicaSetBehavior: KindBehavior<ReplicaSet> = {
  fillBlank({ spec }) {
    spec.replicas = 0;
  },
  prepareCreate: ({ spec }) => dropDisabledTemplateFields(spec.template),
  prepareUpdate: ({ spec }, old) => dropDisabledTemplateFields(spec.template, old.spec.template),
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    setPodTemplateDefaults(spec.template);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...validateSpec(spec, old.spec.template),
    ...selectorStays(spec.selector, old.spec.selector),
  ],
  validateStatusUpdate: ({ status }) => validateReplicaCounts("status", status),
  warnings: (object, old) => [...(old ? [] : podNameWarnings(object.metadata)), ...warningsOfTemplate(object, old)],
};

const warningsOfTemplate = templateWarnings("spec.template", ({ spec }: ReplicaSet) => spec.template);

function validateSpec(spec: ReplicaSetSpec, oldTemplate?: PodTemplateSpec): FieldError[] {
  const { replicas, minReadySeconds, selector, template } = spec;
  const errors = [
    ...nonNegative("spec.replicas", replicas),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    // Replica sets once were deployments' alone.
    ...validateSelector(selector, "deployment"),
  ];
  if (isBrokenSelector(selector)) return [...errors, invalidValue("spec.selector", selector, "invalid label selector")];
  return [
    ...errors,
    ...validateSelected("spec.template", template, selector),
    ...validatePodTemplateSpec("spec.template", template, oldTemplate),
    ...validateLastingPods("spec.template", template, "ReplicaSet"),
  ];
}

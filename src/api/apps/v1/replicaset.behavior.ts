import type { FieldError, KindBehavior } from "../../kind.ts";
import { invalidValue, nonNegative, validateReplicaCounts } from "../../validation/index.ts";
import {
  setPodTemplateDefaults,
  validateLastingPods,
  validatePodTemplate,
  validateSelected,
} from "../../core/v1/podtemplate.rules.ts";
import type { ReplicaSet, ReplicaSetSpec } from "./replicaset.ts";
import { isBrokenSelector, podNameWarnings, selectorStays, validateSelector } from "./selecting.ts";

/** What a replica set's declaration can't say. */
export const replicaSetBehavior: KindBehavior<ReplicaSet> = {
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    setPodTemplateDefaults(spec.template);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [...validateSpec(spec), ...selectorStays(spec.selector, old.spec.selector)],
  validateStatusUpdate: ({ status }) => validateReplicaCounts("status", status),
  warnings: ({ metadata }, old) => (old ? [] : podNameWarnings(metadata)),
};

function validateSpec({ replicas, minReadySeconds, selector, template }: ReplicaSetSpec): FieldError[] {
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
    ...validatePodTemplate("spec.template", template),
    ...validateLastingPods("spec.template", template, "ReplicaSet"),
  ];
}

import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { nonNegative, required } from "../../validation/index.ts";
import { validateReplicaCounts } from "../../validation/index.ts";
import {
  setPodTemplateDefaults,
  validateLastingPods,
  validatePodTemplate,
  validateSelected,
} from "./podtemplate.rules.ts";
import type { ReplicationController, ReplicationControllerSpec } from "./replicationcontroller.ts";

/** What a replication controller's declaration can't say; it selects the pods of its template unless told otherwise. */
export const replicationControllerBehavior: KindBehavior<ReplicationController> = {
  defaultPropagation: "orphan",
  setDefaults(controller) {
    const { spec } = controller;
    const labels = spec.template?.metadata.labels;
    if (labels && Object.keys(labels).length > 0) {
      if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
      if (Object.keys(controller.metadata.labels ?? {}).length === 0) setLabels(controller, labels);
    }
    spec.replicas ??= 1;
    if (spec.template) setPodTemplateDefaults(spec.template);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }) => validateSpec(spec),
  validateStatusUpdate: ({ status }) => validateReplicaCounts("status", status),
};

function setLabels(controller: Mutable<ReplicationController>, labels: Readonly<Record<string, string>>): void {
  controller.metadata.labels = { ...labels };
}

function validateSpec(spec: ReplicationControllerSpec): FieldError[] {
  const { template, selector = {} } = spec;
  const isEmpty = Object.keys(selector).length === 0;
  const errors = nonNegative("spec.minReadySeconds", spec.minReadySeconds);
  if (isEmpty) errors.push(required("spec.selector"));
  errors.push(...nonNegative("spec.replicas", spec.replicas));
  if (!template) return [...errors, required("spec.template")];
  return [
    ...errors,
    ...(isEmpty ? [] : validateSelected("spec.template", template, { matchLabels: selector })),
    ...validatePodTemplate("spec.template", template),
    ...validateLastingPods("spec.template", template, "ReplicationController"),
  ];
}

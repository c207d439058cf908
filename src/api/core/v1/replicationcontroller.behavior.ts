import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { nonNegative, required, validateReplicaCounts } from "../../validation/index.ts";
import { dropDisabledTemplateFields, setPodTemplateDefaults, validatePodTemplateSpec } from "./pod/index.ts";
import { podNameWarnings, templateWarnings, validateLastingPods, validateSelected } from "./podtemplate.rules.ts";
import type { PodTemplateSpec } from "./podtemplatespec.ts";
import type { ReplicationController, ReplicationControllerSpec } from "./replicationcontroller.ts";

/** What a replication controller's declaration can't say; it selects the pods of its template unless told otherwise. */
export const replicationControllerBehavior: KindBehavior<ReplicationController> = {
  nameRule: "longName",
  loosePrefix: true,
  defaultPropagation: "orphan",
  selectableFields: { "status.replicas": ({ status }) => String(status.replicas ?? 0) },
  prepareCreate({ spec }) {
    if (spec.template) dropDisabledTemplateFields(spec.template);
  },
  prepareUpdate({ spec }, old) {
    if (spec.template) dropDisabledTemplateFields(spec.template, old.spec.template);
  },
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
  validateUpdate: ({ spec }, old) => validateSpec(spec, old.spec.template),
  validateStatusUpdate: ({ status }) => validateReplicaCounts("status", status),
  warnings: (controller, old) => [
    ...(old ? [] : podNameWarnings(controller.metadata)),
    ...warningsOfTemplate(controller, old),
  ],
};

const warningsOfTemplate = templateWarnings("spec.template", ({ spec }: ReplicationController) => spec.template);

function setLabels(controller: Mutable<ReplicationController>, labels: Readonly<Record<string, string>>): void {
  controller.metadata.labels = { ...labels };
}

function validateSpec(spec: ReplicationControllerSpec, oldTemplate?: PodTemplateSpec): FieldError[] {
  const { template, selector = {} } = spec;
  const isEmpty = Object.keys(selector).length === 0;
  const errors = nonNegative("spec.minReadySeconds", spec.minReadySeconds);
  if (isEmpty) errors.push(required("spec.selector"));
  errors.push(...nonNegative("spec.replicas", spec.replicas));
  if (!template) return [...errors, required("spec.template")];
  return [
    ...errors,
    ...(isEmpty ? [] : validateSelected("spec.template", template, { matchLabels: selector })),
    ...validatePodTemplateSpec("spec.template", template, oldTemplate),
    ...validateLastingPods("spec.template", template, "ReplicationController"),
  ];
}

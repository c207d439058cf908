import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  amountOf,
  availableWithinReady,
  forbiddenField,
  invalidValue,
  nonNegative,
  nonNegativeIntOrPercent,
  notDecremented,
  notMoreThanAll,
  notSupported,
  withinReplicas,
} from "../../validation/index.ts";
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
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  RollingUpdateDeployment,
} from "./deployment.ts";
import { isBrokenSelector, selectorStays, validateSelector } from "./selecting.ts";

const QUARTER = "25%";

/** What a deployment's declaration can't say. */
export const deploymentBehavior: KindBehavior<Deployment> = {
  fillBlank({ spec }) {
    spec.replicas = 0;
  },
  prepareCreate: ({ spec }) => dropDisabledTemplateFields(spec.template),
  prepareUpdate: ({ spec }, old) => dropDisabledTemplateFields(spec.template, old.spec.template),
  prepareStatusUpdate({ metadata }, old) {
    if (old.metadata.labels) metadata.labels = { ...old.metadata.labels };
    else delete metadata.labels;
  },
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    spec.strategy.type ||= "RollingUpdate";
    if (spec.strategy.type === "RollingUpdate") {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxUnavailable ??= QUARTER;
      spec.strategy.rollingUpdate.maxSurge ??= QUARTER;
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    setPodTemplateDefaults(spec.template);
  },
  // Annotations reach the replica sets, so that a change of them has to be observed too.
  isNewGeneration: (deployment, old) =>
    !jsonEqual(deployment.spec, old.spec) ||
    !jsonEqual(deployment.metadata.annotations ?? {}, old.metadata.annotations ?? {}),
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...validateSpec(spec, old.spec.template),
    ...selectorStays(spec.selector, old.spec.selector),
  ],
  validateStatusUpdate: ({ status }, old) => [
    ...validateStatus(status),
    ...notDecremented("status.collisionCount", status.collisionCount, old.status.collisionCount),
  ],
  warnings: (object, old) => [...(old ? [] : podNameWarnings(object.metadata)), ...warningsOfTemplate(object, old)],
};

const warningsOfTemplate = templateWarnings("spec.template", ({ spec }: Deployment) => spec.template);

function validateSpec(spec: DeploymentSpec, oldTemplate?: PodTemplateSpec): FieldError[] {
  const { template, selector, minReadySeconds = 0, progressDeadlineSeconds } = spec;
  const errors = [...nonNegative("spec.replicas", spec.replicas), ...validateSelector(selector, "deployment")];
  if (isBrokenSelector(selector)) errors.push(invalidValue("spec.selector", selector, "invalid label selector"));
  else
    errors.push(
      ...validateSelected("spec.template", template, selector),
      ...validatePodTemplateSpec("spec.template", template, oldTemplate),
      ...validateLastingPods("spec.template", template, "ReplicaSet"),
    );
  errors.push(
    ...validateStrategy(spec.strategy),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    ...nonNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
    ...nonNegative("spec.progressDeadlineSeconds", progressDeadlineSeconds),
  );
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds)
    errors.push(
      invalidValue("spec.progressDeadlineSeconds", progressDeadlineSeconds, "must be greater than minReadySeconds"),
    );
  return errors;
}

function validateStrategy({ type, rollingUpdate }: DeploymentStrategy): FieldError[] {
  const path = "spec.strategy.rollingUpdate";
  if (type === "Recreate")
    return rollingUpdate ? [forbiddenField(path, "may not be specified when strategy `type` is 'Recreate'")] : [];
  if (type !== "RollingUpdate") {
    const shown = { Type: type, RollingUpdate: rollingUpdate ? shownRolling(rollingUpdate) : null };
    return [notSupported("spec.strategy", shown, ["Recreate", "RollingUpdate"])];
  }
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const errors = [
    ...nonNegativeIntOrPercent(`${path}.maxUnavailable`, maxUnavailable),
    ...nonNegativeIntOrPercent(`${path}.maxSurge`, maxSurge),
  ];
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0)
    errors.push(invalidValue(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0"));
  return [...errors, ...notMoreThanAll(`${path}.maxUnavailable`, maxUnavailable)];
}

function shownRolling({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment): object {
  return { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge };
}

const COUNTS = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "terminatingReplicas",
  "collisionCount",
] as const;

function validateStatus(status: DeploymentStatus): FieldError[] {
  return [
    ...COUNTS.flatMap((field) => nonNegative(`status.${field}`, status[field])),
    ...withinReplicas("status", status, ["updatedReplicas", "readyReplicas", "availableReplicas"]),
    ...availableWithinReady("status", status),
  ];
}

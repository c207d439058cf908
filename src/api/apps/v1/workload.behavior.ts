import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { labelSelectorMatches } from "../../selector.ts";
import { setPodSpecDefaults } from "../../core/v1/pod/defaults.ts";
import { validatePodSpec } from "../../core/v1/pod/validate.ts";
import type { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import type { LabelSelector } from "../../meta/v1/labelselector.ts";
import type { Deployment } from "./deployment.ts";
import type { ReplicaSet } from "./replicaset.ts";

const IMMUTABLE = "field is immutable";

interface Selecting {
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
}

/** Rules of specs that select the pods which their template makes. */
function validateTemplate(spec: Selecting): FieldError[] {
  const errors: FieldError[] = [];
  const { selector, template } = spec;
  if (!selector) errors.push({ path: "spec.selector", type: "Required", detail: "" });
  else if (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0) {
    errors.push({
      path: "spec.selector",
      type: "Invalid",
      value: selector,
      detail: "empty selector is invalid for deployment",
    });
  } else if (!labelSelectorMatches(selector, template.metadata.labels ?? {})) {
    errors.push({
      path: "spec.template.metadata.labels",
      type: "Invalid",
      value: template.metadata.labels ?? {},
      detail: "`selector` does not match template `labels`",
    });
  }
  errors.push(...validatePodSpec(template.spec, "spec.template.spec"));
  if (template.spec.restartPolicy !== "Always") {
    errors.push({
      path: "spec.template.spec.restartPolicy",
      type: "NotSupported",
      value: template.spec.restartPolicy,
      detail: 'supported values: "Always"',
    });
  }
  return errors;
}

function validateReplicas(replicas: number | undefined): FieldError[] {
  return (replicas ?? 0) >= 0
    ? []
    : [{ path: "spec.replicas", type: "Invalid", value: replicas, detail: "must be greater than or equal to 0" }];
}

function selectorStays(selector: LabelSelector, old: LabelSelector): FieldError[] {
  return JSON.stringify(selector) === JSON.stringify(old)
    ? []
    : [{ path: "spec.selector", type: "Invalid", value: selector, detail: IMMUTABLE }];
}

/** What a deployment's declaration can't say. */
export const deploymentBehavior: KindBehavior<Deployment> = {
  prepareCreate(deployment) {
    deployment.status = {} as Mutable<Deployment>["status"];
  },
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    spec.strategy ??= {} as never;
    spec.strategy.type ||= "RollingUpdate";
    if (spec.strategy.type === "RollingUpdate") {
      spec.strategy.rollingUpdate ??= {} as never;
      spec.strategy.rollingUpdate!.maxUnavailable ??= "25%";
      spec.strategy.rollingUpdate!.maxSurge ??= "25%";
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    setPodSpecDefaults(spec.template.spec);
  },
  validate: ({ spec }) => [...validateReplicas(spec.replicas), ...validateTemplate(spec), ...validateStrategy(spec)],
  validateUpdate: ({ spec }, old) => [
    ...validateReplicas(spec.replicas),
    ...validateTemplate(spec),
    ...validateStrategy(spec),
    ...selectorStays(spec.selector, old.spec.selector),
  ],
};

function validateStrategy({ strategy }: Deployment["spec"]): FieldError[] {
  if (strategy.type === "Recreate") {
    return strategy.rollingUpdate
      ? [
          {
            path: "spec.strategy.rollingUpdate",
            type: "Forbidden",
            detail: "may not be specified when strategy `type` is 'Recreate'",
          },
        ]
      : [];
  }
  if (strategy.type !== "RollingUpdate") {
    return [
      {
        path: "spec.strategy.type",
        type: "NotSupported",
        value: strategy.type,
        detail: 'supported values: "Recreate", "RollingUpdate"',
      },
    ];
  }
  const { maxUnavailable, maxSurge } = strategy.rollingUpdate ?? {};
  const isZero = (value: unknown) => value === 0 || value === "0%";
  if (!isZero(maxUnavailable) || !isZero(maxSurge)) return [];
  return [
    {
      path: "spec.strategy.rollingUpdate.maxUnavailable",
      type: "Invalid",
      value: maxUnavailable,
      detail: "may not be 0 when `maxSurge` is 0",
    },
  ];
}

/** What a replica set's declaration can't say. */
export const replicaSetBehavior: KindBehavior<ReplicaSet> = {
  prepareCreate(replicaSet) {
    replicaSet.status = { replicas: 0 } as Mutable<ReplicaSet>["status"];
  },
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    setPodSpecDefaults(spec.template.spec);
  },
  validate: ({ spec }) => [...validateReplicas(spec.replicas), ...validateTemplate(spec)],
  validateUpdate: ({ spec }, old) => [
    ...validateReplicas(spec.replicas),
    ...validateTemplate(spec),
    ...selectorStays(spec.selector, old.spec.selector),
  ],
  selectableFields: { "status.replicas": (replicaSet) => String(replicaSet.status.replicas ?? 0) },
};

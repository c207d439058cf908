import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  amountOf,
  invalidValue,
  nonNegative,
  nonNegativeIntOrPercent,
  notDecremented,
  notMoreThanAll,
  notSupported,
  required,
  validateLabelSelector,
} from "../../validation/index.ts";
import {
  dropDisabledTemplateFields,
  podTemplateWarnings,
  setPodTemplateDefaults,
  validatePodTemplateSpec,
} from "../../core/v1/pod/index.ts";
import { validateLastingPods, validateSelected } from "../../core/v1/podtemplate.rules.ts";
import type { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from "./daemonset.ts";
import { isBrokenSelector, selectorStays, selectsSomething } from "./selecting.ts";

/** Counts changes of the template; kept for clients of old versions. */
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** What a daemon set's declaration can't say. */
export const daemonSetBehavior: KindBehavior<DaemonSet> = {
  fillBlank({ metadata }) {
    metadata.annotations = { [TEMPLATE_GENERATION]: "0", ...metadata.annotations };
  },
  fieldAnnotations: [TEMPLATE_GENERATION],
  unreadable: ({ metadata }) => generationProblem(metadata.annotations?.[TEMPLATE_GENERATION]),
  prepareCreate(daemonSet) {
    setTemplateGeneration(daemonSet, Math.max(1, templateGeneration(daemonSet.metadata)));
    dropDisabledTemplateFields(daemonSet.spec.template);
  },
  setDefaults(daemonSet) {
    const { spec } = daemonSet;
    spec.updateStrategy.type ||= "RollingUpdate";
    if (spec.updateStrategy.type === "RollingUpdate") {
      spec.updateStrategy.rollingUpdate ??= {};
      spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
      spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
    }
    // In the unversioned form what is given has both.
    if (spec.updateStrategy.rollingUpdate) {
      spec.updateStrategy.rollingUpdate.maxUnavailable ??= 0;
      spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    setPodTemplateDefaults(spec.template);
    setTemplateGeneration(daemonSet, templateGeneration(daemonSet.metadata));
  },
  prepareUpdate(daemonSet, old) {
    dropDisabledTemplateFields(daemonSet.spec.template, old.spec.template);
    setTemplateGeneration(daemonSet, templateGeneration(old.metadata));
  },
  settleStatusUpdate(daemonSet, old) {
    // It is a field of the spec, whatever stands for it.
    setTemplateGeneration(daemonSet, templateGeneration(old.metadata));
  },
  settleUpdate(daemonSet, old) {
    const changes = jsonEqual(daemonSet.spec.template, old.spec.template) ? 0 : 1;
    setTemplateGeneration(daemonSet, templateGeneration(old.metadata) + changes);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...selectorStays(spec.selector, old.spec.selector),
    ...validateSpec(spec, old.spec.template),
  ],
  validateStatusUpdate: ({ status }, old) => [
    ...COUNTS.flatMap((field) => nonNegative(`status.${field}`, status[field])),
    ...notDecremented("status.collisionCount", status.collisionCount, old.status.collisionCount),
  ],
  warnings: ({ metadata, spec }, old) =>
    old && templateGeneration(old.metadata) === templateGeneration(metadata)
      ? []
      : podTemplateWarnings("spec.template", spec.template),
};

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

function generationProblem(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const problem = (what: string) => `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${what}`;
  if (!/^[+-]?\d+$/.test(text)) return problem("invalid syntax");
  const value = BigInt(text.replace("+", ""));
  return value < INT64.min || value > INT64.max ? problem("value out of range") : undefined;
}

function templateGeneration({ annotations }: DaemonSet["metadata"]): number {
  const text = annotations?.[TEMPLATE_GENERATION];
  return text !== undefined && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : 0;
}

function setTemplateGeneration({ metadata }: Mutable<DaemonSet>, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

function validateSpec(spec: DaemonSetSpec, oldTemplate?: PodTemplateSpec): FieldError[] {
  const { selector, template } = spec;
  return [
    ...validateLabelSelector("spec.selector", selector),
    ...(isBrokenSelector(selector) ? [] : validateSelected("spec.template", template, selector)),
    ...(selector ? selectsSomething(selector, "daemonset") : []),
    ...validatePodTemplateSpec("spec.template", template, oldTemplate),
    ...validateLastingPods("spec.template", template, "DaemonSet"),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...validateStrategy(spec.updateStrategy),
    ...nonNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
  ];
}

function validateStrategy(strategy: DaemonSetUpdateStrategy): FieldError[] {
  if (strategy.type === "OnDelete") return [];
  if (strategy.type !== "RollingUpdate") {
    const { type = "", rollingUpdate } = strategy;
    const shown = { Type: type, RollingUpdate: rollingUpdate ? shownRolling(rollingUpdate) : null };
    return [notSupported("spec.updateStrategy", shown, ["RollingUpdate", "OnDelete"])];
  }
  const path = "spec.updateStrategy.rollingUpdate";
  const { maxUnavailable, maxSurge } = strategy.rollingUpdate ?? {};
  const errors = [
    ...nonNegativeIntOrPercent(`${path}.maxUnavailable`, maxUnavailable),
    ...nonNegativeIntOrPercent(`${path}.maxSurge`, maxSurge),
    ...notMoreThanAll(`${path}.maxUnavailable`, maxUnavailable),
    ...notMoreThanAll(`${path}.maxSurge`, maxSurge),
  ];
  const [hasUnavailable, hasSurge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (hasUnavailable && hasSurge)
    errors.push(invalidValue(`${path}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero"));
  if (!hasUnavailable && !hasSurge) errors.push(required(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
  return errors;
}

function shownRolling({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet): object {
  return { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge };
}

const COUNTS = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
] as const;

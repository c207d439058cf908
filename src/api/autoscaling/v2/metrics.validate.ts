import { own } from "../../../base/index.ts";
import type { FieldError } from "../../kind.ts";
import { parseQuantity } from "../../quantity.ts";
import {
  dnsLabelProblems,
  forbiddenField,
  invalidValue,
  notSupported,
  problemsAt,
  required,
} from "../../validation/index.ts";
import { validateContainerResourceName } from "../../validation/resources.ts";
import type {
  HorizontalPodAutoscalerSpec,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from "./horizontalpodautoscaler.ts";
import { validateReference, validateSegment } from "./reference.validate.ts";

const SOURCES = {
  Object: "object",
  External: "external",
  Pods: "pods",
  Resource: "resource",
  ContainerResource: "containerResource",
} as const;

const TARGETS = ["Utilization", "Value", "AverageValue"];

type Source = (typeof SOURCES)[keyof typeof SOURCES];

/** What an autoscaler looks at. */
export function validateMetrics(
  path: string,
  { metrics = [], minReplicas }: HorizontalPodAutoscalerSpec,
): FieldError[] {
  const errors = metrics.flatMap((metric, index) => validateMetric(`${path}[${index}]`, metric));
  // Without pods, only what is outside of them can be measured.
  if (minReplicas === 0 && !metrics.some(({ type }) => type === "Object" || type === "External"))
    errors.push(
      forbiddenField(path, "must specify at least one Object or External metric to support scaling to zero replicas"),
    );
  return errors;
}

function validateMetric(path: string, metric: MetricSpec): FieldError[] {
  const { type } = metric;
  const errors: FieldError[] = [];
  if (!type) errors.push(required(`${path}.type`, "must specify a metric source type"));
  if (!Object.hasOwn(SOURCES, type)) errors.push(notSupported(`${path}.type`, type, Object.keys(SOURCES).sort()));
  const present = Object.values(SOURCES).filter((source) => metric[source] !== undefined);
  const [first] = present;
  if (first) errors.push(...validateSource(`${path}.${first}`, first, metric));
  const expected = own<Source>(SOURCES, type);
  // That the type is unknown is told again in place of what its source lacks.
  if (!expected) errors.push(notSupported(`${path}.type`, type, Object.keys(SOURCES).sort()));
  if (expected && !present.includes(expected))
    errors.push(required(`${path}.${expected}`, "must populate information for the given metric source"));
  if (present.length > 1)
    for (const source of present)
      if (source !== expected)
        errors.push(forbiddenField(`${path}.${source}`, "must populate the given metric source only"));
  return errors;
}

function validateSource(path: string, source: Source, metric: MetricSpec): FieldError[] {
  switch (source) {
    case "object": {
      const { describedObject, metric: identifier, target } = metric.object!;
      return [
        ...validateReference(`${path}.describedObject`, describedObject),
        ...validateMetricAndTarget(path, { metric: identifier, target }),
        ...valueOrAverage(path, target, "must set either a target value or averageValue"),
      ];
    }
    case "external":
      return validateExternal(path, metric.external!);
    case "pods": {
      const { averageValue } = metric.pods!.target;

      return [
        ...validateMetricAndTarget(path, metric.pods!),
        ...(averageValue !== undefined
          ? []
          : [required(`${path}.target.averageValue`, "must specify a positive target averageValue")]),
      ];
    }
    case "resource":
      return [...validateResourceName(path, metric.resource!), ...validateResourceTarget(path, metric.resource!)];
    case "containerResource": {
      const { container } = metric.containerResource!;
      return [
        ...validateContainerResource(`${path}.name`, metric.containerResource!),
        ...(container
          ? problemsAt(`${path}.container`, container, dnsLabelProblems(container))
          : [required(`${path}.container`, "must specify a container")]),
        ...validateResourceTarget(path, metric.containerResource!),
      ];
    }
    default:
      return source satisfies never;
  }
}

interface Measured {
  readonly metric: MetricIdentifier;
  readonly target: MetricTarget;
}

function validateMetricAndTarget(path: string, { metric, target }: Measured): FieldError[] {
  return [
    ...validateSegment(`${path}.metric.name`, metric.name, "must specify a metric name"),
    ...validateTarget(`${path}.target`, target),
  ];
}

function valueOrAverage(path: string, { value, averageValue }: MetricTarget, detail: string): FieldError[] {
  return value === undefined && averageValue === undefined ? [required(`${path}.target.averageValue`, detail)] : [];
}

function validateExternal(path: string, external: Measured): FieldError[] {
  const { value, averageValue } = external.target;
  const errors = [
    ...validateMetricAndTarget(path, external),
    ...valueOrAverage(path, external.target, "must set either a target value for metric or a per-pod target"),
  ];
  if (value !== undefined && averageValue !== undefined) {
    const detail = "may not set both a target value for metric and a per-pod target";
    errors.push(forbiddenField(`${path}.target.value`, detail));
  }
  return errors;
}

function validateResourceName(path: string, { name }: { readonly name: string }): FieldError[] {
  return name ? [] : [required(`${path}.name`, "must specify a resource name")];
}

function validateContainerResource(path: string, { name }: { readonly name: string }): FieldError[] {
  return name ? validateContainerResourceName(path, name) : [required(path, "must specify a resource name")];
}

function validateResourceTarget(path: string, { target }: { readonly target: MetricTarget }): FieldError[] {
  const { averageUtilization, averageValue } = target;
  const at = `${path}.target`;
  const errors = validateTarget(at, target);
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(required(`${at}.averageUtilization`, "must set either a target raw value or a target utilization"));
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(forbiddenField(`${at}.averageValue`, "may not set both a target raw value and a target utilization"));
  return errors;
}

function validateTarget(path: string, target: MetricTarget): FieldError[] {
  const { type, averageUtilization } = target;
  const errors: FieldError[] = [];
  if (!type) errors.push(required(`${path}.type`, "must specify a metric target type"));
  if (!TARGETS.includes(type))
    errors.push(invalidValue(`${path}.type`, type, "must be either Utilization, Value, or AverageValue"));
  for (const field of ["value", "averageValue"] as const) {
    const amount = target[field];
    if (amount !== undefined && parseQuantity(amount).nanos <= 0n)
      errors.push(invalidValue(`${path}.${field}`, amount, "must be positive"));
  }
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, "must be greater than 0"));
  return errors;
}

import type { LabelSelector } from "../../meta/v1/labelselector.ts";
import type { CrossVersionObjectReference, MetricSpec, MetricStatus } from "../v2/horizontalpodautoscaler.ts";

/** A metric as annotations of version 1 write it; what is wanted and what is measured differ in the fields' prefix. */
export interface AnnotatedMetric {
  readonly type: string;
  readonly object?: Values & { readonly target: CrossVersionObjectReference; readonly averageValue?: string };
  readonly pods?: Values;
  readonly resource?: Values;
  readonly containerResource?: Values;
  readonly external?: Values;
}

interface Values {
  readonly name?: string;
  readonly container?: string;
  readonly metricName?: string;
  readonly selector?: LabelSelector;
  readonly metricSelector?: LabelSelector;
  readonly targetValue?: string;
  readonly targetAverageValue?: string;
  readonly targetAverageUtilization?: number;
  readonly currentValue?: string;
  readonly currentAverageValue?: string;
  readonly currentAverageUtilization?: number;
}

interface Amounts {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

/** A metric that is wanted, as the annotation writes it. */
export function annotatedSpec(metric: MetricSpec): AnnotatedMetric {
  const { type, object, pods, resource, containerResource, external } = metric;
  return annotated(type, "target", {
    ...(object && { object: { ...object, amounts: object.target } }),
    ...(pods && { pods: { ...pods, amounts: pods.target } }),
    ...(resource && { resource: { ...resource, amounts: resource.target } }),
    ...(containerResource && { containerResource: { ...containerResource, amounts: containerResource.target } }),
    ...(external && { external: { ...external, amounts: external.target } }),
  });
}

/** A metric that was measured, as the annotation writes it. */
export function annotatedStatus(metric: MetricStatus): AnnotatedMetric {
  const { type, object, pods, resource, containerResource, external } = metric;
  return annotated(type, "current", {
    ...(object && { object: { ...object, amounts: object.current } }),
    ...(pods && { pods: { ...pods, amounts: pods.current } }),
    ...(resource && { resource: { ...resource, amounts: resource.current } }),
    ...(containerResource && { containerResource: { ...containerResource, amounts: containerResource.current } }),
    ...(external && { external: { ...external, amounts: external.current } }),
  });
}

interface Named {
  readonly metric: { readonly name: string; readonly selector?: LabelSelector };
  readonly amounts: Amounts;
}

interface Sources {
  readonly object?: Named & { readonly describedObject: CrossVersionObjectReference };
  readonly pods?: Named;
  readonly resource?: { readonly name: string; readonly amounts: Amounts };
  readonly containerResource?: { readonly name: string; readonly container: string; readonly amounts: Amounts };
  readonly external?: Named;
}

function annotated(type: string, prefix: "target" | "current", sources: Sources): AnnotatedMetric {
  const { object, pods, resource, containerResource, external } = sources;
  return {
    type,
    ...(object && {
      object: {
        target: reference(object.describedObject),
        metricName: object.metric.name,
        [`${prefix}Value`]: object.amounts.value ?? "0",
        ...optional("selector", object.metric.selector),
        ...optional("averageValue", object.amounts.averageValue),
      },
    }),
    ...(pods && {
      pods: {
        metricName: pods.metric.name,
        [`${prefix}AverageValue`]: pods.amounts.averageValue ?? "0",
        ...optional("selector", pods.metric.selector),
      },
    }),
    ...(resource && { resource: { name: resource.name, ...averages(prefix, resource.amounts) } }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        ...averages(prefix, containerResource.amounts),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        ...optional("metricSelector", external.metric.selector),
        ...(prefix === "current" || external.amounts.value !== undefined
          ? { [`${prefix}Value`]: external.amounts.value ?? "0" }
          : {}),
        ...optional(`${prefix}AverageValue`, external.amounts.averageValue),
      },
    }),
  } as AnnotatedMetric;
}

/** What is measured always has a value, as a share of what was asked for if there was something to share. */
function averages(prefix: "target" | "current", { averageUtilization, averageValue }: Amounts): object {
  return {
    ...optional(`${prefix}AverageUtilization`, averageUtilization),
    ...optional(`${prefix}AverageValue`, averageValue ?? (prefix === "current" ? "0" : undefined)),
  };
}

function reference({ kind, name, apiVersion }: CrossVersionObjectReference): object {
  return { kind, name, ...optional("apiVersion", apiVersion) };
}

function optional(name: string, value: unknown): object {
  return value === undefined || value === "" ? {} : { [name]: value };
}

/** A metric that is wanted, from the annotation. */
export function specFrom(metric: AnnotatedMetric): MetricSpec {
  return sourcesFrom(metric, "target", (amounts, source) => ({
    target: { type: targetType(amounts, source), ...amounts },
  })) as unknown as MetricSpec;
}

/** A metric that was measured, from the annotation. */
export function statusFrom(metric: AnnotatedMetric): MetricStatus {
  return sourcesFrom(metric, "current", (amounts) => ({ current: amounts })) as unknown as MetricStatus;
}

function targetType({ averageUtilization, averageValue }: Amounts, source: keyof Sources): string {
  if (averageUtilization !== undefined) return "Utilization";
  return averageValue === undefined && (source === "object" || source === "external") ? "Value" : "AverageValue";
}

type Wrap = (amounts: Amounts, source: keyof Sources) => object;

function sourcesFrom(metric: AnnotatedMetric, prefix: "target" | "current", wrap: Wrap): object {
  const { type, object, pods, resource, containerResource, external } = metric;
  const amountsOf = (values: Values): Amounts => ({
    ...optional("value", values[`${prefix}Value`]),
    ...optional("averageValue", values[`${prefix}AverageValue`]),
    ...optional("averageUtilization", values[`${prefix}AverageUtilization`]),
  });
  const identifier = ({ metricName, selector }: Values) => ({
    metric: { name: metricName ?? "", ...optional("selector", selector) },
  });
  return {
    type,
    ...(object && {
      object: {
        describedObject: object.target,
        ...identifier(object),
        ...wrap(
          object.averageValue === undefined ? amountsOf(object) : { averageValue: object.averageValue },
          "object",
        ),
      },
    }),
    ...(pods && { pods: { ...identifier(pods), ...wrap(amountsOf(pods), "pods") } }),
    ...(resource && { resource: { name: resource.name ?? "", ...wrap(amountsOf(resource), "resource") } }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name ?? "",
        container: containerResource.container ?? "",
        ...wrap(amountsOf(containerResource), "containerResource"),
      },
    }),
    ...(external && {
      external: {
        ...identifier({ ...external, selector: external.metricSelector } as Values),
        ...wrap(amountsOf(external), "external"),
      },
    }),
  };
}

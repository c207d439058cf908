import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricTarget } from "./horizontalpodautoscaler.ts";

const UNKNOWN = "<unknown>";
const METRICS_SHOWN_MAX = 2;

/** What `kubectl get horizontalpodautoscalers` shows. */
export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  textColumn("Reference", ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  textColumn("Targets", targetsText),
  textColumn("MinPods", ({ spec }) => (spec.minReplicas === undefined ? "<unset>" : String(spec.minReplicas))),
  textColumn("MaxPods", ({ spec }) => spec.maxReplicas),
  textColumn("Replicas", ({ status }) => status.currentReplicas ?? 0),
  ageColumn,
];

/** Current and wanted values of the first metrics: "cpu: 10%/80%, 3/5 (avg) + 2 more...". */
function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const { metrics = [] } = spec;
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, index) => metricText(metric, status.currentMetrics?.[index]));
  const more = texts.length - METRICS_SHOWN_MAX;
  return texts.slice(0, METRICS_SHOWN_MAX).join(", ") + (more > 0 ? ` + ${more} more...` : "");
}

type Current = MetricStatus["resource"] extends infer R | undefined
  ? R extends { current: infer C }
    ? C
    : never
  : never;

function metricText(metric: MetricSpec, status: MetricStatus | undefined): string {
  switch (metric.type) {
    case "External":
      return averageOrValue(metric.external?.target, status?.external?.current);
    case "Object":
      return averageOrValue(metric.object?.target, status?.object?.current);
    case "Pods":
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${metric.pods?.target.averageValue ?? UNKNOWN}`;
    case "Resource":
      return `${metric.resource?.name}: ${usage(metric.resource?.target, status?.resource?.current)}`;
    case "ContainerResource":
      return `${metric.containerResource?.name}: ${usage(metric.containerResource?.target, status?.containerResource?.current)}`;
    default:
      return "<unknown type>";
  }
}

function averageOrValue(target: MetricTarget | undefined, current: Current | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  return `${current?.value ?? UNKNOWN}/${target?.value}`;
}

function usage(target: MetricTarget | undefined, current: Current | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  const percent = (value: number | undefined, missing: string) => (value === undefined ? missing : `${value}%`);
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(target?.averageUtilization, "<auto>")}`;
}

import type { Draft } from "../../../schema/index.ts";
import { dropRoundTripAnnotations, ROUND_TRIP_ANNOTATIONS } from "../v2/horizontalpodautoscaler.behavior.ts";
import type {
  HorizontalPodAutoscaler as Hub,
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from "../v2/horizontalpodautoscaler.ts";
import type { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus } from "./horizontalpodautoscaler.types.ts";
import { type AnnotatedMetric, annotatedSpec, annotatedStatus, specFrom, statusFrom } from "./metrics.convert.ts";

const {
  metrics: METRICS,
  currentMetrics: CURRENT,
  conditions: CONDITIONS,
  behavior: BEHAVIOR,
} = ROUND_TRIP_ANNOTATIONS;

interface HorizontalPodAutoscaler {
  readonly metadata: Hub["metadata"];
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status: HorizontalPodAutoscalerStatus;
}

type Annotations = Record<string, string>;

/** Version 1 knows the utilization of CPU only; annotations hold the rest. */
export const horizontalPodAutoscalerConversions = { toHub, fromHub };

function toHub({ metadata, spec, status }: HorizontalPodAutoscaler): Draft<Hub> {
  const { targetCPUUtilizationPercentage: cpu, ...rest } = spec;
  const annotations = metadata.annotations ?? {};
  const annotated = listIn<AnnotatedMetric>(annotations[METRICS]);
  const fromField: MetricSpec[] = cpu === undefined ? [] : [utilization(cpu)];
  const metrics = [...(annotated ?? []).map(specFrom), ...fromField];
  const behavior = behaviorIn(annotations[BEHAVIOR]);
  const result = {
    metadata: { ...metadata, ...(metadata.annotations && { annotations: { ...annotations } }) },
    spec: { ...rest, ...(metrics.length > 0 && { metrics }), ...(behavior && { behavior }) },
    status: statusToHub(status, annotations),
  };
  dropRoundTripAnnotations(result.metadata);
  return result as Draft<Hub>;
}

function utilization(averageUtilization: number): MetricSpec {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } };
}

type Status = HorizontalPodAutoscaler["status"];

function statusToHub(status: Status | undefined, annotations: Annotations): Hub["status"] {
  const { currentCPUUtilizationPercentage: cpu, ...rest } = status ?? ({} as Status);
  const annotated = listIn<AnnotatedMetric>(annotations[CURRENT])?.map(statusFrom);
  const fromField: MetricStatus[] =
    cpu === undefined ? [] : [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: cpu } } }];
  const conditions = listIn<NonNullable<Hub["status"]["conditions"]>[number]>(annotations[CONDITIONS]);
  return {
    ...rest,
    currentMetrics: annotated ?? fromField,
    ...(conditions && conditions.length > 0 && { conditions }),
  } as Hub["status"];
}

function fromHub({ metadata, spec, status: given }: Hub): Draft<HorizontalPodAutoscaler> {
  // What is about to be made has no status yet.
  const status: Partial<Hub["status"]> = given ?? {};
  const { metrics = [], behavior, ...restOfSpec } = spec;
  const { currentMetrics, conditions = [], observedGeneration, lastScaleTime } = status;
  const cpu = metrics.find(isCpuUtilization)?.resource?.target.averageUtilization;
  const others = metrics.filter((metric) => !isCpuUtilization(metric)).map(annotatedSpec);
  const current = currentMetrics ?? [];
  const currentCpu = current.find(({ type, resource }) => type === "Resource" && resource?.name === "cpu")?.resource
    ?.current.averageUtilization;
  const annotations: Annotations = {
    ...metadata.annotations,
    ...(others.length > 0 && { [METRICS]: JSON.stringify(others) }),
    ...(current.length > 0 && { [CURRENT]: JSON.stringify(current.map(annotatedStatus)) }),
    ...(conditions.length > 0 && { [CONDITIONS]: JSON.stringify(conditions.map(inOrder)) }),
    ...(behavior && { [BEHAVIOR]: JSON.stringify(behaviorText(behavior)) }),
  };
  const result = {
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { ...restOfSpec, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }) },
    status: {
      ...(observedGeneration !== undefined && { observedGeneration }),
      ...(lastScaleTime !== undefined && { lastScaleTime }),
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      ...(currentCpu !== undefined && { currentCPUUtilizationPercentage: currentCpu }),
    },
  };
  return result as unknown as Draft<HorizontalPodAutoscaler>;
}

function isCpuUtilization({ type, resource }: MetricSpec): boolean {
  return type === "Resource" && resource?.name === "cpu" && resource.target.averageUtilization !== undefined;
}

function inOrder({
  type,
  status,
  lastTransitionTime,
  reason,
  message,
}: NonNullable<Hub["status"]["conditions"]>[number]) {
  return {
    type,
    status,
    lastTransitionTime: lastTransitionTime ?? null,
    ...(reason && { reason }),
    ...(message && { message }),
  };
}

/** A list in an annotation; undefined when there is none that makes sense. */
function listIn<T>(text: string | undefined): T[] | undefined {
  const value = jsonIn(text);
  return Array.isArray(value) ? (value as T[]) : undefined;
}

function jsonIn(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Rules for scaling under the names that the annotation has for them. */
function behaviorText({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): object {
  return { ScaleUp: scaleUp ? rulesText(scaleUp) : null, ScaleDown: scaleDown ? rulesText(scaleDown) : null };
}

function rulesText({ stabilizationWindowSeconds, selectPolicy, policies, tolerance }: HPAScalingRules): object {
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds ?? null,
    SelectPolicy: selectPolicy ?? null,
    Policies:
      policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ??
      null,
    Tolerance: tolerance ?? null,
  };
}

function behaviorIn(text: string | undefined): HorizontalPodAutoscalerBehavior | undefined {
  const value = withLowerNames(jsonIn(text)) as HorizontalPodAutoscalerBehavior | undefined;
  if (!value || typeof value !== "object" || (!value.scaleUp && !value.scaleDown)) return undefined;
  return {
    ...(value.scaleUp && { scaleUp: rulesIn(value.scaleUp) }),
    ...(value.scaleDown && { scaleDown: rulesIn(value.scaleDown) }),
  };
}

/** An annotation says everything: what it leaves out gets no default, so that rules without policies are refused. */
function rulesIn(rules: HPAScalingRules): HPAScalingRules {
  return { ...rules, policies: rules.policies ?? [] };
}

/** The same value with names that begin with a small letter, without what is null. */
function withLowerNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLowerNames);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([name, one]) => [name[0]!.toLowerCase() + name.slice(1), withLowerNames(one)]),
  );
}
